import numpy as np
import pytest

from vinn_training.sim.door_task import DoorTask
from vinn_training.sim.expert_step import at_rest
from vinn_training.sim.recording_config import RecordingConfig
from vinn_training.sim.stretch_sim import StretchSim


def test_names_of_demonstrations_say_the_hinge_where_it_was_chosen() -> None:
    for hinges, labels in (
        ("right", ["white_office", "white_office"]),
        ("left", ["white_office_left", "white_office_left"]),
        ("both", ["white_office_right", "white_office_left"]),
    ):
        task = DoorTask(hinges)  # type: ignore[arg-type]
        assert [task.label(task.scene("training", seed)) for seed in (0, 9)] == labels


@pytest.mark.parametrize(("angle_deg", "success"), [(0.0, False), (29.5, False), (30.5, True)])
def test_the_door_counts_as_open_from_30_degrees_on(sim: StretchSim, angle_deg: float, success: bool) -> None:
    sim._data.joint("door_hinge").qpos[0] = np.radians(angle_deg)
    result = DoorTask().result(sim)

    assert result.success == success
    assert f"{angle_deg:.0f} degrees" in result.words


def test_a_handle_lost_with_the_door_ajar_spoils_the_demonstration(sim: StretchSim) -> None:
    expert = DoorTask().expert(RecordingConfig())
    wanted = expert.decide(sim)
    assert not expert.spoiled(sim, wanted)
    sim._data.joint("door_hinge").qpos[0] = np.radians(5.0)
    assert expert.spoiled(sim, wanted)
    assert not expert.spoiled(sim, at_rest(wanted.gripper.CLOSED))
