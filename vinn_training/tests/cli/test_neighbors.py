import json
from pathlib import Path

import cv2
import pytest

pytest.importorskip("torch")

from vinn_training.cli.main import main
from vinn_training.encoder.artifact import EncoderSpec, write_encoder
from vinn_training.encoder.backbone import empty_backbone
from vinn_training.preprocessing import Preprocessing


@pytest.fixture
def command(dataset: Path, tmp_path: Path) -> list[str]:
    weights = {name: value.numpy() for name, value in empty_backbone("resnet18").state_dict().items()}
    write_encoder(tmp_path / "encoder", EncoderSpec("resnet18", Preprocessing(size=16)), weights)
    return ["neighbors", str(dataset), "-e", str(tmp_path / "encoder"), "-o", str(tmp_path / "out"), "--folds", "3"]


def test_chosen_frames_are_drawn_with_what_was_retrieved(command: list[str], tmp_path: Path) -> None:
    assert main([*command, "--queries", "2", "--k", "3", "--threads", "1"]) == 0
    content = json.loads((tmp_path / "out" / "neighbors.json").read_text())
    assert len(content["queries"]) == 2
    held_out = {query["demonstration"] for query in content["queries"]}
    for query in content["queries"]:
        assert len(query["neighbors"]) == 3
        assert not held_out & {item["demonstration"] for item in query["neighbors"]}
    picture = cv2.imread(str(tmp_path / "out" / "neighbors.png"))
    assert picture is not None
    assert picture.shape == (2 * 238, 5 * 204, 3)
    (name,) = held_out
    assert main([*command, "--demonstration", name, "--frames", "3", "1"]) == 0
    queries = json.loads((tmp_path / "out" / "neighbors.json").read_text())["queries"]
    assert [(query["demonstration"], query["frame"]) for query in queries] == [(name, 3), (name, 1)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--k", "11"], "expected 1 to 10 neighbours"),
        (["--frames", "1"], "--frames needs --demonstration"),
        (["--demonstration", "nobody"], "'nobody' is not held out; expected one of: demo_"),
        (["--queries", "0"], "expected one or more"),
    ],
)
def test_mistakes_are_one_line(command: list[str], capsys, arguments, message) -> None:
    assert main([*command, *arguments]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
