import builtins
import errno
import os
import subprocess
import sys
from dataclasses import dataclass
from types import ModuleType

import pytest

from vinn_training.cli import main as cli
from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class _Config:
    """What the test's subcommand takes.

    Attributes:
        times: A number.
    """

    times: int = 1


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[_Config]:
    """A subcommand `probe` that notes its configuration."""
    seen: list[_Config] = []
    module = ModuleType("probe")

    def run(config: _Config) -> int:
        seen.append(config)
        if config.times == 13:
            raise InvalidInput("times is 13; [expected] another number")
        if config.times == 14:
            raise KeyboardInterrupt
        if config.times == 15:
            raise RuntimeError("a bug")
        if config.times == 16:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/secret/bag")
        if config.times == 17:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "/gone")
        return config.times

    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "probe", module)
    monkeypatch.setitem(cli.SUBCOMMANDS, "probe", ("probe", "Notes its configuration."))
    return seen


def test_configuration_comes_from_the_command_line(calls: list[_Config]) -> None:
    assert cli.main(["probe", "--times", "3"]) == 3
    assert cli.main(["probe"]) == 1
    assert calls == [_Config(3), _Config(1)]


def test_mistakes_are_one_line_and_status_2(calls: list[_Config], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["probe", "--times", "13"]) == 2
    assert capsys.readouterr().err == "error: times is 13; [expected] another number\n"


def test_interrupt_is_130_without_traceback(calls: list[_Config], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["probe", "--times", "14"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_what_the_file_system_refuses_is_one_line(calls: list[_Config], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["probe", "--times", "16"]) == 2
    assert capsys.readouterr().err == "error: /secret/bag: Permission denied; look at permissions and free space\n"


def test_bugs_keep_their_traceback(calls: list[_Config]) -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        cli.main(["probe", "--times", "15"])
    with pytest.raises(FileNotFoundError):
        cli.main(["probe", "--times", "17"])


def test_unknown_subcommands_and_options(calls: list[_Config], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["prob"]) == 2
    assert "unknown subcommand 'prob'; expected one of: collect, calibrate" in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        cli.main(["probe", "--colour", "red"])
    assert caught.value.code == 2


def test_help_lists_every_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    for name in cli.SUBCOMMANDS:
        assert f"  {name}" in text
    assert cli.main([]) == 2


def test_defaults_may_depend_on_the_arguments(calls: list[_Config]) -> None:
    def default_config(arguments: list[str]) -> _Config:
        return _Config(times=len(arguments))

    sys.modules["probe"].default_config = default_config  # type: ignore[attr-defined]
    assert cli.main(["probe"]) == 0


def test_missing_package_breaks_only_the_subcommand_that_needs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], calls: list[_Config]
) -> None:
    real = cli.importlib.import_module

    def without_mujoco(name: str) -> ModuleType:
        if name == "vinn_training.cli.simulate":
            raise ModuleNotFoundError("No module named 'mujoco'", name="mujoco")
        return real(name)

    monkeypatch.setattr(cli.importlib, "import_module", without_mujoco)
    assert cli.main(["simulate"]) == 2
    assert "`vinn simulate` needs the package 'mujoco'" in capsys.readouterr().err
    assert cli.main(["probe", "--times", "0"]) == 0


def test_other_subcommands_are_not_imported(monkeypatch: pytest.MonkeyPatch, calls: list[_Config]) -> None:
    real = builtins.__import__

    def guarded(name: str, *arguments: object, **keywords: object) -> object:
        assert name not in {"torch", "mujoco"}
        return real(name, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", guarded)
    assert cli.main(["probe", "--times", "0"]) == 0


def test_a_reader_that_has_seen_enough_is_no_bug() -> None:
    """As in `vinn data info ... | head -1`."""
    script = (
        "import sys\nfrom vinn_training.cli import main as cli\n"
        "cli._usage = lambda: 'word ' * 1_000_000\nsys.exit(cli.main(['--help']))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    reading, writing = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", script], stdout=writing, stderr=subprocess.PIPE, env=environment)
    os.close(writing)
    os.read(reading, 4)
    os.close(reading)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == cli.EXIT_BROKEN_PIPE
    assert errors == b""
