from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.collection.gripper_motion import GripperMotionLabeller
from vinn_training.exceptions import CollectionError, InvalidInput

_WIDTH, _HEIGHT = 320, 240


def _texture(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A colourful scene with corners at several scales."""
    picture = np.zeros((height, width, 3))
    for cells in (8, 24, 80):
        noise = rng.uniform(0, 255, (cells * height // width + 1, cells, 3)).astype(np.float32)
        picture += cv2.resize(
            noise, (width, height), interpolation=cv2.INTER_NEAREST if cells == 24 else cv2.INTER_CUBIC
        )
    return np.clip(picture / 3.0, 0, 255)


def grabber_video(seed: int, openings: np.ndarray, moving: bool = True, fingers: bool = True) -> list[np.ndarray]:
    """Draw a grabber (opening 1: pads 100 pixels apart, 0: 16) before a scene that moves, in changing light."""
    rng = np.random.default_rng(seed)
    scene = _texture(rng, 640, 480)
    colours = rng.integers(0, 256, (3, 3)).tolist()
    specks = rng.uniform(-40, 40, (_HEIGHT, _WIDTH, 1))
    images = []
    for frame, opening in enumerate(openings):
        phase = frame / 6.0 if moving else 0.0
        left = 160 + 70 * np.sin(phase + seed) + (rng.normal(0, 1.0) if moving else 0.0)
        top = 120 + 50 * np.cos(0.7 * phase) + (rng.normal(0, 1.0) if moving else 0.0)
        zoom = 1.0 + 0.1 * np.sin(0.5 * phase)
        warp = np.array([[zoom, 0, left], [0, zoom, top]])
        image = cv2.warpAffine(scene, warp, (_WIDTH, _HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        if fingers:
            mask = np.zeros((_HEIGHT, _WIDTH), np.uint8)
            grabber = image.copy()
            half = 8 + 42 * opening
            for side in (-1, 1):
                tip = (round(160 + side * half), 120)
                arm = np.array(
                    [(160 + side * 10, 239), (160 + side * 22, 239), (tip[0] + side * 5, 122), (tip[0], 122)]
                )
                for canvas, colour in ((grabber, colours[0]), (mask, 255)):
                    cv2.fillPoly(canvas, [arm.round().astype(np.int32)], colour)
                corner = (tip[0] - 7, 108), (tip[0] + 7, 126)
                for canvas, colour in ((grabber, colours[1]), (mask, 255)):
                    cv2.rectangle(canvas, *corner, colour, -1)
                cv2.circle(grabber, (tip[0] + side * 2, 117), 3, colours[2], -1)
            image = np.where(mask[..., None] > 0, grabber + 0.2 * specks, image)
        image = image * (1.0 + 0.12 * np.sin(frame / 4.0)) + rng.normal(0, 2.0, image.shape)
        images.append(np.clip(image, 0, 255).astype(np.uint8))
    return images


OPENINGS = np.interp(np.arange(36), [0, 11, 15, 25, 28, 35], [1, 1, 0, 0, 0.6, 0.6])


def test_a_drawn_grabber_is_measured() -> None:
    openings = OPENINGS[4:30:2]
    found = GripperMotionLabeller()(grabber_video(1, openings))
    assert found.dtype == np.float32
    assert np.isfinite(found).mean() > 0.9
    assert np.nanmean(np.abs(found - openings)) < 0.05
    assert np.nanmax(np.abs(found - openings)) < 0.25


@pytest.mark.full
@pytest.mark.parametrize("seed", range(8))
def test_grabbers_of_other_colours_before_other_scenes(seed: int) -> None:
    found = GripperMotionLabeller()(grabber_video(seed, OPENINGS))
    assert np.isfinite(found).mean() > 0.9
    assert np.nanmean(np.abs(found - OPENINGS)) < 0.1


def test_a_grabber_that_never_moves_is_refused() -> None:
    with pytest.raises(CollectionError, match="gripper"):
        GripperMotionLabeller()(grabber_video(1, np.full(12, 0.5)))


@pytest.mark.full
@pytest.mark.parametrize("seed", range(6))
def test_more_grabbers_that_never_move_are_refused(seed: int) -> None:
    with pytest.raises(CollectionError, match="gripper"):
        GripperMotionLabeller()(grabber_video(seed, np.full(36, 0.3 + 0.1 * seed)))


def test_pictures_of_two_sizes_are_refused() -> None:
    images = grabber_video(1, np.ones(8))
    with pytest.raises(InvalidInput, match="expected one size"):
        GripperMotionLabeller()([*images[:7], images[7][:100]])


def test_no_grabber_is_refused() -> None:
    with pytest.raises(CollectionError, match="gripper"):
        GripperMotionLabeller()(grabber_video(2, np.ones(16), fingers=False))


def test_a_camera_that_stands_still_is_refused() -> None:
    with pytest.raises(CollectionError, match="nothing stands still in the picture while the scene moves"):
        GripperMotionLabeller()(grabber_video(3, np.ones(12), moving=False))


def test_what_is_no_video_is_refused() -> None:
    with pytest.raises(CollectionError, match="3 frames; expected at least 8"):
        GripperMotionLabeller()(grabber_video(1, np.ones(3)))
    with pytest.raises(InvalidInput, match="uint8"):
        GripperMotionLabeller()([np.zeros((24, 32, 3), np.float32)] * 8)  # type: ignore[list-item]


@pytest.mark.full
def test_the_simulators_gripper() -> None:
    """The wrist camera sees a real gripper's model, rendered by other code, at known finger angles."""
    from vinn_training.exceptions import SimulationError
    from vinn_training.sim.robot_model import FINGER_JOINTS
    from vinn_training.sim.scene import SceneConfig
    from vinn_training.sim.stretch_sim import StretchSim

    angles_rad = np.interp(np.arange(52), [0, 24, 32, 48, 51], [0.3, 0.3, -0.1, -0.1, 0.05])
    images = []
    with StretchSim(SceneConfig(cabinet="oak", appearance_seed=5)) as sim:
        start = sim.joint_positions()
        for frame, angle_rad in enumerate(angles_rad):
            joints = {**start, **dict.fromkeys(FINGER_JOINTS, angle_rad), "joint_wrist_yaw": 0.25 * np.sin(frame / 11)}
            joints["joint_lift"] += 0.06 * np.sin(frame / 9)
            sim.show(joints, 0.08 * np.sin(frame / 7), 0.0)
            try:
                images.append(sim.render_wrist())
            except SimulationError as error:
                pytest.skip(str(error))
    truth = (angles_rad - angles_rad.min()) / np.ptp(angles_rad)
    found = GripperMotionLabeller()(images)
    assert np.isfinite(found).all()
    assert np.abs(found - truth).mean() < 0.03
    assert np.abs(found - truth).max() < 0.15


@pytest.mark.full
def test_the_authors_video() -> None:
    """Distances of the red pads measured by hand in the pictures: open, slowly closing from frame 22, shut from 49."""
    from vinn_training.collection.video import frames

    path = Path(__file__).resolve().parents[4] / "shared" / "data" / "door_opening_demo_pov.mp4"
    if not path.exists():
        pytest.skip("the authors' demonstration video is not beside the checkout")
    found = GripperMotionLabeller()([frame.image for frame in frames(path)])
    assert len(found) == 160
    assert found[:21].min() > 0.9
    assert found[30] == pytest.approx(0.91, abs=0.1)
    assert found[40] == pytest.approx(0.66, abs=0.1)
    assert found[49:].max() < 0.2
