import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.evaluation.episode import EpisodeResult
from vinn_training.evaluation.table1 import cell_rows, read_cells, table1, trial_rows
from vinn_training.evaluation.table1_plan import SIZES, DoorPlan, TrialPlan
from vinn_training.evaluation.trial_scenes import TrialsConfig
from vinn_training.evaluation.trials import Trial, summarise, write_summary
from vinn_training.exceptions import InvalidInput

#: Doors opened of ten, by method; BC-rep opens those from the end on, so that some pairs differ.
OPENED = {"vinn": 9, "bc-rep": 5, "open-loop": 1}


def _write(plan: DoorPlan) -> None:
    for table, method, folder in plan.trial_folders():
        conditions = ("none",) if table == "I" else ("signs", "signs-one-bin")
        for scenes in ("training", "held-out"):
            for condition in conditions:
                config = TrialsConfig(episodes=10, scenes=scenes, condition=condition)
                trials = [
                    Trial(seed, f"oak/{seed}", "oak", 0.0, 0.2, EpisodeResult(True, opened, 31.0, 10 + seed, "because"))
                    for seed in config.seeds
                    for opened in [(9 - seed if method == "bc-rep" else seed) < OPENED[method]]
                ]
                write_summary(folder / config.cell, summarise(method, config, trials) | {"settings": {}})


@pytest.fixture
def plan(tmp_path: Path) -> DoorPlan:
    plan = DoorPlan(tmp_path, SIZES["small"], TrialPlan(), "in-domain", methods=tuple(OPENED))
    _write(plan)
    return plan


def test_cells_with_rates_intervals_and_the_papers_numbers(plan: DoorPlan) -> None:
    content = table1(plan, read_cells(plan))
    cells = {(c["table"], c["method"], c["scenes"], c["condition"]): c for c in content["cells"]}
    assert len(cells) == 3 * 2 + 2 * 2 * 2
    mine = cells["I", "vinn", "training", "none"]
    assert mine["door_opened"] == {"k": 9, "n": 10, "low": 0.5958, "high": 0.9821}
    assert mine["handle_grasped"]["k"] == 10
    assert mine["paper"] == {"handle_grasped": 80.0, "door_opened": 80.0}
    assert mine["median_steps_to_open"] == 14.0
    assert cells["II", "bc-rep", "training", "signs"]["paper"] == {"handle_grasped": None, "door_opened": 10.0}
    assert cells["II", "bc-rep", "held-out", "signs"]["paper"] is None
    json.dumps(content, allow_nan=False)


def test_vinn_is_compared_trial_by_trial_wherever_others_did_the_same_trials(plan: DoorPlan) -> None:
    content = table1(plan, read_cells(plan))
    found = {
        (c["table"], c["second"], c["scenes"], c["condition"]): c
        for c in content["comparisons"]
        if c["criterion"] == "door_opened"
    }
    assert len(found) == 2 * 2 + 2 * 2
    blind = found["I", "open-loop", "held-out", "none"]
    assert (blind["both"], blind["first_only"], blind["second_only"], blind["neither"]) == (1, 8, 0, 1)
    assert blind["p"] == pytest.approx(2 / 2**8)
    assert blind["verdict"] == "first better"
    cloned = found["II", "bc-rep", "training", "signs"]
    assert (cloned["both"], cloned["first_only"], cloned["second_only"]) == (4, 5, 1)
    assert cloned["verdict"] == "not separated"
    assert any("VINN opens more doors than open loop: 9 against 1 of 10" in line for line in content["statements"])
    assert any("not separably more or less often than BC-rep" in line for line in content["statements"])


def test_covered_conditions_together_draw_whole_seeds(plan: DoorPlan) -> None:
    pooled = table1(plan, read_cells(plan))["pooled"]
    assert [item["scenes"] for item in pooled] == ["training", "held-out"]
    first = pooled[0]
    assert first["conditions"] == ["signs", "signs-one-bin"]
    assert (first["first_rate"]["k"], first["first_rate"]["n"]) == (18, 20)
    assert first["difference"] == pytest.approx(0.4)
    # Both conditions of a seed ended alike: 20 trials tell as much as the 10 seeds that they are.
    deviation = (0.1 * (1.0 * 5 + 0.0 * 4 + 1.0 * 1) - 0.4**2) ** 0.5 / 10**0.5
    assert first["high"] - first["low"] == pytest.approx(2 * 1.96 * deviation, rel=0.15)


def test_rows_for_spreadsheets(plan: DoorPlan) -> None:
    cells = read_cells(plan)
    rows = cell_rows(table1(plan, cells))
    assert rows[0].keys() == rows[-1].keys()
    assert len(trial_rows(cells)) == 10 * len(cells)
    assert trial_rows(cells)[0]["method"] == "vinn"


def test_a_result_that_is_none_is_named(plan: DoorPlan) -> None:
    path = plan.trial_folders()[0][2] / "training_right_none" / "trials.json"
    path.write_text("[]")
    with pytest.raises(InvalidInput, match=r"trials\.json: is not what"):
        read_cells(plan)
