from pathlib import Path

import pytest

from vinn_training.cli.main import main

COMMANDS = ["info", "validate", "convert", "split", "preview"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["data", command, "--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert "demonstrations" in text
    assert "--reader.split" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_no_data(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = {"convert": ["-o", str(tmp_path / "copy")], "preview": ["-o", str(tmp_path / "sheet.png")]}
    assert main(["data", command, str(tmp_path / "nothing"), *output.get(command, [])]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["info", "convert", "preview"])
def test_nothing_usable(command: str, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for labels in dataset.glob("*/labels.json"):
        labels.write_text("{")
    output = {"convert": ["-o", str(tmp_path / "copy")], "preview": ["-o", str(tmp_path / "sheet.png")]}
    assert main(["data", command, str(dataset), *output.get(command, [])]) == 2
    assert "labels.json" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_an_empty_folder_is_no_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "validate", str(tmp_path)]) == 2
    assert "holds no demonstrations" in capsys.readouterr().err
