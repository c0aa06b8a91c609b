import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinn_training.bank.bank import Bank
from vinn_training.bank.calibration import calibrate
from vinn_training.contracts import GripperState
from vinn_training.evaluation.action_errors import action_errors
from vinn_training.evaluation.gripper_events import events_of, gripper_open, match_events
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.vinn_policy import VinnPolicy
from vinn_training.tuning.grid import Place
from vinn_training.tuning.grid_options import GridOptions, make_grid
from vinn_training.tuning.neighbors_cache import NeighborSearch
from vinn_training.tuning.sweep import Truth, sweep

_WINDOW = 3


def _random_bank(random: np.random.Generator, rows: int) -> Bank:
    directions = random.normal(size=(rows, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    directions[random.random(rows) < 0.1] = 0.0
    return Bank(
        random.normal(size=(rows, 5)).astype(np.float32), directions, random.random(rows), np.arange(rows) % 3,
        np.arange(rows) // 3, ("a", "b", "c"), "encoder",
    )  # fmt: skip


def _frame_by_frame(bank: Bank, config: PolicyConfig, queries: np.ndarray, truth: Truth) -> dict[str, float]:
    """What the policy does when it is asked image after image, judged by the plain definitions."""
    policy = VinnPolicy(bank, config, calibrate(bank))
    decisions = [policy.decide(query) for query in queries]
    directions = np.stack([decision.action.direction for decision in decisions]).astype(np.float64)
    moves = np.stack([decision.translation for decision in decisions]).astype(np.float64)
    acted = np.array([not decision.hold for decision in decisions])
    labelled = gripper_open(truth.gripper)
    is_open = np.array([
        labelled[0] if decision.gripper is GripperState.UNKNOWN else decision.gripper is GripperState.OPEN
        for decision in decisions
    ])  # fmt: skip
    errors, mine = action_errors(directions, truth.directions), events_of(is_open)
    timing = match_events(mine, events_of(labelled), _WINDOW)
    return {
        "mse": errors.squared.mean(),
        "acted_mse": errors.squared[acted].mean() if acted.any() else 0.0,
        "angle_deg": np.degrees(np.nanmean(errors.angle_rad)),
        "step_error": ((moves - truth.displacements) ** 2).mean(),
        "held": 1.0 - acted.mean(),
        "wrong": (is_open != labelled).mean(),
        "missed": timing.missed,
        "spurious": timing.spurious,
        "early": sum(late < 0 for late in timing.late_frames),
        "late": sum(late > 0 for late in timing.late_frames),
        "off_frames": sum(map(abs, timing.late_frames)),
        "changes": len(mine),
    }


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), rows=st.integers(6, 40), frames=st.integers(2, 25), data=st.data())
def test_any_setting_is_what_the_policy_does_frame_by_frame(seed, rows, frames, data) -> None:
    random = np.random.default_rng(seed)
    bank = _random_bank(random, rows)
    queries = random.normal(size=(frames, 5)).astype(np.float32)
    directions = random.normal(size=(frames, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    truth = Truth(directions, 0.4 * directions, random.random(frames))
    grid = make_grid(
        GridOptions(
            k=(1, 4, 60), temperature=(0.02, 1.3), action_scale=(0.3, 1.0), close_below=(0.31, 0.52),
            open_above=(0.52, 0.77), hold_quantile=(0.3, 0.8, 1.0),
        ),
        1.0,
    ).including(PolicyConfig(action_scale=(0.2, 0.5, 0.9)))  # fmt: skip
    neighbors = NeighborSearch(bank, calibrate(bank)).look_up("bag", queries, max(grid.k))
    scores = sweep(neighbors, truth, grid, _WINDOW)
    place = Place(
        data.draw(st.integers(0, grid.regressions - 1)), data.draw(st.integers(0, len(grid.action_scale) - 1)),
        data.draw(st.integers(0, len(grid.thresholds) - 1)),
        data.draw(st.integers(0, len(grid.hold_distance_quantile) - 1)),
    )  # fmt: skip
    config = grid.config(place)
    expected = _frame_by_frame(bank, config, queries, truth)
    spot = (place.regression, place.thresholds, place.quantile)
    gripper = scores.gripper
    assert {
        "mse": scores.mse[place.regression],
        "acted_mse": scores.acted_mse[place.regression, place.quantile],
        "angle_deg": scores.angle_deg[place.regression],
        "step_error": scores.step_error(config.action_scale)[place.regression],
        "held": scores.held_share[place.quantile],
        "wrong": scores.wrong_share[spot],
        **{name: getattr(gripper, name)[spot] for name in
           ("missed", "spurious", "early", "late", "off_frames", "changes")},
    } == pytest.approx(expected, abs=2e-5)  # fmt: skip


def test_what_a_bag_does_not_tell_has_no_scores(bank, calibration) -> None:
    neighbors = NeighborSearch(bank, calibration).look_up("bag", bank.embeddings[:5] + 1.0, 50)
    grid = make_grid(GridOptions(), 1.0)
    scores = sweep(neighbors, Truth(None, None, None), grid, _WINDOW)
    assert (scores.frames, scores.direction.frames, scores.step.frames, scores.gripper.frames) == (5, 0, 0, 0)
    assert not scores.mse.any()
    assert not scores.gripper_error.any()
    assert scores.held_share[-1] == 0.0  # 1 never holds


@pytest.mark.full
def test_ten_thousand_settings_over_a_thousand_frames_take_seconds() -> None:
    """Every setting has a gripper course of its own, of a gripper that chatters; in practice few are so slow."""
    random = np.random.default_rng(0)
    bank = _random_bank(random, 4000)
    truth = Truth(*(2 * [bank.directions[:1000]]), (np.sin(np.arange(1000) / 40) > 0).astype(np.float32))
    neighbors = NeighborSearch(bank, calibrate(bank)).look_up(
        "bag", random.normal(size=(1000, 5)).astype(np.float32), 50
    )
    grid = make_grid(
        GridOptions(
            k=(1, 2, 3, 5, 7, 10, 15, 20, 30, 50), temperature=tuple(np.geomspace(0.01, 50.0, 10)), action_scale=(0.5,),
            close_below=(0.3, 0.45), open_above=(0.46, 0.5, 0.55, 0.6, 0.7),
            hold_quantile=tuple(np.linspace(0.1, 1.0, 10)),
        ),
        1.0,
    )  # fmt: skip
    begin = time.perf_counter()
    sweep(neighbors, truth, grid, 10)
    took_s = time.perf_counter() - begin
    print(f"{grid.size} settings over 1000 frames: {took_s:.2f} s")
    assert grid.size == 10_000
    assert took_s < 10.0
