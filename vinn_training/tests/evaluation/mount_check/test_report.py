"""The verdict in the simulated kitchen: real pictures, real controller, and everything that can be wrong."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from simulated import PICTURES, as_webcam, make_jogs, seen_as

from vinn_training.evaluation.mount_check.axes import tilt_deg
from vinn_training.evaluation.mount_check.jog import Jog
from vinn_training.evaluation.mount_check.report import CheckConfig, MountReport, judge
from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.camera_mount import PAPER_TILT_RAD, CameraMount
from vinn_training.kinematics.controller import CartesianController
from vinn_training.kinematics.controller_config import CartesianControllerConfig
from vinn_training.sim.scene import held_out_scene, training_scene
from vinn_training.sim.stretch_sim import StretchSim

RIGHT = CameraMount.tilted_down()


def turned(axis: int, angle_deg: float) -> CameraMount:
    """The right mount, with a transform that is turned in the camera's own axes."""
    vector = np.zeros(3)
    vector[axis] = np.radians(angle_deg)
    rotation = RIGHT.rotation_optical_to_parent @ cv2.Rodrigues(vector)[0]
    return CameraMount(RIGHT.parent_link, RIGHT.position_m, rotation)


#: What the controller believes of a camera that is tilted down by 20 degrees, and what is said of it.
WRONG_TRANSFORMS = {
    "tilt 0": (CameraMount.tilted_down(0.0), "degrees further down"),
    "tilt 40": (CameraMount.tilted_down(2 * PAPER_TILT_RAD), "degrees further up"),
    "x and y exchanged": (turned(2, 90.0), "rotated by 90 degrees clockwise"),
    "upside down": (turned(2, 180.0), "upside down"),
    "pan 20": (turned(1, 20.0), "degrees further to the left"),
    "looks sideways": (turned(1, 90.0), "looks another way"),
}


def controller(mount: CameraMount) -> CartesianController:
    return CartesianController(CartesianControllerConfig(camera_mount=mount))


def test_a_right_mount_is_consistent(kitchen_report: MountReport) -> None:
    report = kitchen_report

    assert report.verdict == "consistent", report.findings
    assert report.max_off_deg < 8.0
    assert report.scale.values == (0.8, 0.8, 0.8)
    assert all(gain == pytest.approx(1.0, abs=0.05) for gain in report.scale.gains.values())


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_mirrored_or_turned_is_named(kitchen_jogs: list[Jog], name: str) -> None:
    change, words = PICTURES[name]
    report = judge(seen_as(kitchen_jogs, change))

    assert report.verdict == "wrong"
    assert words in report.findings[0]
    assert report.scale.values is None
    assert ("mirroring off" in report.advice[0]) == (np.linalg.det(report.fit.matrix) < 0.0)


def test_a_transform_with_the_wrong_tilt_is_told_with_its_angle(kitchen: StretchSim) -> None:
    kitchen.reset(held_out_scene(1))
    report = judge(make_jogs(kitchen, controller(WRONG_TRANSFORMS["tilt 0"][0]), webcam_seed=2))

    assert report.verdict == "wrong"
    assert "further down" in report.findings[0]
    assert tilt_deg(report.fit)[0] == pytest.approx(20.0, abs=4.0)
    assert "camera_tilt_rad" in report.advice[0]


def test_x_and_y_exchanged_in_the_transform_are_told(kitchen: StretchSim) -> None:
    kitchen.reset(held_out_scene(1))
    mount, words = WRONG_TRANSFORMS["x and y exchanged"]
    report = judge(make_jogs(kitchen, controller(mount), webcam_seed=3))

    assert report.verdict == "wrong"
    assert words in report.findings[0]


def plain(kind: str, seed: int):
    """Pictures in which there is nothing, or next to nothing, to be seen."""
    rng = np.random.default_rng(seed)

    def change(image: np.ndarray) -> np.ndarray:
        if kind == "wall":
            return as_webcam(np.full_like(image, 140), rng)
        if kind == "dark":
            return as_webcam((image * 0.03).astype(np.uint8), rng)
        return as_webcam(cv2.GaussianBlur(image, (0, 0), 25), rng)

    return change


@pytest.mark.parametrize(("kind", "mirrored"), [("wall", False), ("dark", True), ("blurred", True)])
def test_with_too_little_texture_it_says_that_it_cannot_tell(
    kitchen_jogs: list[Jog], kind: str, mirrored: bool
) -> None:
    jogs = seen_as(kitchen_jogs, PICTURES["mirrored left to right"][0]) if mirrored else kitchen_jogs
    report = judge(seen_as(jogs, plain(kind, 5)))

    assert report.verdict == "unknown"
    assert report.scale.values is None
    assert any("too little texture" in result.problem for result in report.results)


