"""`vinn compare-trials`: is one policy better than another on the same trials?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from vinn_training.evaluation.paired_trials import CRITERIA, PairedRates, compare
from vinn_training.evaluation.result_files import read_json, write_json
from vinn_training.evaluation.trials import TRIALS_FILE


@dataclass(frozen=True)
class CompareTrialsCommand:
    """What `vinn compare-trials` takes.

    Attributes:
        first: `trials.json` of one policy, or the folder that holds it.
        second: The same of another policy, on the same seeds, scenes and conditions.
        output: JSON file for the result; none where not given.
    """

    first: tyro.conf.Positional[Path]
    second: tyro.conf.Positional[Path]
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None


def run(config: CompareTrialsCommand) -> int:
    """Compare, print, write where asked, and return the exit status.

    Raises:
        VinnError: If a file cannot be read or the trials are not the same.
    """
    contents = [read_json(_file(path)) for path in (config.first, config.second)]
    names = [_name(content, path) for content, path in zip(contents, (config.first, config.second), strict=True)]
    result: dict[str, Any] = {"first": names[0], "second": names[1]}
    for criterion in CRITERIA:
        found = compare(contents[0], contents[1], criterion)
        result[criterion] = {**found._asdict(), "verdict": found.verdict}
        print(f"{criterion.replace('_', ' ')}: {_words(found, names)}")
    if config.output is not None:
        write_json(config.output, result)
        print(config.output)
    return 0


def _file(path: Path) -> Path:
    return path / TRIALS_FILE if path.is_dir() else path


def _name(content: Any, path: Path) -> str:
    return f"{content['policy']} ({path})" if isinstance(content, dict) and "policy" in content else str(path)


def _words(found: PairedRates, names: list[str]) -> str:
    count = found.both + found.first_only + found.second_only + found.neither
    verdict = {
        "first better": f"{names[0]} is better",
        "second better": f"{names[1]} is better",
        "not separated": "not separated",
    }
    return (
        f"{found.both + found.first_only} and {found.both + found.second_only} of {count}; only the first "
        f"{found.first_only}, only the second {found.second_only}; difference {100 * found.difference:+.0f} points "
        f"(95 %: {100 * found.low:+.0f} to {100 * found.high:+.0f}), exact McNemar p {found.p:.3g}: "
        f"{verdict[found.verdict]}"
    )
