import itertools
import math

import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.kinematics.collision.collision_model import CollisionModel

NAME = "RE1V0/tool_stretch_dex_wrist"
FINGER_RAD = 0.05
#: Fingers over the base, and lift down from there until they are in it.
OVER_THE_BASE = np.array([0.0, 0.3, 0.0, 2.6, 0.0, 0.0])
IN_THE_BASE = np.array([0.0, 0.0, 0.0, 2.6, 0.0, 0.0])


@pytest.fixture(scope="module")
def collision(robots) -> CollisionModel:
    return CollisionModel(robots(NAME))


def configurations(robot, count: int, seed: int) -> np.ndarray:
    low, high = np.array(robot.model.lowerPositionLimit), np.array(robot.model.upperPositionLimit)
    low[0], high[0] = -1.0, 1.0
    return np.random.default_rng(seed).uniform(low, high, (count, len(low)))


def test_distance_to_the_floor_is_the_height(collision, robots):
    """Known answer: the camera's cover, a sphere of 3 cm, hangs as high as forward kinematics says."""
    q = np.array([0.0, 0.4, 0.2, 0.0, 0.0, 0.0])
    height = robots(NAME).camera_pose(q).translation[2] - 0.03
    pair = collision.pair_names.index("floor and wrist camera")
    assert collision.distances_m(q, FINGER_RAD)[pair] == pytest.approx(height, abs=1e-5)


def test_near_finds_all_that_is_near_and_its_gradients(collision, robots):
    """Oracles: every distance one by one, and finite differences."""
    disagreements, compared = 0, 0
    for q in configurations(robots(NAME), 25, seed=0):
        near = collision.near(q, FINGER_RAD, 0.15)
        distances = collision.distances_m(q, FINGER_RAD)
        assert set(near.pairs.tolist()) == set(np.flatnonzero(distances < 0.15).tolist())
        np.testing.assert_allclose(near.distances_m, distances[near.pairs], atol=3e-6)
        for joint in range(len(q)):
            step = np.zeros(len(q))
            step[joint] = 2e-4
            ahead, behind = (collision.distances_m(q + s, FINGER_RAD)[near.pairs] for s in (step, -step))
            errors = np.abs((ahead - behind) / 4e-4 - near.gradients[:, joint])
            disagreements += int((errors > 1e-2).sum())
            compared += len(errors)
    assert compared > 500
    assert disagreements <= 0.01 * compared  # an edge passes an edge: there the distance has no derivative


def test_what_was_seen_on_the_way_changes_nothing(collision, robots):
    """Distances on a trail of small and large motions are those that a fresh look finds; so are the free parts."""
    rng = np.random.default_rng(4)
    places = configurations(robots(NAME), 6, seed=4)
    for start, end in itertools.pairwise(places):
        for part in np.linspace(0.0, 1.0, 12):
            q, finger_rad = start + part**2 * (end - start), float(rng.choice([-0.2, 0.3]))
            within_m = float(rng.choice([0.03, 0.1]))
            near = collision.near(q, finger_rad, within_m)
            distances = collision.distances_m(q, finger_rad)
            assert set(near.pairs.tolist()) == set(np.flatnonzero(distances < within_m).tolist())
            np.testing.assert_allclose(near.distances_m, distances[near.pairs], atol=3e-6)
    fresh = CollisionModel(robots(NAME))
    for end in places[1:]:  # several motions from one place
        assert collision.check_path(places[0], end, 0.05, 0.05) == fresh.check_path(places[0], end, 0.05, 0.05)
        fresh.check_path(places[1], places[2], 0.05, 0.05)


def test_cut_motion_ends_with_all_parts_as_far_apart_as_they_must_be(collision, robots):
    points = configurations(robots(NAME), 300, seed=5)
    cut = 0
    for start, end in zip(points[::2], points[1::2], strict=True):
        before = collision.distances_m(start, FINGER_RAD)
        if before.min() < 0.0:
            continue
        check = collision.check_path(start, end, FINGER_RAD, FINGER_RAD)
        after = collision.distances_m(start + check.fraction * (end - start), FINGER_RAD)
        assert (after >= np.minimum(0.4 * collision.margin_m, before) - 3e-4).all()
        cut += check.fraction < 1.0
    assert cut > 20


