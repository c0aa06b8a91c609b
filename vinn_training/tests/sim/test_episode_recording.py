from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinn_training.sim.closed_loop import ClosedLoop
from vinn_training.sim.door_task import DoorTask
from vinn_training.sim.episode_recording import label_direction, record_episode
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.scene import training_scene
from vinn_training.sim.stretch_sim import StretchSim

UNDISTURBED = RecordingConfig(
    approach_noise_m=0.0, pull_noise_m=0.0, kick_probability=0.0, slip_probability=0.0, delay_probability=0.0
)
_METRES = st.lists(st.floats(-0.05, 0.05), min_size=3, max_size=3).map(np.array)


@given(_METRES, _METRES)
def test_a_label_is_zero_or_a_unit_vector(moved_m: np.ndarray, disturbance_m: np.ndarray) -> None:
    length = np.linalg.norm(label_direction(moved_m, disturbance_m))
    assert length == pytest.approx(1.0) or length == 0.0


def test_a_disturbance_is_taken_out_of_the_label() -> None:
    wanted, disturbance = np.array([0.0, 0.0, 0.04]), np.array([0.02, -0.01, 0.0])
    np.testing.assert_allclose(label_direction(wanted + disturbance, disturbance), [0.0, 0.0, 1.0])


@pytest.mark.parametrize("moved_m", [[0.004, 0.0, 0.0], [0.0, 0.0, 0.0]])
def test_less_than_5_mm_is_rest(moved_m: list[float]) -> None:
    assert not label_direction(np.array(moved_m), np.zeros(3)).any()
    assert not label_direction(np.array(moved_m), np.array([0.0, 0.03, 0.0])).any()


@pytest.mark.usefixtures("opengl")
def test_an_undisturbed_demonstration_tells_the_story_in_its_labels(shared_sim: StretchSim) -> None:
    """Approach: forward, open. Grasp: at rest, closing. Pull: back and towards the hinge, closed."""
    loop = ClosedLoop(shared_sim)
    loop.reset(replace(training_scene(2), lateral_offset_m=0.06))
    episode = record_episode(loop, DoorTask(), np.random.default_rng(0), UNDISTURBED)

    assert episode.success
    assert np.degrees(shared_sim.task_state().door_angle_rad) >= 50
    count = len(episode.images)
    assert 12 <= count <= 30
    assert episode.directions.shape == (count, 3)
    assert episode.images[0].shape == (224, 224, 3)
    grasp = int(np.argmin(episode.gripper))
    assert (episode.gripper[:grasp] == 1).all()
    assert (episode.gripper[grasp:] == 0).all()
    assert (episode.directions[: grasp - 1, 2] > 0.1).all()  # z is into the picture
    assert episode.directions[0, 0] > 0.3  # the robot stands 6 cm to the left of the handle, as the camera sees it
    assert not episode.directions[grasp].any()
    assert not episode.directions[-1].any()
    assert 0.02 < np.median(episode.lengths_m[: grasp - 1]) < 0.08  # steps of a few centimetres
    pull = episode.directions[grasp + 1 : -1]
    assert (pull[:, 2] < 0).all()
    assert pull[-1, 0] > pull[0, 0] + 0.3  # the arc bends to the hinge, on the right
    np.testing.assert_allclose(np.linalg.norm(pull, axis=1), 1.0, atol=1e-5)


@pytest.mark.usefixtures("opengl")
def test_disturbances_repeat_with_their_seed(shared_sim: StretchSim) -> None:
    loop = ClosedLoop(shared_sim)
    recorded = []
    for seed in (1, 1, 2):
        loop.reset(training_scene(2))
        recorded.append(record_episode(loop, DoorTask(), np.random.default_rng(seed), RecordingConfig()))

    np.testing.assert_array_equal(recorded[0].directions, recorded[1].directions)
    np.testing.assert_array_equal(recorded[0].images[-1], recorded[1].images[-1])
    same = len(recorded[0].images) == len(recorded[2].images)
    assert not same or (recorded[0].directions != recorded[2].directions).any()
