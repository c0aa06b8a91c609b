from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.cli import evaluate_training
from vinn_training.cli.evaluate_training import train_missing
from vinn_training.cli.main import main
from vinn_training.cli.train import TrainConfig
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.encoder.artifact import WEIGHTS_FILE
from vinn_training.evaluation.encoder_sources import EncoderSources
from vinn_training.evaluation.methods import METHODS
from vinn_training.exceptions import InvalidInput


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[TrainConfig]:
    """What `vinn train` was asked for; it leaves empty files."""
    asked: list[TrainConfig] = []

    def run(config: TrainConfig) -> int:
        asked.append(config)
        config.output.mkdir(parents=True)
        (config.output / WEIGHTS_FILE).touch()
        (config.output / "train.json").touch()
        return 0

    monkeypatch.setattr(evaluate_training.train, "run", run)
    return asked


def test_what_is_needed_and_not_given_is_trained_once(dataset: Path, tmp_path: Path, trainings) -> None:
    assert main(["data", "split", str(dataset), "--test-fraction", "0.3"]) == 0
    tasks = {"door": open_dataset(dataset)}
    methods = [METHODS[name] for name in ("vinn", "bc-rep", "byol-scratch", "simclr", "random")]
    given = EncoderSources(simclr="mine")
    for _ in range(2):
        sources = train_missing(tasks, methods, given, tmp_path / "out", "small", "weights.pt", 1)

    assert [(item.training.method, item.training.weights, item.output.name) for item in trainings] == [
        ("byol", "weights.pt", "byol"),
        ("byol", "none", "byol_scratch"),
    ]
    assert all(item.reader.split == "training" and item.architecture == "resnet18" for item in trainings)
    assert sources.simclr == "mine"
    assert sources.vicreg == ""
    assert Path(sources.byol.format(task="door", seed=0), WEIGHTS_FILE).exists()


def test_without_a_split_nothing_is_trained(dataset: Path, tmp_path: Path, trainings) -> None:
    with pytest.raises(InvalidInput, match="vinn data split"):
        train_missing(
            {"door": open_dataset(dataset)}, [METHODS["vinn"]], EncoderSources(), tmp_path, "small", "none", 1
        )
    assert trainings == []


@pytest.mark.full
def test_one_command_trains_and_compares(dataset: Path, tmp_path: Path) -> None:
    assert main(["data", "split", str(dataset), "--test-fraction", "0.3"]) == 0
    command = ["evaluate", str(dataset), "-o", str(tmp_path / "out"), "--preset", "small", "--train", "--pretrained",
               "none", "--methods", "vinn", "random", "--seeds", "0", "--threads", "1"]  # fmt: skip
    assert main(command) == 0
    assert (tmp_path / "out" / "encoders" / "dataset" / "byol" / WEIGHTS_FILE).exists()
