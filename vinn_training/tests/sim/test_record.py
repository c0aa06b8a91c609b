from pathlib import Path

import numpy as np
import pytest

from vinn_training.demonstrations.reader import open_dataset
from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim import record
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.episode_recording import RecordedEpisode
from vinn_training.sim.record import RecordJob, record_dataset
from vinn_training.sim.task import TaskResult

SMALL = CameraConfig(width_px=48, height_px=48)


@pytest.mark.usefixtures("opengl")
def test_what_is_recorded_can_be_read_and_is_not_recorded_twice(tmp_path: Path) -> None:
    job = RecordJob(tmp_path / "door", camera=SMALL)
    first = list(record_dataset(job, range(2), workers=1))
    stamp = (tmp_path / "door" / first[0].name / "labels.json").stat().st_mtime_ns
    again = list(record_dataset(job, range(3), workers=1))
    demonstrations = open_dataset(tmp_path / "door").demonstrations

    assert [summary.skipped for summary in first + again] == [False, False, True, True, False]
    assert (tmp_path / "door" / first[0].name / "labels.json").stat().st_mtime_ns == stamp
    assert [demonstration.name for demonstration in demonstrations] == sorted(item.name for item in again)
    assert [len(demonstration) for demonstration in demonstrations[:2]] == [summary.frames for summary in first]
    assert demonstrations[0].load_image(0).shape == (48, 48, 3)
    assert demonstrations[0].gripper[0] == 1.0


@pytest.mark.usefixtures("opengl")
def test_a_door_with_its_hinge_on_the_left_is_demonstrated(tmp_path: Path) -> None:
    (summary,) = record_dataset(RecordJob(tmp_path, camera=SMALL, hinge="both"), range(9, 10), workers=1)
    assert summary.name == "seed_00009_white_office_left"
    (made,) = open_dataset(tmp_path).demonstrations
    assert len(made) == summary.frames > 8
    # The handle's arc about a hinge on the left: back and to the left while the gripper is closed.
    pulled = made.directions[(made.gripper < 0.5) & (np.linalg.norm(made.directions, axis=1) > 0.5)]
    assert pulled[:, 2].mean() < -0.5
    assert pulled[-3:, 0].mean() < -0.2


@pytest.mark.usefixtures("opengl")
def test_processes_record_what_one_would(tmp_path: Path) -> None:
    list(record_dataset(RecordJob(tmp_path / "one", camera=SMALL), range(2), workers=1))
    list(record_dataset(RecordJob(tmp_path / "two", camera=SMALL), range(2), workers=2))

    files = [sorted(path for path in (tmp_path / name).rglob("*") if path.is_file()) for name in ("one", "two")]
    assert [path.relative_to(tmp_path / "one") for path in files[0]] == [
        path.relative_to(tmp_path / "two") for path in files[1]
    ]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(*files, strict=True))


def test_another_recording_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    list(record_dataset(RecordJob(tmp_path), range(0), workers=1))
    with pytest.raises(InvalidInput, match="another folder"):
        list(record_dataset(RecordJob(tmp_path, scenes="held-out"), range(0), workers=1))


def test_an_expert_that_always_fails_leaves_nothing_and_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail(loop, task, rng, config) -> RecordedEpisode:
        tried.append(rng.integers(1000))
        return RecordedEpisode([], None, None, None, TaskResult(False, ""), success=False)  # type: ignore[arg-type]

    monkeypatch.setattr(record, "record_episode", fail)
    (summary,) = record_dataset(RecordJob(tmp_path, camera=SMALL), range(1), workers=1)

    assert summary.frames == 0
    assert not summary.skipped
    assert "failed" in summary.name
    assert summary.attempts == len(tried)
    assert len(set(tried)) == len(tried) > 1  # other disturbances each time
    assert load_names(tmp_path) == []


def test_a_machine_without_opengl_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_opengl(loop, task, rng, config) -> RecordedEpisode:
        raise SimulationError("no OpenGL library")

    monkeypatch.setattr(record, "record_episode", no_opengl)
    with pytest.raises(SimulationError, match="no OpenGL"):
        list(record_dataset(RecordJob(tmp_path, camera=SMALL), range(1), workers=1))


def test_a_recording_that_diverges_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def diverge(loop, task, rng, config) -> RecordedEpisode:
        raise SimulationError("the physics of 'x' diverged at 1.00 s; reset the scene")

    monkeypatch.setattr(record, "record_episode", diverge)
    (summary,) = record_dataset(RecordJob(tmp_path, camera=SMALL), range(1), workers=1)
    assert summary.frames == 0


def test_mistakes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="held-out"):
        RecordJob(tmp_path, scenes="other")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"unknown task 'pour'.*door, push, stack"):
        RecordJob(tmp_path, task="pour")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"hinge is 'left' for the task 'stack'.*door only"):
        RecordJob(tmp_path, task="stack", hinge="left")
    with pytest.raises(InvalidInput, match="hinge is 'top'; expected one of: right, left, both"):
        RecordJob(tmp_path, hinge="top")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="workers is 0"):
        list(record_dataset(RecordJob(tmp_path), range(1), workers=0))


def test_the_source_says_task_and_command(tmp_path: Path) -> None:
    for task, step in (("door", "0.04 m"), ("push", "0.025 m"), ("stack", "0.03 m")):
        source = RecordJob(tmp_path, scenes="held-out", camera=SMALL, task=task).info().source
        assert f"vinn simulate --task {task} --scenes held-out" in source
        assert all(words in source for words in (step, "0.008", "48x48"))
        assert "--hinge" not in source
    assert "--scenes training --hinge both (" in RecordJob(tmp_path, hinge="both").info().source


def load_names(root: Path) -> list[str]:
    return [path.name for path in root.iterdir() if path.is_dir()]
