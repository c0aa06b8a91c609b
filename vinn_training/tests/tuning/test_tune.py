from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.bank.bank import Bank
from vinn_training.bank.calibration import DistanceCalibration
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.config import PolicyConfig
from vinn_training.policy.vinn_policy import VinnPolicy
from vinn_training.replay.session import SessionOptions
from vinn_training.tuning.embedding_pass import EmbeddingPass
from vinn_training.tuning.grid_options import GridOptions
from vinn_training.tuning.objective import Criteria
from vinn_training.tuning.tune import TuningOptions, TuningResult, largest_k, look_up, tune
from vinn_training.tuning.tuned_bag import read_recordings

from .conftest import STEP_M, record, record_steps

GRID = GridOptions(k=(1, 5, 20), temperature=(0.05, 1.0), hold_quantile=(0.5, 0.9, 0.99, 1.0))
#: Far from what these bags want: twice the step, and thresholds that always close.
START = PolicyConfig(50, 100.0, (0.8, 0.8, 0.8), gripper_close_below=1.0, gripper_open_above=1.0)
OPTIONS = TuningOptions(GRID, Criteria())


def run(
    paths: list[Path], bank: Bank, calibration: DistanceCalibration, encoder: EmbeddingPass,
    options: TuningOptions = OPTIONS, start: PolicyConfig = START,
) -> TuningResult:  # fmt: skip
    recordings, _ = read_recordings(paths, SessionOptions())
    bags = look_up(recordings, bank, calibration, encoder, options, largest_k(options.grid, start))
    return tune(bags, calibration, options, start)


def test_the_chosen_setting_repeats_the_demonstration(tmp_path: Path, bank, calibration, encoder) -> None:
    result = run([record(tmp_path / "bag")], bank, calibration, encoder)
    chosen, place = result.choice.config, result.choice.place
    assert result.untunable == {}
    assert chosen.k < 50
    assert chosen.gripper_close_below < 1.0
    # 2 cm a frame of a 5 cm step length: c is 0.4, a little more where a_hat is shorter than 1.
    assert chosen.action_scale[2] == pytest.approx(STEP_M / 0.05, abs=0.03)
    scores = result.scores
    # What is left is mostly the last frame, which is at rest: one in twenty, with an error of 1/3.
    assert scores.mse[place.regression] < 0.5 * scores.mse[result.grid.place_of(START).regression]
    assert scores.gripper_error[place.regression, place.thresholds, place.quantile] == 0.0
    assert scores.held_share[place.quantile] <= 0.02


def test_the_policy_with_the_chosen_setting_does_what_the_scores_say(
    tmp_path: Path, bank, calibration, encoder
) -> None:
    result = run([record(tmp_path / "bag")], bank, calibration, encoder)
    (bag,) = result.bags
    policy = VinnPolicy(bank, result.choice.config, calibration)
    answers = np.stack([policy.decide(item).action.direction for item in bag.embedded.embeddings])
    expected = ((answers - bag.truth.directions) ** 2).mean()
    assert result.scores.mse[result.choice.place.regression] == pytest.approx(expected, abs=1e-6)


def test_a_single_bag_is_not_left_out_and_several_are(tmp_path: Path, bank, calibration, encoder) -> None:
    bags = [record(tmp_path / f"bag_{seed}", seed=seed) for seed in (50, 51, 52)]
    assert run(bags[:1], bank, calibration, encoder).left_out == ()
    rows = run(bags, bank, calibration, encoder).left_out
    assert [row["role"] for row in rows] == ["bag_50", "bag_51", "bag_52"]
    for row in rows:
        assert row["cost"] >= row["fitted_cost"] - 0.1
        assert 0.0 < row["mse"] < 0.1


def test_what_the_bags_do_not_tell_stays_as_it_was(tmp_path: Path, bank, calibration, encoder) -> None:
    result = run([record(tmp_path / "bag", poses=False)], bank, calibration, encoder)
    assert set(result.untunable) == {"k", "temperature", "action_scale"}
    assert result.tuned == ("gripper_close_below", "gripper_open_above", "hold_distance_quantile")
    chosen = result.choice.config
    assert (chosen.k, chosen.temperature, chosen.action_scale) == (50, 100.0, (0.8, 0.8, 0.8))
    assert result.grid.regressions == 1


def test_bags_that_say_nothing_are_refused(tmp_path: Path, bank, encoder) -> None:
    with pytest.raises(InvalidInput, match="say nothing about any parameter: no demonstrated motion"):
        run([record(tmp_path / "bag", poses=False, gripper=False)], bank, DistanceCalibration((), 0), encoder)


def test_only_the_hold_is_told_of(tmp_path: Path, bank, calibration, encoder) -> None:
    result = run([record(tmp_path / "bag", poses=False, gripper=False)], bank, calibration, encoder)
    assert result.tuned == ("hold_distance_quantile",)
    assert replace(result.choice.config, hold_distance_quantile=START.hold_distance_quantile) == START


def test_a_bag_of_a_demonstration_of_the_bank_does_not_answer_itself(
    tmp_path: Path, bank, calibration, encoder
) -> None:
    result = run([record(tmp_path / "bag", seed=1)], bank, calibration, encoder)
    assert [item.name for item in result.bags[0].neighbors.own] == ["demo_1"]
    assert any("does not answer its frames" in note for note in result.bags[0].notes())
    assert result.scores.mse.min() > 1e-4  # its own frames would answer with no error at all


@pytest.mark.parametrize("length", [0.0, -1.0, float("nan")])
def test_step_lengths_that_are_none(length: float) -> None:
    with pytest.raises(InvalidInput, match="step_length_m"):
        TuningOptions(GRID, Criteria(), length)


def test_a_stepping_robots_waiting_is_no_part_of_the_choice(tmp_path: Path, bank, calibration, encoder) -> None:
    result = run([record_steps(tmp_path / "bag")], bank, calibration, encoder)
    assert result.scores.frames == 11
    assert result.choice.config.action_scale == pytest.approx((0.4, 0.4, 0.4), abs=0.05)
    assert any("the policy drove the robot" in note for note in result.bags[0].notes())
    recordings, _ = read_recordings([tmp_path / "bag"], SessionOptions(), "all")
    (waiting,) = look_up(recordings, bank, calibration, encoder, OPTIONS, 50)
    assert waiting.truth.waiting.sum() > 0.7 * 60
    assert any("taken for waiting" in note for note in waiting.notes())
    every = tune([waiting], calibration, OPTIONS, START)
    assert (every.scores.frames, every.scores.direction.frames) == (60, 60 - waiting.truth.waiting.sum())
    assert every.choice.config.k < 50
