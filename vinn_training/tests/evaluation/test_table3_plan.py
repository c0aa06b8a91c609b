from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.evaluation.table3_plan import Plan
from vinn_training.evaluation.table3_sizes import SIZES
from vinn_training.exceptions import InvalidInput


def _jobs(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {job.name: job.arguments for stage in plan.stages() for job in stage.jobs}


def test_three_tasks_three_seeds_from_nothing(tmp_path: Path) -> None:
    plan = Plan(tmp_path, SIZES["small"], "in-domain", (0, 1, 2))
    jobs = _jobs(plan)
    assert plan.stages()[0].name.startswith("simulating")
    assert jobs["simulate_door"][-3:-2] == ("92",)  # 71 to learn from and 21 to test on
    assert sum(name.startswith("train_") for name in jobs) == 3 * 3 * 4
    assert sum(name.startswith("evaluate_") for name in jobs) == 3 * 3
    scratch, byol = jobs["train_push_byol_scratch_2"], jobs["train_push_byol_2"]
    assert scratch[scratch.index("--weights") + 1] == "none"
    assert byol[byol.index("--weights") + 1] == str(tmp_path / "pretrained")
    assert byol[byol.index("--seed") + 1] == "2"
    assert byol[byol.index("--reader.split") + 1] == "training"  # nothing learns from what is tested on
    evaluation = jobs["evaluate_stack_1"]
    assert evaluation[evaluation.index("--encoders.imagenet") + 1] == f"weights:{tmp_path / 'pretrained'}"
    started = plan.pretraining()
    assert (started["vinn"], started["imagenet"], started["byol-scratch"]) == ("in-domain", "in-domain", "none")


def test_the_papers_sizes_start_from_imagenet(tmp_path: Path) -> None:
    size = SIZES["paper"]
    plan = Plan(tmp_path, size, size.pretrained, (0,))
    jobs = _jobs(plan)
    assert "pretrain" not in jobs
    assert all(jobs[f"simulate_{task}"][-3] == "92" for task in ("door", "push", "stack"))
    assert jobs["evaluate_door_0"][jobs["evaluate_door_0"].index("--encoders.imagenet") + 1] == "imagenet"
    assert plan.pretraining()["vinn"] == "imagenet"


def test_own_data_is_not_simulated_and_only_what_is_needed_is_trained(tmp_path: Path) -> None:
    plan = Plan(tmp_path, SIZES["small"], "none", (0,), ("vinn", "random"), 1, {"mine": tmp_path / "mine"})
    assert list(_jobs(plan)) == ["train_mine_byol_0", "evaluate_mine_0"]
    assert list(_jobs(Plan(tmp_path, SIZES["small"], "in-domain", (0,), ("random",), 1, {"mine": tmp_path}))) == [
        "evaluate_mine_0"
    ]
    only = _jobs(Plan(tmp_path, SIZES["small"], "none", (0,), ("simclr",), 1, {"mine": tmp_path}))
    assert list(only) == ["train_mine_simclr_0", "evaluate_mine_0"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"workers": 0}, "workers is 0"),
        ({"seeds": ()}, "seeds are"),
        ({"seeds": (1, 1)}, "all different"),
        ({"folder": Path("a{b")}, "without braces"),
    ],
)
def test_impossible_plans_are_refused(tmp_path: Path, change, message) -> None:
    values = {"folder": tmp_path, "size": SIZES["small"], "pretrained": "none", "seeds": (0,), **change}
    with pytest.raises(InvalidInput, match=message):
        Plan(**values)
