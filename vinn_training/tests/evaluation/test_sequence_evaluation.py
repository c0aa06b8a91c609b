import numpy as np
import pytest

pytest.importorskip("torch")

from vinn_training.evaluation.sequence_evaluation import score_sequences, split_episodes
from vinn_training.exceptions import InvalidInput
from vinn_training.policy.learned.derivative_free import SearchConfig
from vinn_training.policy.learned.implicit_bc_sequence import SequenceConfig
from vinn_training.policy.learned.sequences import SequenceEpisode


def _episodes(count: int, frames: int = 7) -> list[SequenceEpisode]:
    random = np.random.default_rng(0)
    return [
        SequenceEpisode(
            f"e{index}",
            random.normal(size=(frames, 2)).astype(np.float32),
            np.arange(frames, dtype=np.float32)[:, None],
        )
        for index in range(count)
    ]


class Oracle:
    """Knows an episode's actions; its state is the frame's number. It notes which variant it was asked by."""

    def __init__(self, episode: SequenceEpisode) -> None:
        self.config = SequenceConfig(horizon=4, action_steps=3, search=SearchConfig(variant="sample"))
        self._episode = episode
        self.looks: list[tuple[str, list[float]]] = []

    def predict(self, images, states):
        self.looks.append((self.config.search.variant, states[:, 0].tolist()))
        rows = np.minimum(int(states[-1, 0]) + np.arange(3), len(self._episode) - 1)
        return self._episode.actions[rows].astype(np.float64)


def test_actions_are_carried_out_in_chunks_by_both_variants() -> None:
    *training, test = _episodes(30)
    oracle = Oracle(test)
    scores = {item.method: item for item in score_sequences(oracle, training, [test])}
    assert scores["best"].squared_sum == scores["sample"].squared_sum == 0.0
    assert scores["mean"].squared_sum / scores["mean"].frames == pytest.approx(1.0, abs=0.6)
    assert oracle.looks == [(v, s) for v in ("best", "sample") for s in ([0, 0], [2, 3], [5, 6])]
    assert oracle.config.search.variant == "sample"  # as it was


def test_episodes_are_divided_once_each() -> None:
    episodes = _episodes(10)
    training, test = split_episodes(episodes, 0.3, 0)
    assert (len(training), len(test)) == (7, 3)
    assert {item.name for item in training} | {item.name for item in test} == {item.name for item in episodes}
    assert [item.name for item in split_episodes(episodes, 0.3, 1)[1]] != [item.name for item in test]
    with pytest.raises(InvalidInput, match="1 episodes"):
        split_episodes(episodes[:1], 0.3, 0)
