import numpy as np

from vinn_training.evaluation.episode_embeddings import EMBEDDING_SIZE, episode_embeddings, query_embeddings


def test_a_longer_bank_begins_with_the_shorter_one():
    short = np.concatenate(list(episode_embeddings(100)))
    long = np.concatenate(list(episode_embeddings(250)))
    assert short.shape == (100, EMBEDDING_SIZE)
    assert short.dtype == np.float32
    assert long.shape == (250, EMBEDDING_SIZE)
    np.testing.assert_array_equal(short, long[:100])


def test_blocks_make_exactly_the_rows_asked_for():
    assert sum(len(block) for block in episode_embeddings(8_000)) == 8_000


def test_frames_of_an_episode_are_near_each_other_and_tasks_are_not():
    rows = np.concatenate(list(episode_embeddings(6_060))).astype(np.float64)
    neighbours = np.linalg.norm(rows[10] - rows[11])
    same_task = np.linalg.norm(rows[10] - rows[6_010])  # episode 100 is the second of task 0
    other_task = np.linalg.norm(rows[10] - rows[70])
    assert neighbours < same_task < other_task


def test_queries_are_in_no_bank_and_have_neighbours_in_every_one():
    rows = np.concatenate(list(episode_embeddings(960)))
    queries = query_embeddings(16)
    distances = np.linalg.norm(queries[:, None] - rows[None], axis=2)
    assert distances.min() > 0
    for number, row in enumerate(distances.argmin(axis=1)):
        assert row // 60 == number  # of the same task
