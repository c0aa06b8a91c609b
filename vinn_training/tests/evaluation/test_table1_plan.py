from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.cli.simulate import SimulateConfig
from vinn_training.cli.trials import TrialsCommand
from vinn_training.evaluation.table1_plan import CABINETS, METHODS, SIZES, DoorPlan, TrialPlan
from vinn_training.evaluation.trial_scenes import cabinets_of
from vinn_training.exceptions import InvalidInput

SMALL = SIZES["small"]


def _plan(folder: Path, **changes) -> DoorPlan:
    chosen = {"size": SMALL, "trials": TrialPlan(), "pretrained": "in-domain", **changes}
    return DoorPlan(folder=folder, **chosen)


def _jobs(plan: DoorPlan) -> dict[str, tuple[str, ...]]:
    return {job.name: job.arguments for stage in plan.stages() for job in stage.jobs}


def test_everything_is_made_from_nothing_in_order(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    assert [stage.name for stage in plan.stages()] == [
        "simulating demonstrations", "pretraining on other scenes", "training encoders", "building bundles",
        "running trials",
    ]  # fmt: skip
    jobs = _jobs(plan)
    assert jobs["train_vinn"][1] == jobs["simulate_door"][jobs["simulate_door"].index("-o") + 1] == str(plan.data)
    assert list(jobs)[-8:] == [
        "table1_vinn", "table1_bc-rep", "table1_open-loop", "table2_vinn", "table2_bc-rep",
        "table1_imagenet", "table1_bc", "table1_random",
    ]  # fmt: skip
    assert {name.removeprefix("table1_") for name in jobs if name.startswith("table1_")} == set(METHODS)
    assert "--epochs" not in jobs["train_vinn"]
    assert jobs["train_imagenet"][-2:] == ("--epochs", "0")
    for name in ("train_vinn", "train_imagenet"):
        assert jobs[name][jobs[name].index("--weights") + 1] == str(tmp_path / "pretrained")


def test_commands_are_ones_that_the_programs_take(tmp_path: Path) -> None:
    tyro = pytest.importorskip("tyro")
    plan = _plan(tmp_path, trials=TrialPlan(trials=5, occluded_trials=4, starts="paper", seed=7))
    jobs = _jobs(plan)
    recorded = tyro.cli(SimulateConfig, args=jobs["simulate_door"][1:])
    assert (recorded.task, recorded.hinge, recorded.scenes, recorded.seed) == ("door", "both", "training", 0)
    assert (recorded.episodes, recorded.output) == (SMALL.demonstrations, tmp_path / "data")
    read = {
        name: tyro.cli(TrialsCommand, args=arguments[1:])
        for name, arguments in jobs.items()
        if arguments[0] == "trials"
    }
    assert {command.choice.policy for command in read.values()} == {"vinn", "bc", "bc-rep", "blind", "random"}
    first = read["table1_vinn"]
    assert (first.scenes, first.hinge, first.condition) == (("training", "held-out"), ("right", "left"), ("none",))
    assert (first.episodes, first.seed, first.starts, first.cabinets) == (5, 7, "paper", CABINETS)
    assert first.choice.regression.hold_distance_quantile == 1.0
    assert first.choice.calibrate_temperature
    assert first.bundle == tmp_path / "bundles" / "vinn"
    assert read["table1_imagenet"].bundle == tmp_path / "bundles" / "imagenet"
    second = read["table2_bc-rep"]
    assert (second.hinge, second.condition) == (("right",), ("signs", "signs-one-bin", "signs-both-bins"))
    assert (second.episodes, second.choice.dataset, second.choice.preset) == (4, tmp_path / "data", "small")
    # Policies are compared on the same trials: nothing but the policy differs between two jobs of a table.
    shared = ("episodes", "seed", "scenes", "hinge", "condition", "starts", "cabinets", "episode")
    for table in ("table1", "table2"):
        commands = [command for name, command in read.items() if name.startswith(table)]
        assert len({tuple(repr(getattr(command, name)) for name in shared) for command in commands}) == 1


def test_three_training_cabinets_that_exist() -> None:
    assert len(cabinets_of(CABINETS)["training"]) == 3


def test_your_own_data_and_bundle_are_not_made_again(tmp_path: Path) -> None:
    plan = _plan(tmp_path, dataset=Path("mine"))
    assert next(stage.name for stage in plan.stages()) == "pretraining on other scenes"
    assert _jobs(plan)["train_vinn"][1] == "mine"
    plan = _plan(tmp_path, dataset=Path("mine"), bundle=Path("ready"), methods=("vinn", "bc-rep"))
    assert [stage.name for stage in plan.stages()] == ["running trials"]
    assert "ready" in _jobs(plan)["table1_vinn"]
    plan = _plan(tmp_path, dataset=Path("mine"), bundle=Path("ready"), pretrained="imagenet")
    assert list(_jobs(plan))[:2] == ["train_imagenet", "bank_imagenet"]


def test_what_was_not_asked_for_is_not_made(tmp_path: Path) -> None:
    plan = _plan(tmp_path, methods=("open-loop", "vinn"), pretrained="none")
    assert list(_jobs(plan)) == [
        "simulate_door",
        "train_vinn",
        "bank_vinn",
        "table1_open-loop",
        "table1_vinn",
        "table2_vinn",
    ]
    assert plan.pretraining() == "none"
    assert _plan(tmp_path, pretrained="/some/file").pretraining() == "file"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"methods": ("vinn", "alchemy")}, "alchemy"),
        ({"methods": ("vinn", "vinn")}, "each once"),
        ({"methods": ()}, "expected some of"),
        ({"workers": 0}, "workers is 0"),
        ({"bundle": Path("b")}, "without --dataset"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, changes: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        _plan(tmp_path, **changes)


@pytest.mark.parametrize("changes", [{"trials": 0}, {"occluded_trials": 0}, {"seed": -1}, {"hold_quantile": 1.5}])
def test_numbers_of_trials_that_cannot_be(changes: dict) -> None:
    with pytest.raises(InvalidInput, match=str(next(iter(changes.values())))):
        TrialPlan(**changes)
