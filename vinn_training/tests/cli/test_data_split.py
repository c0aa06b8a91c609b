import json
from dataclasses import replace
from pathlib import Path

import pytest

from vinn_training.bank.bundle import load_bundle
from vinn_training.cli.data_split import split_of_data
from vinn_training.cli.main import main
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.split_file import read_split, split_path
from vinn_training.exceptions import InvalidInput


def test_split(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "split", str(dataset), "--test-fraction", "0.34", "--seed", "2"]) == 0
    split = read_split(dataset / "splits.json")
    assert sorted((*split.training, *split.test)) == ["demo_0", "demo_1", "demo_2"]
    assert (len(split.test), split.seed, split.test_fraction) == (1, 2, 0.34)
    text = capsys.readouterr().out
    assert "training  2 demonstrations, 8 frames" in text
    assert "test      1 demonstrations, 4 frames" in text
    first = (dataset / "splits.json").read_bytes()
    assert main(["data", "split", str(dataset), "--test-fraction", "0.34", "--seed", "2"]) == 0
    assert (dataset / "splits.json").read_bytes() == first


def test_another_file(dataset: Path, tmp_path: Path) -> None:
    assert main(["data", "split", str(dataset), "-o", str(tmp_path / "mine.json")]) == 0
    assert read_split(tmp_path / "mine.json").training
    assert not (dataset / "splits.json").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--test-fraction", "1.5"], "test fraction is 1.5"),
        (["--seed", "-1"], "seed is -1"),
        (["--from-data"], "splits that came with the data: none"),
        (["--reader.split", "test"], "a split is drawn from everything"),
        (["-o", "/nonexistent/splits.json"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_one_line(
    dataset: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "split", str(dataset), *options]) == 2
    assert words in capsys.readouterr().err


def test_bad_data_is_not_split(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset / "demo_0" / "labels.json").write_text("{")
    assert main(["data", "split", str(dataset)]) == 2
    assert "demo_0/labels.json" in capsys.readouterr().err


def test_split_that_came_with_the_data(dataset: Path) -> None:
    opened = open_dataset(dataset)
    masks = {"train": ["demo_0", "demo_2"], "valid": ["demo_1"], "20_percent": ["demo_0"]}
    split = split_of_data(replace(opened, meaning={"splits": masks}))
    assert (split.training, split.test, split.seed) == (("demo_0", "demo_2"), ("demo_1",), None)
    with pytest.raises(InvalidInput, match="came with the data: train; expected train and one of test"):
        split_of_data(replace(opened, meaning={"splits": {"train": ["demo_0", "demo_1", "demo_2"]}}))
    with pytest.raises(InvalidInput, match="1 on neither side"):
        split_of_data(replace(opened, meaning={"splits": {"train": ["demo_0"], "test": ["demo_1"]}}))


def test_training_and_bank_take_one_side_of_it(dataset: Path, tmp_path: Path) -> None:
    """`--reader.split training` reaches the reader through `vinn train` and `vinn bank`."""
    pytest.importorskip("torch")
    pytest.importorskip("lightly")
    assert main(["data", "split", str(dataset), "--test-fraction", "0.34"]) == 0
    one_side = ["--reader.split", "training"]
    encoder, bundle = tmp_path / "encoder", tmp_path / "bundle"
    train = ["train", str(dataset), "-o", str(encoder), "--preset", "small", "--size", "32", "--epochs", "0"]
    assert main([*train, *one_side]) == 0
    assert json.loads((encoder / "train.json").read_text())["demonstrations"] == 2
    assert main(["bank", str(dataset), "-e", str(encoder), "-o", str(bundle), *one_side]) == 0
    bank = load_bundle(bundle).bank
    assert set(bank.demonstration_names) == set(read_split(split_path(dataset)).training)
    assert len(bank) == 8