def test_mesh_checker_and_model_agree_on_collisions(collision, robots, checkers):
    """What the triangles of the untouched description hit, the hulls hit; the reverse need not hold."""
    checker = checkers(NAME)
    robot = robots(NAME)
    hits = 0
    for q in configurations(robot, 400, seed=1):
        values = dict(zip(robot.joint_names, q.tolist(), strict=True))
        fingers = {"joint_gripper_finger_left": FINGER_RAD, "joint_gripper_finger_right": FINGER_RAD}
        if checker.is_hit({**values, **fingers}):
            hits += 1
            assert collision.distances_m(q, FINGER_RAD).min() < 1e-6
    assert hits > 20


def test_free_motion_is_free(collision):
    check = collision.check_path(np.array([0, 0.5, 0.1, 0, 0, 0]), np.array([0.1, 0.6, 0.2, 0.3, 0, 0]), 0.05, 0.05)
    assert (check.fraction, check.blocker) == (1.0, "")


def test_motion_into_the_base_ends_before_it(collision):
    check = collision.check_path(OVER_THE_BASE, IN_THE_BASE, FINGER_RAD, FINGER_RAD)
    assert "link_" in check.blocker
    assert 0.2 < check.fraction < 0.95
    end = OVER_THE_BASE + check.fraction * (IN_THE_BASE - OVER_THE_BASE)
    least = collision.distances_m(end, FINGER_RAD).min()
    assert 0.002 <= least <= 0.012


def test_a_larger_distance_to_keep_ends_the_motion_earlier(collision):
    near = collision.check_path(OVER_THE_BASE, IN_THE_BASE, FINGER_RAD, FINGER_RAD)
    far = collision.check_path(OVER_THE_BASE, IN_THE_BASE, FINGER_RAD, FINGER_RAD, keep_m=0.05)
    assert far.fraction < near.fraction
    end = OVER_THE_BASE + far.fraction * (IN_THE_BASE - OVER_THE_BASE)
    left_m = collision.distances_m(end, FINGER_RAD)[collision.pair_names.index(far.blocker)]
    assert 0.045 < left_m < 0.055


def test_no_collision_hides_between_two_free_ends(collision, robots):
    """Every motion that is called free is free where a dense sampling looks, too."""
    robot = robots(NAME)
    free, blocked = 0, 0
    points = configurations(robot, 240, seed=2)
    for start, end in zip(points[::2], points[1::2], strict=True):
        if min(collision.distances_m(q, FINGER_RAD).min() for q in (start, end)) < 0.01:
            continue
        check = collision.check_path(start, end, FINGER_RAD, FINGER_RAD)
        free += not check.blocker
        blocked += bool(check.blocker)
        for part in np.linspace(0.0, check.fraction, 60):
            assert collision.distances_m(start + part * (end - start), FINGER_RAD).min() > 0.001
    assert free > 10
    assert blocked >= 5


def test_robot_that_starts_in_contact_may_leave_but_not_press_on(collision):
    up = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    descent = (OVER_THE_BASE - way * up for way in np.arange(0.0, 0.3, 0.002))
    touching = next(q for q in descent if collision.distances_m(q, FINGER_RAD).min() < 0.0)
    deeper, out = touching - 0.02 * up, touching + 0.3 * up
    assert collision.check_path(touching, deeper, FINGER_RAD, FINGER_RAD).fraction < 0.2
    assert collision.check_path(touching, out, FINGER_RAD, FINGER_RAD).fraction == 1.0


def test_opening_fingers_need_room(collision, robots):
    blockers = []
    for q in configurations(robots(NAME), 300, seed=3):
        if collision.distances_m(q, -0.2).min() > 0.01:
            blockers.append(collision.check_path(q, q, -0.2, 0.5).blocker)
    assert "" in blockers
    assert any(blockers)
    assert all("finger" in blocker for blocker in blockers if blocker)


@pytest.mark.parametrize(("margin", "radius"), [(0.0, 0.03), (math.nan, 0.03), (0.01, -1.0), (0.01, math.inf)])
def test_impossible_sizes_are_refused(margin, radius, robots):
    with pytest.raises(InvalidInput, match="collision margin"):
        CollisionModel(robots(NAME), margin, radius)
