"""What the documents quote of the program is what it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import vinn_ros
import vinn_ros.stretch_bridge
import vinn_training
import vinn_training.kinematics

GAP = "…"
REPOSITORY = Path(__file__).resolve().parents[2]
BRIDGE = REPOSITORY / "docs" / "bridge.md"
QUOTING = [page for page in sorted((REPOSITORY / "docs").glob("*.md")) if "| it says |" in page.read_text()]


def texts(node: ast.AST, into_calls: bool = True) -> Iterator[str]:
    """Every text in a piece of code, with a gap for each value that is put into it."""
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else GAP for part in node.values)
        yield "".join(str(part) for part in parts)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif into_calls or not isinstance(node, ast.Call):
        for child in ast.iter_child_nodes(node):
            yield from texts(child, into_calls)


def modules(*packages) -> list[ast.Module]:
    files = [file for package in packages for file in Path(package.__file__).parent.rglob("*.py")]
    return [ast.parse(file.read_text()) for file in files]


def pattern(phrase: str) -> re.Pattern[str]:
    """A gap in the document stands for one value or for several with text between them."""
    return re.compile(".*".join(re.escape(part) for part in phrase.strip(GAP).split(GAP)))


def quoted(page: Path) -> list[str]:
    """What stands as code in the first column of a page's tables that are headed "it says"."""
    found, is_quoting = [], False
    for row in page.read_text().splitlines():
        if not row.startswith("|"):
            is_quoting = False
        elif row.startswith("| it says |"):
            is_quoting = True
        elif is_quoting:
            found += [double or single for double, single in re.findall(r"``(.+?)``|`([^`]+)`", row.split(" | ")[0])]
    return found


def test_every_documented_reason_is_one_that_the_bridge_gives():
    said = [text for module in modules(vinn_ros.stretch_bridge, vinn_training.kinematics) for text in texts(module)]
    phrases = quoted(BRIDGE)
    assert len(phrases) > 20
    for phrase in phrases:
        assert any(pattern(phrase).search(text) for text in said), phrase


def test_every_reason_of_the_bridge_is_documented():
    """A reason is what a function returns whose name says that it looks for problems."""
    reasons = {
        text
        for module in modules(vinn_ros.stretch_bridge)
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef) and function.name.endswith(("problem", "refusal"))
        for statement in ast.walk(function)
        if isinstance(statement, ast.Return) and statement.value is not None
        for text in texts(statement.value, into_calls=False)
        if len(text.replace(GAP, "").strip()) > 15
    }
    assert len(reasons) > 15
    patterns = [pattern(phrase) for phrase in quoted(BRIDGE)]
    undocumented = [reason for reason in reasons if not any(item.search(reason) for item in patterns)]
    assert not undocumented, "\n".join(undocumented)


@pytest.fixture(scope="module")
def said() -> str:
    """What the program can say, its set-up script included: a text a line."""
    script = (REPOSITORY / "scripts" / "setup.sh").read_text()
    code = [text.replace("\n", " ") for module in modules(vinn_ros, vinn_training) for text in texts(module)]
    return "\n".join((*code, script))


@pytest.mark.parametrize("page", QUOTING, ids=lambda path: path.stem)
def test_every_quoted_message_is_one_that_the_program_prints(said, page):
    phrases = quoted(page)
    assert phrases
    unknown = [phrase for phrase in phrases if not pattern(phrase).search(said)]
    assert not unknown, "\n".join(unknown)


def test_the_pages_of_mistakes_quote_messages():
    assert {"troubleshooting.md", "bundle.md", "bridge.md"} <= {page.name for page in QUOTING}
    assert len(quoted(REPOSITORY / "docs" / "troubleshooting.md")) > 50
