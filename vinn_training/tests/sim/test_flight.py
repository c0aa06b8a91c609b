from dataclasses import replace

import cv2
import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput, SimulationError
from vinn_training.sim.flight import Flight, FlightConfig, fly

SMALL = FlightConfig(frames=8, width_px=320, height_px=180)


@pytest.fixture(scope="module")
def flight() -> Flight:
    try:
        return fly(SMALL)
    except SimulationError as error:
        pytest.skip(str(error))


def test_pictures_poses_and_door_belong_together(flight: Flight) -> None:
    assert len(flight.images) == len(flight.centers_m) == len(flight.door_rad) == 8
    assert flight.images[0].shape == (180, 320, 3)
    assert (flight.camera.width, flight.camera.height) == (320, 180)
    assert not flight.door_rad[:4].any()
    assert (np.diff(flight.door_rad[3:]) > 0.1).all()
    identity = flight.rotations_camera_to_world @ flight.rotations_camera_to_world.transpose(0, 2, 1)
    np.testing.assert_allclose(identity, np.repeat(np.eye(3)[None], 8, axis=0), atol=1e-12)
    assert np.linalg.det(flight.rotations_camera_to_world) == pytest.approx(1.0)


def test_the_approach_goes_forward_and_the_pull_back_and_sideways(flight: Flight) -> None:
    steps = flight.steps_m() / np.linalg.norm(flight.steps_m(), axis=1, keepdims=True)

    assert (steps[:3, 2] > 0.8).all()
    assert (steps[3:, 2] < -0.5).all()
    # The hinge is on the right: the handle goes to the right while it comes nearer.
    assert steps[-1, 0] > 0.2


def test_odd_seeds_move_sideways_first() -> None:
    from vinn_training.sim.flight_path import flight_path

    path = flight_path(1, 24, 1.0, 0.62)
    step = np.diff(path.centers_m, axis=0)[0]

    assert abs(step[0]) > 3 * abs(step[2])


def test_the_pictures_show_the_motion_that_the_poses_say(flight: Flight) -> None:
    """Optical flow of what stands still is the flow of a plane at the front of the cabinets, to about a pixel."""
    first, second = 0, 1
    gray = [cv2.cvtColor(flight.images[index], cv2.COLOR_RGB2GRAY) for index in (first, second)]
    corners = cv2.goodFeaturesToTrack(gray[0], 300, 0.01, 5)
    found, status, _ = cv2.calcOpticalFlowPyrLK(gray[0], gray[1], corners, None)
    points, moved = (each.reshape(-1, 2)[status.ravel() > 0] for each in (corners, found))
    # The fronts lie in the world's plane y = 0.
    rays = np.hstack((points, np.ones((len(points), 1)))) @ np.linalg.inv(flight.camera.matrix).T
    rays = rays @ flight.rotations_camera_to_world[first].T
    center = flight.centers_m[first]
    places = center - rays * (center[1] / rays[:, 1])[:, None]
    seen = (places - flight.centers_m[second]) @ flight.rotations_camera_to_world[second]
    pixels = (seen / seen[:, 2:]) @ flight.camera.matrix.T
    error = np.linalg.norm(pixels[:, :2] - moved, axis=1)
    fronts = (places[:, 2] > 0.55) & (places[:, 2] < 0.86)  # above the bins, below the worktop

    assert fronts.sum() > 30
    assert np.median(np.linalg.norm(moved - points, axis=1)[fronts]) > 3.0
    assert np.median(error[fronts]) < 1.0


def test_the_grabber_stands_still_and_the_mask_says_where(flight: Flight) -> None:
    on_grabber = flight.grabber_mask == 0
    deep = cv2.erode(on_grabber.astype(np.uint8), np.ones((5, 5))) > 0
    stack = np.array(flight.images, dtype=float)
    variation = stack.std(axis=0).mean(axis=2)

    assert 0.005 < on_grabber.mean() < 0.1
    assert np.median(variation[deep]) < 3.0
    assert np.median(variation[~on_grabber]) > 10.0


def test_equal_flights_are_equal_and_textures_differ(flight: Flight) -> None:
    again = fly(SMALL)
    low, bare = (fly(replace(SMALL, frames=4, texture=texture)) for texture in ("low", "bare"))

    np.testing.assert_array_equal(again.images[5], flight.images[5])
    np.testing.assert_array_equal(again.centers_m, flight.centers_m)
    detail = [
        np.abs(cv2.Laplacian(cv2.cvtColor(each.images[0], cv2.COLOR_RGB2GRAY), cv2.CV_64F)).mean()
        for each in (flight, low, bare)
    ]
    assert detail[0] > 1.2 * detail[1] > 1.2 * detail[2]


def test_a_flight_without_grabber_door_and_turning() -> None:
    flight = fly(replace(SMALL, frames=4, with_grabber=False, door_moves=False, turns=False))

    assert (flight.grabber_mask == 255).all()
    assert not flight.door_rad.any()
    assert (flight.rotations_camera_to_world == flight.rotations_camera_to_world[0]).all()


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(InvalidInput, match="'rich', 'low' or 'bare'"):
        FlightConfig(texture="plain")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="frames 2"):
        FlightConfig(frames=2)
    with pytest.raises(InvalidInput, match="sides of 16 to 1920"):
        FlightConfig(width_px=4000)
