"""`table3.json`: the rows of Table III, what encoders started from, and what becomes of the paper's orderings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vinn_training.evaluation.episode_score import EpisodeScore
from vinn_training.evaluation.evaluate import EvaluationResult
from vinn_training.evaluation.method_titles import titles
from vinn_training.evaluation.paper_table import TABLE_3, paper_task
from vinn_training.evaluation.table import comparisons, orderings, summaries
from vinn_training.exceptions import InvalidInput


def table3(result: EvaluationResult) -> dict[str, Any]:
    """Return the content of `table3.json`, of an evaluation or of several put together."""
    frames = {item["task"]: item["test_frames"] for item in result.data}
    seeds: dict[tuple[str, str], set[int]] = {}
    for score in result.scores:
        seeds.setdefault((score.task, score.method), set()).add(score.seed)
    rows = [
        {
            "task": row.task, "method": row.method, "pretraining": result.pretraining.get(row.method, "none"),
            "mse_mean": row.mse, "mse_std": row.mse_std, "seeds": row.seeds, "n_test_frames": frames[row.task],
            "mse_low": row.mse_low, "mse_high": row.mse_high, "seed_list": sorted(seeds[row.task, row.method]),
            "paper_mse": TABLE_3.get(paper_task(row.task) or "", {}).get(row.method),
        }
        for row in summaries(result.scores)
    ]  # fmt: skip
    return {"rows": rows, "statements": statements(result)}


def merge(contents: Sequence[Mapping[str, Any]]) -> EvaluationResult:
    """Return what several `evaluate.json` hold together.

    Raises:
        InvalidInput: If there is none, or one is not of this version.
    """
    if not contents:
        raise InvalidInput("no evaluations to put together; expected at least one")
    whole = EvaluationResult()
    try:
        for content in contents:
            whole.scores += [EpisodeScore.from_dict(item) for item in content["demonstrations"]]
            whole.left_out += [item for item in content["left_out"] if item not in whole.left_out]
            whole.fit_s += content["fit_s"]
            whole.pretraining |= content["pretraining"]
            whole.data += [item for item in content["data"] if item["task"] not in {d["task"] for d in whole.data}]
    except (KeyError, TypeError) as error:
        raise InvalidInput(
            f"evaluate.json lacks {error}; expected what this version of `vinn evaluate` writes"
        ) from error
    order = {name: place for place, name in enumerate(dict.fromkeys(item["task"] for item in whole.data))}
    whole.scores.sort(key=lambda score: order[score.task])
    return whole


def statements(result: EvaluationResult) -> list[str]:
    """Return, as sentences, how VINN stands against each method and which of the paper's orderings hold."""
    names = titles(result.pretraining)
    lines = []
    against = {(item.task, item.method): item for item in comparisons(result.scores, "vinn")}
    ordered = orderings(result.scores)
    for task in dict.fromkeys(score.task for score in result.scores):
        for (where, method), item in against.items():
            if where == task:
                word = {"reference better": "below", "method better": "above"}.get(item.verdict, "not separated from")
                lines.append(
                    f"{task}: VINN's MSE is {word} that of {names.get(method, method)}: difference "
                    f"{item.difference:+.4f} (95 % interval {item.low:+.4f} to {item.high:+.4f})"
                )
        mine = [order for order in ordered if order.task == task]
        if not mine:
            continue
        counts = {
            verdict: [o for o in mine if o.verdict == verdict] for verdict in ("holds", "reversed", "not separated")
        }
        lines.append(
            f"{task}: of {len(mine)} pairs that the paper orders, {len(counts['holds'])} hold, "
            f"{len(counts['reversed'])} are reversed, {len(counts['not separated'])} are not separated"
        )
        for verdict, words in (("holds", "hold"), ("reversed", "are reversed"), ("not separated", "are not separated")):
            if counts[verdict]:
                pairs = "; ".join(
                    f"{names.get(o.better, o.better)} before {names.get(o.worse, o.worse)}" for o in counts[verdict]
                )
                lines.append(f"{task}: of the paper's orderings {words}: {pairs}")
    return lines