def test_pictures_that_do_not_follow_the_robot_are_no_verdict(kitchen_jogs: list[Jog]) -> None:
    frozen = judge([replace(jog, after=jog.before) for jog in kitchen_jogs])
    rng = np.random.default_rng(0)
    first = kitchen_jogs[0].before
    still = judge([replace(jog, before=as_webcam(first, rng), after=as_webcam(first, rng)) for jog in kitchen_jogs])
    drifting = judge(
        [
            replace(jog, before=np.roll(jog.before, 9 * index, 1), after=np.roll(jog.after, 9 * index + 9, 1))
            for index, jog in enumerate(kitchen_jogs)
        ]
    )

    assert [report.verdict for report in (frozen, still, drifting)] == ["unknown"] * 3
    assert "frozen" in frozen.results[0].problem
    assert "no motion in the picture" in still.results[0].problem
    assert "move?" in drifting.findings[0]


def test_a_scene_that_changed_between_first_and_last_picture_is_no_verdict(kitchen_jogs: list[Jog]) -> None:
    # From the fourth motion on the camera is askew, as if somebody had knocked against it.
    knocked = [
        replace(jog, before=np.roll(jog.before, 14 if index > 3 else 0, 1), after=np.roll(jog.after, 14, 1))
        if index >= 3
        else jog
        for index, jog in enumerate(kitchen_jogs)
    ]
    report = judge(knocked)

    assert report.verdict == "unknown"
    assert any("although the robot came back" in text for text in report.findings)


def test_a_robot_that_did_not_do_as_it_was_told_is_no_verdict(kitchen_jogs: list[Jog]) -> None:
    blocked = judge(
        [
            replace(jog, moved_base_m=np.zeros(3), clipped=("lift at its limit",)) if jog.axis == "y" else jog
            for jog in kitchen_jogs
        ]
    )
    backwards = judge(
        [replace(jog, moved_base_m=-jog.moved_base_m) if jog.axis == "x" else jog for jog in kitchen_jogs]
    )
    turning = judge([replace(jog, turned_rad=0.1) for jog in kitchen_jogs])

    assert [report.verdict for report in (blocked, backwards, turning)] == ["unknown"] * 3
    assert "nothing can be said about y" in blocked.findings[0]
    assert "lift at its limit" in next(r.problem for r in blocked.results if r.jog.axis == "y")
    assert "by its joint states" in next(r.problem for r in backwards.results if r.jog.axis == "x")
    assert "turned by 5.7 degrees" in turning.results[0].problem


def test_the_focal_length_may_be_given(kitchen_jogs: list[Jog]) -> None:
    height = kitchen_jogs[0].before.shape[0]
    true_px = height / 2 / np.tan(np.radians(30.0))
    report = judge(kitchen_jogs, CheckConfig(focal_px=true_px))

    assert report.verdict == "consistent"
    assert report.focal_px == pytest.approx(true_px)


def test_refuses_settings_and_motions_that_cannot_be_used() -> None:
    with pytest.raises(InvalidInput, match="no motions"):
        judge([])
    with pytest.raises(InvalidInput, match="tolerance_deg"):
        CheckConfig(tolerance_deg=0.0)
    with pytest.raises(InvalidInput, match="focal_px"):
        CheckConfig(focal_px=-1.0)
    with pytest.raises(InvalidInput, match="step_length_m"):
        CheckConfig(step_length_m=0.0)


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(12))
def test_no_kitchen_gets_a_wrong_verdict(kitchen: StretchSim, seed: int) -> None:
    scene = (held_out_scene if seed % 2 else training_scene)(seed)
    kitchen.reset(scene)
    jogs = make_jogs(kitchen, controller(RIGHT), webcam_seed=seed)
    assert judge(jogs).verdict == "consistent"
    for name, (change, words) in PICTURES.items():
        report = judge(seen_as(jogs, change))
        assert report.verdict == "wrong", name
        assert words in report.findings[0], name
    for kind in ("wall", "dark", "blurred"):
        report = judge(seen_as(jogs, plain(kind, seed)))
        assert report.verdict == "unknown", kind
    for name, (mount, words) in WRONG_TRANSFORMS.items():
        kitchen.reset(scene)
        report = judge(make_jogs(kitchen, controller(mount), webcam_seed=seed))
        assert report.verdict == "wrong", (name, report.findings)
        assert words in report.findings[0], name
