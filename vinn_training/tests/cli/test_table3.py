import csv
import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("matplotlib")

from vinn_training.cli.main import main


@pytest.fixture
def split_dataset(dataset: Path) -> Path:
    assert main(["data", "split", str(dataset), "--test-fraction", "0.3"]) == 0
    return dataset


def _stages(out: Path) -> list[dict]:
    return json.loads((out / "stages.json").read_text())["stages"]


def test_your_own_data_becomes_a_table_and_is_not_evaluated_twice(
    split_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["table3", str(split_dataset), "-o", str(out), "--methods", "random", "open-loop", "--seeds", "0", "1"]
    assert main(command) == 0
    rows = json.loads((out / "table3.json").read_text())["rows"]
    assert [(row["task"], row["method"], row["seeds"], row["pretraining"]) for row in rows] == [
        ("dataset", "random", 2, "none"), ("dataset", "open-loop", 2, "none"),
    ]  # fmt: skip
    with (out / "table.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 2
    assert "Methods on held-out demonstrations" in (out / "report.html").read_text()
    (stage,) = _stages(out)
    assert (stage["stage"], stage["jobs"]) == ("evaluating methods", 2)
    assert stage["cpu_s"] > 0.0
    shutil.rmtree(out / "logs")  # written by jobs that run
    capsys.readouterr()
    assert main(command) == 0
    assert not (out / "logs").exists()
    assert "2 done before" in capsys.readouterr().err
    assert _stages(out)[0]["cpu_s"] == stage["cpu_s"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--methods", "alchemy"], "unknown method 'alchemy'"),
        (["--workers", "0"], "workers is 0"),
        (["--seeds", "1", "1"], "all different"),
    ],
)
def test_mistakes_are_one_line_and_nothing_is_run(
    split_dataset: Path, tmp_path: Path, capsys, arguments, message
) -> None:
    assert main(["table3", str(split_dataset), "-o", str(tmp_path / "out"), *arguments]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert message in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_data_without_a_split_is_refused(dataset: Path, tmp_path: Path, capsys) -> None:
    assert main(["table3", str(dataset), "-o", str(tmp_path / "out"), "--methods", "random"]) == 2
    assert "run first: vinn data split" in " ".join(capsys.readouterr().err.split())


def test_results_of_two_settings_are_not_mixed(split_dataset: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "out").mkdir()
    settings = {"preset": "paper", "pretrained": "imagenet", "data": {}}
    (tmp_path / "out" / "table3_settings.json").write_text(json.dumps(settings))
    command = ["table3", str(split_dataset), "-o", str(tmp_path / "out"), "--methods", "random"]
    assert main(command) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "preset was 'paper', is 'small'" in error
    assert "choose another --output" in error


def test_a_stage_that_fails_says_which_command_and_why(split_dataset: Path, tmp_path: Path, capsys) -> None:
    command = ["table3", str(split_dataset), "-o", str(tmp_path / "out"), "--methods", "vinn", "--pretrained",
               str(tmp_path / "none.pt"), "--seeds", "0"]  # fmt: skip
    assert main(command) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "vinn train" in error
    assert "no such weights file" in error


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_encoders_are_trained_by_seed(split_dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["table3", str(split_dataset), "-o", str(out), "--pretrained", "none", "--seeds", "0", "1", "--methods",
               "random", "byol-scratch", "vinn", "untrained"]  # fmt: skip
    assert main(command) == 0
    trained = {json.loads(path.read_text())["encoder_id"] for path in out.glob("encoders/dataset/*/train.json")}
    assert len(trained) == 2  # without pretraining, VINN's encoder and that from nothing are the same for a seed
    assert not list(out.rglob("training_state.pt"))
    assert len(json.loads((out / "table3.json").read_text())["rows"]) == 4
