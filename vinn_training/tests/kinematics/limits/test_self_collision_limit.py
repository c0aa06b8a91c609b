import numpy as np
import pytest

from vinn_training.kinematics.collision.collision_model import CollisionModel
from vinn_training.kinematics.limits.self_collision_limit import SelfCollisionLimit

MAX_STEP = np.array([0.15, 0.15, 0.15, 0.35, 0.35, 0.35])
FAR = np.array([0.0, 0.6, 0.3, 0.0, 0.0, 0.0])
ABOVE_THE_LASER = np.array([0.0, 0.15, 0.0, 2.6, 0.0, 0.0])


@pytest.fixture(scope="module")
def collision(robots) -> CollisionModel:
    return CollisionModel(robots("RE1V0/tool_stretch_dex_wrist"))


@pytest.fixture
def limit(collision) -> SelfCollisionLimit:
    limit = SelfCollisionLimit(collision, MAX_STEP)
    limit.start_at((0.05,))
    return limit


def allows(limit: SelfCollisionLimit, q, displacement) -> bool:
    constraint = limit.rows(np.array(q))
    return constraint is None or bool((constraint[0] @ np.array(displacement) <= constraint[1] + 1e-9).all())


def test_down_towards_the_base_is_forbidden_where_it_would_hit(collision, limit):
    """The linear constraint allows what keeps the margin by the true distances, and forbids what does not."""
    for down in (0.005, 0.12):
        moved = ABOVE_THE_LASER - np.array([0.0, down, 0.0, 0.0, 0.0, 0.0])
        keeps_margin = bool(collision.distances_m(moved, 0.05).min() >= collision.margin_m)
        limit.start_at((0.05,))
        assert allows(limit, ABOVE_THE_LASER, moved - ABOVE_THE_LASER) is keeps_margin


def test_up_is_always_allowed(limit):
    assert allows(limit, ABOVE_THE_LASER, [0.0, 0.15, 0.0, 0.0, 0.0, 0.0])


def test_standing_still_is_always_allowed(collision, robots, limit):
    """Even within the margin and in contact: otherwise the QP would have no solution."""
    model = robots("RE1V0/tool_stretch_dex_wrist").model
    low, high = np.array(model.lowerPositionLimit), np.array(model.upperPositionLimit)
    low[0], high[0] = -1.0, 1.0
    for q in np.random.default_rng(0).uniform(low, high, (50, 6)):
        limit.start_at((0.05,))
        assert allows(limit, q, np.zeros(6))


def test_pairs_at_the_margin_are_named_with_their_distance(collision, limit):
    assert limit.active(FAR) == ()
    descent = (ABOVE_THE_LASER - np.array([0.0, way, 0.0, 0.0, 0.0, 0.0]) for way in np.arange(0.0, 0.15, 0.001))
    q = next(q for q in descent if collision.distances_m(q, 0.05).min() < collision.margin_m)
    assert any(line.startswith("laser and link_straight_gripper ") for line in limit.active(q))
    assert all(line.endswith(" mm apart") for line in limit.active(q))


def test_both_finger_angles_count(collision, robots):
    """Where closed fingers are free and open ones near something, the limit for both is the open ones'."""
    model = robots("RE1V0/tool_stretch_dex_wrist").model
    low, high = np.array(model.lowerPositionLimit), np.array(model.upperPositionLimit)
    low[0], high[0] = -1.0, 1.0
    limit, found = SelfCollisionLimit(collision, MAX_STEP), 0
    for q in np.random.default_rng(0).uniform(low, high, (300, 6)):
        lines = {}
        for fingers in ((-0.2,), (0.4,), (-0.2, 0.4)):
            limit.start_at(fingers)
            lines[fingers] = {line.rsplit(" ", 3)[0] for line in limit.active(q)}
        assert lines[(-0.2, 0.4)] == lines[(-0.2,)] | lines[(0.4,)]
        found += lines[(0.4,)] > lines[(-0.2,)]
    assert found > 0
