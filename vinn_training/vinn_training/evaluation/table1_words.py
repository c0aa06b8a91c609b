"""What Tables I and II in simulation say, in words. Apart from `table1`, which needs torch and the report does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vinn_training.evaluation.paired_trials import LEVEL, PairedRates

_WORDS = {
    "none": "nothing covered", "signs": "signs and handle covered",
    "signs-one-bin": "signs, handle and one bin covered", "signs-both-bins": "signs, handle and both bins covered",
}  # fmt: skip


def place(cell: Mapping[str, Any]) -> str:
    """Return where trials were, in words."""
    covered = "" if cell["condition"] == "none" else f", {_WORDS[cell['condition']]}"
    return f"{cell['scenes']} cabinets, hinge on the {cell['hinge']}{covered}"


def comparison_words(item: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a comparison of `table1.json` as a sentence.

    Args:
        item: The comparison.
        names: Methods for people.
    """
    fields = {name: item[name] for name in PairedRates._fields}
    found = PairedRates(**fields)
    count = found.both + found.first_only + found.second_only + found.neither
    verb = "opens" if item["criterion"] == "door_opened" else "grasps the handle of"
    other = names.get(item["second"], item["second"])
    verdict = {
        "first better": f"more doors than {other}",
        "second better": f"fewer doors than {other}",
        "not separated": f"doors not separably more or less often than {other}",
    }[item["verdict"]]
    return (
        f"{place(item)}: VINN {verb} {verdict}: {found.both + found.first_only} against "
        f"{found.both + found.second_only} of {count}; difference {100 * found.difference:+.0f} points (95 % interval "
        f"{100 * found.low:+.0f} to {100 * found.high:+.0f}), exact McNemar p {found.p:.2g} "
        f"({found.first_only} trials only VINN, {found.second_only} only {other})"
    )


def pooled_words(item: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what all covered conditions say together as a sentence.

    Args:
        item: An entry of "pooled" in `table1.json`.
        names: Methods for people.
    """
    first, second = item["first_rate"], item["second_rate"]
    apart = "not separated" if item["low"] <= 0.0 <= item["high"] else "separated"
    return (
        f"{item['scenes']} cabinets, all covered conditions together: VINN opens {first['k']} of {first['n']} doors, "
        f"{names['bc-rep']} {second['k']}: difference {100 * item['difference']:+.0f} points (95 % interval by "
        f"bootstrap over seeds {100 * item['low']:+.0f} to {100 * item['high']:+.0f}): {apart}"
    )


def note() -> str:
    """Return what intervals and tests are, for people."""
    return (
        "Intervals of rates: Wilson, 95 %. Comparisons: same seeds, same scenes, trial by trial; exact McNemar test, "
        f"called separated below {LEVEL:g}; interval of the difference: Newcombe's method 10 for pairs. Each "
        "comparison stands for itself: none is corrected for their number."
    )
