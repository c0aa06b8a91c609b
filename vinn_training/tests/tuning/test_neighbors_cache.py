from dataclasses import replace

import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.vinn_policy import VinnPolicy
from vinn_training.tuning import neighbors_cache
from vinn_training.tuning.neighbors_cache import NeighborSearch, regressions

from .conftest import HalvesRuntime, course, picture


def _queries(seed: int = 50) -> np.ndarray:
    return HalvesRuntime().encode([picture(*frame) for frame in zip(*course(seed), strict=True)])


def test_every_regression_is_what_the_policy_answers(bank: Bank, calibration: DistanceCalibration, monkeypatch) -> None:
    monkeypatch.setattr(neighbors_cache, "_BLOCK", 200)
    neighbors = NeighborSearch(bank, calibration).look_up("bag", _queries(), 12)
    ks, temperatures = (1, 5, 12), (0.01, 0.3)
    answers = regressions(neighbors, ks, temperatures)
    held = neighbors.held((0.5, 0.9))
    for row in range(len(answers)):
        config = PolicyConfig(k=ks[row // 2], temperature=temperatures[row % 2], hold_distance_quantile=0.5)
        policy = VinnPolicy(bank, config, calibration)
        for frame, query in enumerate(_queries()):
            decision = policy.decide(query)
            assert answers[row, frame, :3] == pytest.approx(decision.action.direction, abs=1e-6)
            assert answers[row, frame, 3] == pytest.approx(decision.action.gripper_opening, abs=1e-12)
            assert held[0, frame] == decision.hold
            assert neighbors.quantiles[frame] == decision.distance_quantile


def test_a_k_beyond_the_bank_takes_all_rows(bank: Bank, calibration: DistanceCalibration) -> None:
    neighbors = NeighborSearch(bank, calibration).look_up("bag", _queries(), 500)
    assert neighbors.distances.shape == (20, len(bank))
    answers = regressions(neighbors, (len(bank), 500), (0.3,))
    assert (answers[0] == answers[1]).all()


def test_the_bags_own_demonstration_does_not_answer(bank: Bank, calibration: DistanceCalibration) -> None:
    search = NeighborSearch(bank, calibration)
    neighbors = search.look_up("some_bag", _queries(2), 10)
    assert [item.name for item in neighbors.own] == ["demo_2"]
    assert not (bank.demonstration[neighbors.rows] == 2).any()
    assert neighbors.distances[:, 0].min() > 0.0
    by_name = search.look_up("demo_1", _queries(50), 10)
    assert [(item.name, item.reason) for item in by_name.own] == [("demo_1", "it has the bag's name")]
    assert not search.look_up("some_bag", _queries(50), 10).own


def test_disabled_demonstrations_are_neither_asked_nor_left_out(bank: Bank, calibration: DistanceCalibration) -> None:
    partly = bank.with_disabled(["demo_2", "demo_3"])
    neighbors = NeighborSearch(partly, calibration).look_up("some_bag", _queries(2), 10)
    assert not neighbors.own
    assert set(np.unique(bank.demonstration[neighbors.rows])) == {0, 1}
    with pytest.raises(InvalidInput, match="the bank has no other"):
        NeighborSearch(bank.with_disabled(["demo_1", "demo_2", "demo_3"]), calibration).look_up("b", _queries(0), 5)


def test_a_bank_of_a_single_demonstration_never_holds(bank: Bank) -> None:
    alone = replace(
        bank, embeddings=bank.embeddings[:20], directions=bank.directions[:20], gripper=bank.gripper[:20],
        demonstration=bank.demonstration[:20], frame=bank.frame[:20], demonstration_names=("demo_0",),
    )  # fmt: skip
    neighbors = NeighborSearch(alone, DistanceCalibration((), 0)).look_up("bag", _queries(50), 5)
    assert not neighbors.own
    assert not neighbors.held((0.0, 1.0)).any()


def test_embeddings_of_another_length_are_refused(bank: Bank, calibration: DistanceCalibration) -> None:
    with pytest.raises(InvalidInput, match="expected \\(4,\\)"):
        NeighborSearch(bank, calibration).look_up("bag", np.zeros((3, 7), dtype=np.float32), 5)
