from pathlib import Path

import numpy as np
import pytest

from vinn_training.exceptions import InvalidDemonstration, InvalidInput
from vinn_training.replay.session import SessionOptions, read_session
from vinn_training.tuning.recorded_labels import labels_of

from .conftest import STEP_M, course, picture, record, record_steps


def test_a_stepping_robot_is_compared_where_it_was_told_to_move(tmp_path: Path) -> None:
    options = SessionOptions()
    session = read_session(record_steps(tmp_path / "bag"), options)
    labels = labels_of(session, options, "auto")
    directions, openings = course(50, 12)
    assert labels.are_steps
    assert len(session.frames) == 60
    assert np.diff(labels.stamps_ns).tolist() == [500_000_000] * 10  # the last step's end was not seen
    assert labels.directions == pytest.approx(directions[:-1], abs=1e-5)
    assert labels.lengths_m == pytest.approx(STEP_M, abs=1e-6)
    assert labels.gripper.tolist() == openings[:-1].tolist()
    assert (labels.load_image(3) == picture(directions[3], openings[3])).all()


def test_all_images_are_compared_where_that_is_asked_for(tmp_path: Path) -> None:
    bag = record_steps(tmp_path / "bag")
    options = SessionOptions()
    every = labels_of(read_session(bag, options), options, "all")
    assert not every.are_steps
    assert len(every.stamps_ns) == 60
    assert (~every.directions.any(axis=1)).mean() > 0.7  # it mostly waits
    at_rate = SessionOptions(rate_hz=2.0)
    assert not labels_of(read_session(bag, at_rate), at_rate, "auto").are_steps


def test_a_demonstration_has_no_steps(tmp_path: Path) -> None:
    options = SessionOptions()
    session = read_session(record(tmp_path / "bag"), options)
    assert not labels_of(session, options, "auto").are_steps
    with pytest.raises(InvalidDemonstration, match="answered 0 of its images with a motion; expected 3 or more"):
        labels_of(session, options, "steps")
    with pytest.raises(InvalidInput, match="expected auto, steps or all"):
        labels_of(session, options, "some")
