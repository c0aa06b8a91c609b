from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av")

from vinn_training.collection.collect import Collector
from vinn_training.collection.collect_config import CollectConfig
from vinn_training.collection.quality import QualityRecord
from vinn_training.exceptions import CollectionError

from .collecting import FakeStages, collect


def test_labels_belong_to_their_pictures_and_times(video: Path) -> None:
    fake = FakeStages()
    fake.dropped = ((2, "blurred"),)
    collected, quality = collect(video, fake)
    demonstration = collected.demonstration

    assert len(demonstration) == 8  # ten frames at 5 Hz; one dropped, and none follows the last
    np.testing.assert_allclose(demonstration.times_s, [0.0, 0.2, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6], atol=1e-3)
    corners = [demonstration.load_image(index)[8, 8, 0] for index in range(8)]
    np.testing.assert_allclose(corners, 100 * np.array(demonstration.times_s), atol=5)
    np.testing.assert_array_equal(demonstration.directions, np.tile([0, 0, 1], (8, 1)))
    assert [(step.frame, step.reason) for step in quality.dropped] == [(2, "blurred")]
    assert (quality.frames, quality.registered, quality.labelled, quality.rate_hz) == (10, 10, 8, 5.0)
    assert quality.focal_px == 100.0
    assert "a note" in quality.notes


def test_stored_pictures_are_small_and_poses_are_found_in_larger_ones(video: Path) -> None:
    fake = FakeStages()
    config = CollectConfig(rate_hz=5.0, size=80, working_size=120)
    collected, quality = collect(video, fake, config)
    assert collected.demonstration.load_image(0).shape == (60, 80, 3)
    assert fake.given["images"][0].shape == (90, 120, 3)
    assert quality.picture_size == (120, 90)


def test_a_camera_that_rests_all_the_time_is_refused_with_what_was_found(video: Path) -> None:
    fake = FakeStages()
    fake.rest = True
    quality = QualityRecord(str(video))
    with pytest.raises(CollectionError, match="none of them moves"):
        Collector(CollectConfig(rate_hz=5.0), fake.stages()).collect(video, "demo", quality)
    assert quality.registered == 10
    assert len(quality.at_rest) == 9
