import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.bank.bank import Bank
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.bank.live_bank import LiveBank
from vinn_training.bank.thumbnails import Thumbnails
from vinn_training.contracts import GripperState
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.vinn_policy import PolicyConfig, VinnPolicy

CALIBRATION = DistanceCalibration(tuple(np.linspace(0.0, 10.0, 101)), 100)


def _random_bank(seed: int = 0, rows: int = 60, size: int = 16, scale: float = 1.0, offset: float = 0.0) -> Bank:
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(rows, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return Bank(
        embeddings=(offset + scale * rng.normal(size=(rows, size))).astype(np.float32),
        directions=directions.astype(np.float32),
        gripper=rng.random(rows).astype(np.float32),
        demonstration=np.arange(rows) // 10,
        frame=np.arange(rows) % 10,
        demonstration_names=tuple(f"d{index}" for index in range(-(-rows // 10))),
        encoder_id="e",
    )


def _line_bank(openings: tuple[float, ...] = (1.0, 0.0)) -> Bank:
    """Two frames on a line: at 0 going right, at 4 going forward."""
    return Bank(
        embeddings=np.array([[0.0], [4.0]]),
        directions=np.array([[1, 0, 0], [0, 0, 1]]),
        gripper=np.array(openings),
        demonstration=np.array([0, 1]),
        frame=np.array([5, 7]),
        demonstration_names=("first", "second"),
        encoder_id="e",
    )


def _oracle(bank: Bank, query: np.ndarray, k: int, temperature: float) -> tuple[np.ndarray, float, list[int]]:
    """The paper's regression, written out in float64 and plain loops."""
    distances = []
    for row in bank.embeddings.astype(np.float64):
        distances.append(sum((a - b) ** 2 for a, b in zip(row, query.astype(np.float64), strict=True)) ** 0.5)
    nearest = sorted(range(len(bank)), key=lambda row: (distances[row], row))[:k]
    total, direction, opening = 0.0, np.zeros(3), 0.0
    for row in nearest:
        weight = np.exp(-(distances[row] - distances[nearest[0]]) / temperature)
        total += weight
        direction = direction + weight * bank.directions[row].astype(np.float64)
        opening += weight * float(bank.gripper[row])
    return direction / total, opening / total, nearest


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([1e-3, 1.0, 1e3]), st.sampled_from([0.0, 50.0]))
def test_equals_the_brute_force_oracle(seed: int, k: int, scale: float, offset: float) -> None:
    bank = _random_bank(seed, scale=scale, offset=offset)
    query = (offset + scale * np.random.default_rng(seed + 1).normal(size=16)).astype(np.float32)
    action = VinnPolicy(bank, PolicyConfig(k=k, temperature=scale)).act(query)
    direction, opening, nearest = _oracle(bank, query, k, scale)
    np.testing.assert_allclose(action.direction, direction, atol=1e-6)
    assert action.gripper_opening == pytest.approx(opening, abs=1e-6)
    assert [neighbor.row for neighbor in action.neighbors] == nearest


def test_trace_names_the_frames_that_made_the_action() -> None:
    action = VinnPolicy(_line_bank(), PolicyConfig(k=2)).act(np.array([1.0]))
    first, second = action.neighbors
    assert (first.demonstration, first.frame, first.distance) == ("first", 5, 1.0)
    assert (second.demonstration, second.frame, second.distance) == ("second", 7, 3.0)
    assert first.weight == pytest.approx(1 / (1 + np.exp(-2)))
    np.testing.assert_allclose(action.direction, [first.weight, 0, second.weight], atol=1e-7)
    assert action.gripper_opening == pytest.approx(first.weight)


def test_a_frame_of_the_bank_with_k_1_gives_its_own_action() -> None:
    bank = _random_bank()
    action = VinnPolicy(bank, PolicyConfig(k=1)).act(bank.embeddings[17])
    np.testing.assert_array_equal(action.direction, bank.directions[17])
    assert action.neighbors[0].distance == 0.0


def test_more_neighbours_than_rows_are_all_rows() -> None:
    assert len(VinnPolicy(_line_bank(), PolicyConfig(k=1000)).act(np.array([1.0])).neighbors) == 2


def test_action_is_never_longer_than_one() -> None:
    bank = _random_bank(rows=10)
    same = Bank(
        bank.embeddings, np.tile(np.array([[0.577350269, 0.577350269, 0.577350269]]), (10, 1)), bank.gripper,
        bank.demonstration, bank.frame, bank.demonstration_names, "e",
    )  # fmt: skip
    assert np.linalg.norm(VinnPolicy(same).act(bank.embeddings[0] + 1).direction.astype(np.float64)) <= 1.0 + 1e-7


def test_translation_is_scaled_axis_by_axis_and_live() -> None:
    policy = VinnPolicy(_line_bank(), PolicyConfig(k=1, action_scale=(0.5, 1.0, 0.25)))
    np.testing.assert_allclose(policy.decide(np.array([0.0])).translation, [0.5, 0, 0])
    np.testing.assert_allclose(policy.decide(np.array([4.0])).translation, [0, 0, 0.25])
    policy.config = PolicyConfig(k=2, temperature=1e9, action_scale=(1.0, 1.0, 1.0))
    np.testing.assert_allclose(policy.decide(np.array([4.0])).translation, [0.5, 0, 0.5], atol=1e-6)


def test_gripper_remembers_between_the_thresholds() -> None:
    policy = VinnPolicy(_line_bank(), PolicyConfig(k=2, temperature=2.0))
    states = [policy.decide(np.array([place])).gripper for place in (2.0, 0.0, 2.0, 4.0, 2.0)]
    unknown, opened, closed = GripperState.UNKNOWN, GripperState.OPEN, GripperState.CLOSED
    assert states == [unknown, opened, opened, closed, closed]
    policy.reset()
    assert policy.decide(np.array([2.0])).gripper == unknown


def test_unfamiliar_images_hold_and_say_why() -> None:
    policy = VinnPolicy(_line_bank(), PolicyConfig(k=1), CALIBRATION)
    near = policy.decide(np.array([1.0]))
    assert (near.hold, near.hold_reason, near.gripper) == (False, "", GripperState.OPEN)
    assert near.distance_quantile == pytest.approx(0.1, abs=0.01)
    far = policy.decide(np.array([15.0]))  # the nearest closes the gripper, but the image is not trusted
    assert (far.hold, far.distance_quantile, far.gripper) == (True, 1.0, GripperState.OPEN)
    assert "'second' 7" in far.hold_reason
    assert "11" in far.hold_reason
    policy.config = PolicyConfig(k=1, hold_distance_quantile=1.0)
    assert not policy.decide(np.array([15.0])).hold


def test_refused_embeddings_change_nothing() -> None:
    policy = VinnPolicy(_line_bank(), PolicyConfig(k=1))
    policy.decide(np.array([0.0]))
    for bad in (np.array([np.nan]), np.array([np.inf]), np.zeros(2), np.zeros((1, 1))):
        with pytest.raises(InvalidInput, match="embedding"):
            policy.decide(bad)
    assert policy.decide(np.array([0.5])).gripper == GripperState.OPEN


def test_a_decision_names_the_bank_that_was_asked() -> None:
    bank = _random_bank()
    pictures = Thumbnails.from_images([np.zeros((4, 4, 3), dtype=np.uint8)] * len(bank))
    live = LiveBank(bank, pictures, calibration=CALIBRATION)
    policy = VinnPolicy(bank)
    before = policy.decide(bank.embeddings[0])
    assert (before.bank_version, before.bank_id) == (0, bank.bank_id)
    assert before.distance_quantile == 0.0  # made without a yardstick
    version = live.disable("d0")
    policy.use(version)
    after = policy.decide(bank.embeddings[0])
    assert (after.bank_version, after.bank_id, after.bank) == (1, version.bank_id, version)
    assert after.bank_id != before.bank_id
    assert after.distance_quantile == CALIBRATION.quantile(after.action.neighbors[0].distance) > 0.0
    assert (before.bank_version, before.bank_id) == (0, bank.bank_id)  # what was decided stays as it was
