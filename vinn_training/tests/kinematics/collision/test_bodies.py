import numpy as np
import pinocchio as pin
import pytest

from vinn_training.kinematics import joints
from vinn_training.kinematics.collision.bodies import CAMERA, FLOOR, Bodies
from vinn_training.kinematics.descriptions import description_names

NAME = "RE1V0/tool_stretch_dex_wrist"
DESCRIPTIONS = description_names()
FINGER_RAD = 0.2


@pytest.fixture(scope="module")
def bodies(robots) -> Bodies:
    return Bodies(robots(NAME), camera_radius_m=0.03)


def poses(bodies: Bodies, q, finger_rad=FINGER_RAD):
    data, geometry_data = bodies.model.createData(), bodies.geometry.createData()
    full = bodies.full(np.array(q), finger_rad)
    pin.updateGeometryPlacements(bodies.model, data, bodies.geometry, geometry_data, full)
    return dict(zip(bodies.names, geometry_data.oMg, strict=True))


def test_shapes_are_where_the_untouched_description_has_them(bodies, checkers):
    """Arm segments at quarters and fingers turned: the oracle reads the same meshes by itself."""
    q = [0.0, 0.7, 0.4, 0.5, -0.4, 0.3]
    checker = checkers(NAME)
    values = dict(zip((joints.BASE, joints.LIFT, joints.EXTENSION, *joints.WRIST), q, strict=True))
    values |= {joints.FINGER_LEFT: FINGER_RAD, joints.FINGER_RIGHT: FINGER_RAD}
    pin.updateGeometryPlacements(
        checker.model, checker.data, checker.geometry, checker.geometry_data, checker.full(values)
    )
    theirs = {}
    for shape, pose in zip(checker.geometry.geometryObjects, checker.geometry_data.oMg, strict=True):
        if hasattr(shape.geometry, "vertices"):
            vertices = np.array(shape.geometry.vertices())
            centre = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
            theirs[checker.model.frames[shape.parentFrame].name] = pose.act(centre)
    ours = poses(bodies, q)
    compared = ("link_mast", "link_lift", "link_arm_l3", "link_arm_l1", "link_wrist_pitch", "link_gripper_finger_right")
    for link in compared:
        np.testing.assert_allclose(ours[link].translation, theirs[link], atol=1e-6)


def test_camera_and_floor_are_parts(bodies, robots):
    q = np.array([0.0, 0.5, 0.1, 0.2, 0.1, 0.0])
    ours = poses(bodies, q)
    np.testing.assert_allclose(ours[CAMERA].translation, robots(NAME).camera_pose(q).translation, atol=1e-9)
    top = ours[FLOOR].translation[2] + bodies.shapes[bodies.names.index(FLOOR)].half_extents_m[2]
    assert top == pytest.approx(0.0)


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_every_shape_has_a_place_and_a_size(name, robots):
    bodies = Bodies(robots(name), camera_radius_m=0.03)
    for shape in bodies.shapes:
        assert np.isfinite(shape.transform_shape_to_link.homogeneous).all()
        assert np.isfinite(shape.half_extents_m).all()
        assert (shape.half_extents_m > 0.0).all()
        assert 0.0 < shape.radius_m < 10.0


def test_base_moves_nothing_against_anything(bodies):
    near, far = poses(bodies, [0.0, 0.5, 0.1, 0, 0, 0]), poses(bodies, [3.0, 0.5, 0.1, 0, 0, 0])
    for name in bodies.names:
        np.testing.assert_allclose(near[name].translation, far[name].translation)


def test_no_point_moves_farther_than_its_reach(bodies):
    """The bound that the look along a motion rests on, against motions of the shapes' own corners."""
    rng = np.random.default_rng(1)
    low, high = bodies.model.lowerPositionLimit, bodies.model.upperPositionLimit
    data, geometry_data = bodies.model.createData(), bodies.geometry.createData()
    for _ in range(60):
        start, end = rng.uniform(low, high, (2, bodies.model.nv))
        corners = []
        for full in (start, end):
            pin.updateGeometryPlacements(bodies.model, data, bodies.geometry, geometry_data, full)
            corners.append(
                [p.act(s.half_extents_m * 0.57) for p, s in zip(geometry_data.oMg, bodies.shapes, strict=True)]
            )
        moved = np.linalg.norm(np.subtract(*corners), axis=1)
        bound = (bodies.reach_m * bodies.is_supported) @ np.abs(end - start)
        assert (moved <= bound + 1e-9).all()


def test_what_slides_only_is_told_from_what_turns(bodies):
    guided = {name for name, is_guided in zip(bodies.names, bodies.is_guided, strict=True) if is_guided}
    assert guided >= {"base_link", "link_mast", "link_lift", "link_arm_l0", FLOOR}
    assert not guided & {"link_wrist_yaw", "link_straight_gripper", CAMERA}
    fingers = {name for name, is_finger in zip(bodies.names, bodies.is_finger, strict=True) if is_finger}
    assert fingers == {f"link_gripper_{part}_{side}" for part in ("finger", "fingertip") for side in ("left", "right")}
