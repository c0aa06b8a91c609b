import pytest
from table_scenes import PUSH

from vinn_training.exceptions import SimulationError
from vinn_training.sim import robot_cameras
from vinn_training.sim.camera import CameraConfig
from vinn_training.sim.robot_cameras import OverviewView, RobotCameras
from vinn_training.sim.table_sim import TableSim


def test_opengl_starts_with_the_first_picture_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise SimulationError("OpenGL was started")

    monkeypatch.setattr(robot_cameras, "OffscreenRenderer", refuse)
    with TableSim(PUSH, CameraConfig(width_px=32, height_px=32)) as sim:
        sim.reset(PUSH)
        with pytest.raises(SimulationError, match="OpenGL was started"):
            sim.render_wrist()


@pytest.mark.usefixtures("table_opengl")
def test_each_camera_has_its_own_size_and_another_size_is_another_picture(shared_table: TableSim) -> None:
    shared_table.reset(PUSH)
    assert shared_table.render_wrist().shape == (48, 48, 3)
    assert shared_table.render_overview(40, 60).shape == (40, 60, 3)
    assert shared_table.render_overview(20, 30).shape == (20, 30, 3)
    assert shared_table.render_wrist().shape == (48, 48, 3)


def test_after_the_end_nothing_is_drawn() -> None:
    cameras = RobotCameras(CameraConfig())
    cameras.close()
    cameras.close()
    with pytest.raises(SimulationError, match="closed"):
        cameras.check_open()
    with pytest.raises(SimulationError, match="closed"):
        cameras.overview(None, OverviewView((0.0, 0.0, 0.0), 1.0, 0.0, 0.0), 10, 10)
