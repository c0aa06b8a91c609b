"""`table1.json`: cells of Tables I and II in simulation, comparisons of policies on the same trials, and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, get_args

import numpy as np

from vinn_training.evaluation.bootstrap import bootstrap_mean
from vinn_training.evaluation.method_titles import titles
from vinn_training.evaluation.paired_trials import CRITERIA, compare
from vinn_training.evaluation.paper_success import paper_rate
from vinn_training.evaluation.result_files import read_json
from vinn_training.evaluation.table1_plan import DoorPlan
from vinn_training.evaluation.table1_words import comparison_words, pooled_words
from vinn_training.evaluation.trial_film import films_in
from vinn_training.evaluation.trial_scenes import Condition, Hinge, TrialsConfig
from vinn_training.evaluation.trials import TRIALS_FILE
from vinn_training.evaluation.wilson import rate
from vinn_training.exceptions import InvalidInput
from vinn_training.sim.scene_sets import SCENE_SET_NAMES

#: What VINN is compared with, trial by trial.
AGAINST = ("open-loop", "bc-rep", "bc", "imagenet", "random")
_COVERED = ("signs", "signs-one-bin", "signs-both-bins")


def read_cells(plan: DoorPlan) -> list[dict[str, Any]]:
    """Return one entry a cell: table, method, and the content of its `trials.json`.

    Raises:
        InvalidInput: If one cannot be read.
    """
    cells = []
    names = [
        TrialsConfig(scenes=scenes, hinge=hinge, condition=condition).cell
        for scenes, hinge, condition in product(SCENE_SET_NAMES, get_args(Hinge), get_args(Condition))
    ]
    for table, method, folder in plan.trial_folders():
        for path in (folder / name / TRIALS_FILE for name in names):
            if not path.exists():
                continue
            content = read_json(path)
            if not isinstance(content, dict) or "trials" not in content:
                raise InvalidInput(f"{path}: is not what `vinn trials` writes; remove its folder and run again")
            cells.append({"table": table, "method": method, **content})
    return cells


def table1(plan: DoorPlan, cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the content of `table1.json`.

    Args:
        plan: What was made.
        cells: From `read_cells`.
    """
    names = titles({"imagenet": plan.pretraining()})
    compared = list(_comparisons(cells))
    pooled = list(_pooled(cells))
    return {
        "settings": {
            "preset": plan.size.preset, "pretraining": plan.pretraining(), "seed": plan.trials.seed,
            "starts": plan.trials.starts, "hold_quantile": plan.trials.hold_quantile,
            "titles": {name: names[name] for name in plan.methods},
        },
        "cells": [_cell(cell) for cell in cells],
        "comparisons": compared,
        "pooled": pooled,
        "videos": [
            {"method": method, "table": table, "folder": str(folder.relative_to(plan.folder)), **film}
            for table, method, folder in plan.trial_folders()
            for film in films_in(folder)
        ],
        "statements": [
            *(comparison_words(item, names) for item in compared), *(pooled_words(item, names) for item in pooled),
        ],
    }  # fmt: skip


def trial_rows(cells: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return every trial as a row of `trials.csv`."""
    return [
        {
            **{name: cell[name] for name in ("table", "method", "scenes", "hinge", "condition", "starts")},
            **trial,
        }
        for cell in cells
        for trial in cell["trials"]
    ]


def cell_rows(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every cell of `table1.json` as a row of `table1.csv`."""
    rows = []
    for cell in content["cells"]:
        row = {name: cell[name] for name in ("table", "method", "scenes", "hinge", "condition", "starts")}
        for criterion in CRITERIA:
            row |= {f"{criterion}_{name}": cell[criterion][name] for name in ("k", "n", "low", "high")}
            row[f"{criterion}_paper_percent"] = cell["paper"][criterion] if cell["paper"] else None
        rows.append(row | {"aborted": cell["aborted"]})
    return rows


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("table", "method", "scenes", "hinge", "condition", "starts", *CRITERIA, "door_opened_by_cabinet", "aborted")
    paper = paper_rate(cell["table"], cell["method"], cell["scenes"], cell["hinge"], cell["condition"])
    steps = [trial["steps"] for trial in cell["trials"] if trial["door_opened"]]
    return {
        **{name: cell[name] for name in kept},
        "median_steps_to_open": float(np.median(steps)) if steps else None,
        "paper": paper._asdict() if paper else None,
        "settings": cell["settings"],
    }


def _comparisons(cells: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield VINN against each other method wherever both were tried on the same trials."""
    for mine in (cell for cell in cells if cell["method"] == "vinn"):
        for other in AGAINST:
            for theirs in cells:
                if theirs["method"] == other and _where(theirs) == _where(mine):
                    for criterion in CRITERIA:
                        found = compare(mine, theirs, criterion)
                        yield {
                            **_where(mine), "first": "vinn", "second": other, "criterion": criterion,
                            **found._asdict(), "verdict": found.verdict,
                        }  # fmt: skip


def _pooled(cells: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield VINN less BC-rep over all covered conditions of a set of cabinets.

    A seed's trials are the same scene covered in several ways: the bootstrap draws seeds, with all their trials.
    """
    for scenes in dict.fromkeys(cell["scenes"] for cell in cells):
        found = {
            (cell["method"], cell["condition"]): {trial["seed"]: trial["door_opened"] for trial in cell["trials"]}
            for cell in cells
            if cell["scenes"] == scenes and cell["condition"] in _COVERED and cell["table"] == "II"
        }
        conditions = [name for name in _COVERED if {("vinn", name), ("bc-rep", name)} <= found.keys()]
        if not conditions:
            continue
        seeds = sorted(found["vinn", conditions[0]])
        rates = {
            method: np.array([[bool(found[method, name][seed]) for name in conditions] for seed in seeds], dtype=float)
            for method in ("vinn", "bc-rep")
        }
        less = rates["vinn"] - rates["bc-rep"]
        low, high = bootstrap_mean(less.sum(axis=1), np.full(len(seeds), len(conditions)))
        yield {
            "scenes": scenes, "conditions": conditions, "first": "vinn", "second": "bc-rep",
            "first_rate": rate((rates["vinn"] > 0).ravel().tolist()),
            "second_rate": rate((rates["bc-rep"] > 0).ravel().tolist()),
            "difference": float(less.mean()), "low": low, "high": high,
        }  # fmt: skip


def _where(cell: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cell[name] for name in ("table", "scenes", "hinge", "condition", "starts")}
