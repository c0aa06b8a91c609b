"""`vinn table1`: Tables I and II of the paper in simulation from nothing, by one command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from vinn_training.cli.stages import check_settings, finish, run_stages
from vinn_training.evaluation.result_files import write_csv, write_json
from vinn_training.evaluation.table1 import cell_rows, read_cells, table1, trial_rows
from vinn_training.evaluation.table1_plan import METHODS, SIZES, DoorPlan, TrialPlan
from vinn_training.evaluation.table1_words import place
from vinn_training.exceptions import InvalidInput

TABLE_FILE = "table1.json"
_SETTINGS_FILE = "table1_settings.json"


@dataclass(frozen=True)
class Table1Command:
    """What `vinn table1` takes. Killed at any moment, the same command goes on; what is done is not done again.

    Attributes:
        output: Folder for data, encoders, bundles, trials and results: table1.json, table1.csv, trials.csv,
            stages.json and report.html, with the videos in it.
        dataset: Demonstrations of your own; none: the scripted expert makes them in simulation.
        bundle: VINN's encoder and bank, made of that data set (`vinn bank`); none: they are trained.
        demonstrations: How many are simulated, of both hinge sides in turn; 0: the preset's, 144.
        preset: small (sized for two cores) or paper (its sizes; wants a GPU).
        pretrained: Weights that encoders start from: imagenet, in-domain (`vinn pretrain`, where ImageNet's cannot be
            had), none, or a file or folder. Empty: the preset's, imagenet for paper and in-domain for small.
        methods: Rows of Table I; VINN and BC-rep are Table II's, too.
        workers: Processes at a time, one core each.
        trials: How many, and how they begin.
    """

    output: Annotated[Path, tyro.conf.arg(aliases=["-o"])]
    dataset: Path | None = None
    bundle: Path | None = None
    demonstrations: int = 0
    preset: Literal["small", "paper"] = "small"
    pretrained: str = ""
    methods: tuple[str, ...] = tuple(METHODS)
    workers: int = 2
    trials: Annotated[TrialPlan, tyro.conf.arg(name="")] = field(default_factory=TrialPlan)


def run(config: Table1Command) -> int:
    """Make the tables and return the exit status.

    Raises:
        VinnError: If an option, data set, bundle or the output folder cannot be used, or a stage fails.
        KeyboardInterrupt: On Ctrl-C; the next call goes on.
    """
    plan = _plan(config)
    check_settings(config.output / _SETTINGS_FILE, _deciding(config, plan))
    times = run_stages(config.output, plan.stages(), plan.workers)
    cells = read_cells(plan)
    content = table1(plan, cells) | {"demonstrations": str(plan.data), "stages": times}
    write_json(config.output / TABLE_FILE, content)
    write_csv(config.output / "table1.csv", cell_rows(content))
    write_csv(config.output / "trials.csv", trial_rows(cells))
    _print(content)
    title = "Tables I and II of the VINN paper, re-run in simulation"
    finish(config.output, title, times, (TABLE_FILE, "table1.csv", "trials.csv"))
    return 0


def _plan(config: Table1Command) -> DoorPlan:
    if config.demonstrations < 0:
        raise InvalidInput(f"demonstrations is {config.demonstrations}; expected zero (the preset's) or more")
    usual = SIZES[config.preset]
    size = replace(usual, demonstrations=config.demonstrations or usual.demonstrations)
    return DoorPlan(
        folder=config.output, size=size, trials=config.trials, pretrained=config.pretrained or size.pretrained,
        methods=config.methods, workers=config.workers, dataset=config.dataset, bundle=config.bundle,
    )  # fmt: skip


def _deciding(config: Table1Command, plan: DoorPlan) -> dict[str, Any]:
    """Return what decides about data, encoders and trials; numbers of trials may grow."""
    trials = {name: value for name, value in asdict(config.trials).items() if not name.endswith("trials")}
    return {
        **{name: str(getattr(config, name) or "") for name in ("dataset", "bundle")},
        **asdict(plan.size), "pretrained": plan.pretrained, **trials,
    }  # fmt: skip


def _print(content: Mapping[str, Any]) -> None:
    names = content["settings"]["titles"]
    for where in dict.fromkeys(place(cell) for cell in content["cells"]):
        print(f"\n{where}: handle grasped, door opened (95 % Wilson interval)")
        for cell in content["cells"]:
            if place(cell) == where:
                print(f"  {names[cell['method']]:<26}" + "".join(map(_rate, _both(cell))))
    print()
    for statement in content["statements"]:
        print(statement)


def _both(cell: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return cell["handle_grasped"], cell["door_opened"]


def _rate(found: Mapping[str, Any]) -> str:
    return f"  {found['k']:>3}/{found['n']:<3} ({100 * found['low']:3.0f} to {100 * found['high']:3.0f} %)"
