"""What importing may and may not do."""

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "vinn_training"
LEARNING = [
    "vinn_training.contracts",
    "vinn_training.preprocessing",
    *(
        f"vinn_training.{folder}.{path.stem}"
        for folder in ("demonstrations", "bank", "policy")
        for path in sorted((PACKAGE / folder).glob("[!_]*.py"))
    ),
    "vinn_training.encoder.artifact",
    "vinn_training.encoder.runtime",
    "vinn_training.cli.main",
]


def _run(script: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PYTHONPATH": ":".join([str(PACKAGE.parent), *(path for path in sys.path if path)])}
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)


def test_looking_neighbours_up_needs_no_torch() -> None:
    done = _run(
        f"import importlib, sys\nfor name in {LEARNING!r}: importlib.import_module(name)\n"
        "bad = {'torch', 'torchvision', 'lightly', 'mujoco', 'pinocchio', 'rclpy'} & set(sys.modules)\n"
        "sys.exit(f'imported {sorted(bad)}' if bad else 0)"
    )
    assert done.returncode == 0, done.stderr


def test_importing_prints_and_writes_nothing() -> None:
    done = _run(f"import importlib\nfor name in {LEARNING!r}: importlib.import_module(name)")
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("word", ["rclpy", "vinn_ros", "vinn_msgs"])
def test_nothing_imports_ros(word: str) -> None:
    importing = [
        str(path)
        for path in PACKAGE.rglob("*.py")
        if any(line.split()[:2] in (["import", word], ["from", word]) or line.startswith(f"from {word}.")
               for line in map(str.strip, path.read_text(encoding="utf-8").splitlines()))
    ]  # fmt: skip
    assert not importing


def test_imports_go_one_way() -> None:
    """The layers of pyproject.toml, checked by import-linter."""
    pytest.importorskip("importlinter", reason="import-linter is not installed")
    repository = PACKAGE.parents[1]
    if not (repository / "pyproject.toml").exists():
        pytest.skip("the tests are installed without the repository's pyproject.toml")
    # In a process of its own: import-linter disables the loggers that exist.
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(sys.argv[1], no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", lint, str(repository / "pyproject.toml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
