from collections import Counter
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mujoco")

from vinn_training.demonstrations.reader import open_dataset
from vinn_training.evaluation import door_demonstrations
from vinn_training.evaluation.door_demonstrations import demonstration_scene, record_doors
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.scene import training_scene
from vinn_training.sim.stretch_sim import StretchSim


@pytest.fixture
def _opengl() -> None:
    with StretchSim(training_scene(0), CameraConfig(16, 16)) as sim:
        try:
            sim.render_wrist()
        except SimulationError as error:
            pytest.skip(str(error))


def _pretend(root: Path, seeds: range) -> None:
    """Make folders as of demonstrations that are there already."""
    for seed in seeds:
        scene = demonstration_scene(seed)
        (root / f"seed_{seed:05d}_{scene.cabinet}_{scene.hinge_side}").mkdir(parents=True)


def test_every_cabinet_is_shown_as_often_with_either_hinge() -> None:
    scenes = [demonstration_scene(seed) for seed in range(36)]
    counts = Counter((scene.cabinet, scene.hinge_side) for scene in scenes)
    assert len(counts) == 18
    assert set(counts.values()) == {2}
    assert demonstration_scene(3) == training_scene(3)


@pytest.mark.usefixtures("_opengl")
def test_a_door_with_its_hinge_on_the_left_is_demonstrated(tmp_path: Path) -> None:
    root = tmp_path / "data"
    _pretend(root, range(9))
    summaries = list(record_doors(root, 10))
    assert [summary.skipped for summary in summaries] == [True] * 9 + [False]
    assert summaries[9].name == "seed_00009_white_office_left"
    for number in range(9):
        (root / summaries[number].name).rmdir()
    (made,) = open_dataset(root).demonstrations
    assert len(made) == summaries[9].frames > 8
    # The handle's arc about a hinge on the left: back and to the left while the gripper is closed.
    pulled = made.directions[(made.gripper < 0.5) & (np.linalg.norm(made.directions, axis=1) > 0.5)]
    assert pulled[:, 2].mean() < -0.5
    assert pulled[-3:, 0].mean() < -0.2


def test_an_expert_that_fails_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_demonstrations, "_record", lambda loop, scene, seed, job: (5, None))
    monkeypatch.setattr(door_demonstrations, "ClosedLoop", lambda sim: type("Loop", (), {"sim": sim}))
    (summary,) = record_doors(tmp_path, 1)
    assert summary.name.startswith("the expert failed 5 times in scene white_office/")
    assert (summary.frames, summary.attempts) == (0, 5)
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.json"]


def test_no_demonstration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="demonstrations is 0"):
        next(record_doors(tmp_path / "new", 0))
    assert not (tmp_path / "new").exists()
