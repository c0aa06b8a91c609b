from pathlib import Path

import pytest

pytest.importorskip("torch")

from vinn_training.demonstrations.dataset import Dataset
from vinn_training.evaluation.encoder_sources import EncoderLoader, EncoderSources
from vinn_training.evaluation.evaluate import EvaluationConfig, embed_all, evaluate
from vinn_training.evaluation.methods import PRESETS
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.frame_encoder import FrameEncoder


class OneEncoder(EncoderLoader):
    """Gives the same encoder whatever is asked, but for ImageNet's."""

    def __init__(self, encoder: FrameEncoder) -> None:
        super().__init__(EncoderSources(byol="given"), Path("nowhere"))
        self._encoder = encoder

    def load(self, name, task, seed) -> FrameEncoder:
        if name == "imagenet":
            raise InvalidInput("cannot be downloaded\nat all")
        return self._encoder


def test_the_table_of_a_task_whose_pictures_tell_the_action(coloured, mean_colour) -> None:
    tasks = {"door": Dataset(Path("nowhere"), "vinn", coloured(8, 12, 0))}
    config = EvaluationConfig(methods=("random", "open-loop", "vinn", "imagenet"), seeds=(0, 1), folds=4)
    told: list[tuple[int, int, str]] = []
    saved: list[int] = []
    result = evaluate(
        tasks,
        config,
        PRESETS["small"],
        OneEncoder(mean_colour),
        lambda *line: told.append(line),
        lambda done: saved.append(len(done.scores)),
    )
    assert result.pretraining == {"random": "none", "open-loop": "none", "vinn": "unknown"}
    assert saved == [2, 4, 6, 8, 10, 12]  # after each of three methods and two seeds

    content = result.to_dict()
    mse = {row["method"]: row["mse"] for row in content["table"]}
    assert mse["random"] == pytest.approx(2 / 3, abs=0.15)
    assert mse["open-loop"] == pytest.approx(1 / 3, abs=0.12)  # the mean of random labels
    assert mse["vinn"] < 0.2
    assert {item["method"]: item["verdict"] for item in content["against_vinn"]} == {
        "random": "reference better", "open-loop": "reference better",
    }  # fmt: skip
    assert content["left_out"] == [{"task": "door", "method": "imagenet", "reason": "cannot be downloaded"}]
    assert {(score.seed, score.demonstration) for score in result.scores if score.method == "vinn"} == {
        (seed, name) for seed, name in zip((0, 0, 1, 1), _tested(result), strict=True)
    }
    assert content["data"][0]["test_demonstrations"] == 2
    assert content["data"][0]["test_frames_at_rest"] == 0
    assert all(item["verdict"] == "holds" for item in content["orderings"])
    assert told[0][:2] == (0, 8)
    assert told[-1][:2] == (8, 8)


def _tested(result) -> list[str]:
    return [score.demonstration for score in result.scores if score.method == "vinn"]


def test_embedding_beforehand_saves_it_later(coloured, mean_colour) -> None:
    from vinn_training.demonstrations.splits import Split

    demonstrations = coloured(3, 4, 0)
    embed_all(Split(demonstrations[:2], demonstrations[2:]), mean_colour)
    assert mean_colour.runtime.images == 12


def test_mistakes_are_said(mean_colour) -> None:
    with pytest.raises(InvalidInput, match="seeds are"):
        EvaluationConfig(seeds=(1, 1))
    with pytest.raises(InvalidInput, match="unknown method"):
        EvaluationConfig(methods=("alchemy",))
    with pytest.raises(InvalidInput, match="no data sets"):
        evaluate({}, EvaluationConfig(), PRESETS["small"], OneEncoder(mean_colour))
    assert EncoderSources().untrained == "random"
