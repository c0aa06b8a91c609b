import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from vinn_training.bank.build import BuiltBank, build_bank, in_float16
from vinn_training.contracts import Demonstration
from vinn_training.exceptions import InvalidDemonstration, InvalidInput

from .conftest import MeanColourRuntime


def test_rows_follow_demonstrations_and_frames(demonstrations: list[Demonstration]) -> None:
    runtime = MeanColourRuntime("e")
    steps: list[tuple[int, int]] = []
    bank, thumbnails = build_bank(demonstrations, runtime, batch_size=4, progress=lambda *step: steps.append(step))
    assert runtime.batches == [4, 4, 4, 3]
    assert steps == [(4, 15), (8, 15), (12, 15), (15, 15)]
    for row in range(15):
        demo, frame = divmod(row, 5)
        assert (bank.demonstration[row], bank.frame[row]) == (demo, frame)
        np.testing.assert_allclose(bank.embeddings[row, :3], [40 * demo, 10 * frame, 90])
        assert np.abs(thumbnails[row].astype(int).mean(axis=(0, 1)) - [40 * demo, 10 * frame, 90]).max() < 8
    np.testing.assert_allclose(bank.gripper[:5], [1, 0.75, 0.5, 0.25, 0])
    np.testing.assert_allclose(np.linalg.norm(bank.directions.astype(np.float64), axis=1), 1.0, atol=1e-7)
    assert (bank.encoder_id, bank.demonstration_names) == ("e", ("demo_0", "demo_1", "demo_2"))


def test_refusals(demonstrations: list[Demonstration]) -> None:
    runtime = MeanColourRuntime("e")
    with pytest.raises(InvalidInput, match="no demonstrations"):
        build_bank([], runtime)
    with pytest.raises(InvalidInput, match="batch size is 0"):
        build_bank(demonstrations, runtime, batch_size=0)
    with pytest.raises(InvalidInput, match="not all different"):
        build_bank([demonstrations[0], demonstrations[0]], runtime)


def test_the_next_batch_is_read_while_one_is_encoded(demonstrations: list[Demonstration]) -> None:
    last_frame_read = threading.Event()

    def load(frame: int) -> np.ndarray:
        if frame == 4:
            last_frame_read.set()
        return demonstrations[0].load_image(frame)

    class Waiting(MeanColourRuntime):
        def encode(self, images: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
            assert last_frame_read.wait(60)
            return super().encode(images)

    bank = build_bank([replace(demonstrations[0], load_image=load)], Waiting("e"), batch_size=3).bank
    np.testing.assert_allclose(bank.embeddings[:, 1], [0, 10, 20, 30, 40])


def test_an_unreadable_picture_ends_the_build(demonstrations: list[Demonstration]) -> None:
    def load(frame: int) -> np.ndarray:
        if frame == 4:
            raise InvalidDemonstration("4.png: not a readable picture")
        return demonstrations[0].load_image(frame)

    with pytest.raises(InvalidDemonstration, match=r"4\.png"):
        build_bank([replace(demonstrations[0], load_image=load)], MeanColourRuntime("e"), batch_size=2)


class _Together:
    """One of two processes, here threads, that exchange their rows."""

    def __init__(self, rank: int, table: dict[int, np.ndarray], meeting: threading.Barrier) -> None:
        self._rank, self._table, self._meeting = rank, table, meeting

    def share(self, total: int) -> slice:
        return slice(total * self._rank // 2, total * (self._rank + 1) // 2)

    def gather(self, rows: np.ndarray) -> list[np.ndarray]:
        self._table[self._rank] = rows
        self._meeting.wait(60)
        parts = [self._table[0], self._table[1]]
        self._meeting.wait(60)
        return parts


def test_two_processes_build_the_bank_of_one(demonstrations: list[Demonstration]) -> None:
    expected = build_bank(demonstrations, MeanColourRuntime("e"))
    table: dict[int, np.ndarray] = {}
    meeting, runtimes = threading.Barrier(2), [MeanColourRuntime("e"), MeanColourRuntime("e")]

    def build(rank: int) -> BuiltBank:
        return build_bank(demonstrations, runtimes[rank], batch_size=4, processes=_Together(rank, table, meeting))

    with ThreadPoolExecutor(2) as pool:
        built = list(pool.map(build, (0, 1)))
    assert [runtime.batches for runtime in runtimes] == [[4, 3], [4, 4]]
    for bank, thumbnails in built:
        assert bank.bank_id == expected.bank.bank_id
        assert thumbnails.to_bytes() == expected.thumbnails.to_bytes()


def test_numbers_too_large_for_float16_are_refused(demonstrations: list[Demonstration]) -> None:
    bank = build_bank(demonstrations, MeanColourRuntime("e")).bank
    half = in_float16(bank)
    assert half.embeddings.dtype == np.float16
    np.testing.assert_allclose(half.embeddings, bank.embeddings, rtol=2**-11)
    with pytest.raises(InvalidInput, match="reach 1e\\+05, and float16 ends at 65504"):
        in_float16(replace(bank, embeddings=bank.embeddings + np.float32(1e5 - bank.embeddings.max())))
