import csv
import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.cli.main import main
from vinn_training.encoder.artifact import EncoderSpec, write_encoder
from vinn_training.encoder.backbone import empty_backbone
from vinn_training.preprocessing import Preprocessing


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    weights = {name: value.numpy() for name, value in empty_backbone("resnet18").state_dict().items()}
    write_encoder(tmp_path / "encoder", EncoderSpec("resnet18", Preprocessing(size=16)), weights)
    return tmp_path / "encoder"


def test_the_table_is_written_and_printed(
    dataset: Path, encoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", str(dataset), "-o", str(tmp_path / "out"), "--preset", "small", "--threads", "1",
               "--encoders.byol", str(encoder), "--methods", "random", "vinn", "bc-rep", "simclr",
               "--seeds", "0", "1", "--folds", "3", "--method.bc-rep.epochs", "1",
               "--method.regression.k", "2"]  # fmt: skip
    assert main(command) == 0
    content = json.loads((tmp_path / "out" / "evaluate.json").read_text())
    assert [row["method"] for row in content["table"]] == ["random", "vinn", "bc-rep"]
    assert content["methods"]["regression"]["k"] == 2
    assert content["methods"]["bc_rep"]["epochs"] == 1
    assert content["left_out"][0]["method"] == "simclr"
    rows = json.loads((tmp_path / "out" / "table3.json").read_text())["rows"]
    assert [(row["method"], row["pretraining"], row["seeds"], row["n_test_frames"]) for row in rows] == [
        ("random", "none", 2, 4), ("vinn", "unknown", 2, 4), ("bc-rep", "unknown", 2, 4),
    ]  # fmt: skip
    with (tmp_path / "out" / "demonstrations.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 2  # methods, and one test demonstration for each of two seeds
    assert {row["demonstration"] for row in rows if row["method"] == "vinn"} <= {"demo_0", "demo_1", "demo_2"}
    printed = capsys.readouterr().out
    assert "SimCLR + NN is left out: no encoder 'simclr' was given" in printed
    assert "VINN" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--methods", "alchemy"], "unknown method 'alchemy'"),
        (["--preset", "huge"], "preset is 'huge'; expected one of: paper, small"),
        (["--methods", "vinn", "--folds", "3"], "no method could be run; the first: no encoder 'byol'"),
        (["--methods", "random", "--folds", "9"], "cannot be divided into 9 folds"),
        (["--methods", "random", "--reader.split", "test"], "holds demonstrations out by itself"),
    ],
)
def test_mistakes_are_one_line(dataset: Path, tmp_path: Path, capsys, arguments, message) -> None:
    assert main(["evaluate", str(dataset), "-o", str(tmp_path / "out"), *arguments]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert message in error
    assert "Traceback" not in error


def test_two_data_sets_of_one_name_are_refused(dataset: Path, tmp_path: Path, capsys) -> None:
    assert main(["evaluate", str(dataset), str(dataset), "-o", str(tmp_path / "out")]) == 2
    assert "all different" in capsys.readouterr().err
