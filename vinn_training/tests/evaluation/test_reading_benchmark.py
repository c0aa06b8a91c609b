import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vinn_training.evaluation import reading_benchmark
from vinn_training.evaluation.benchmark import to_markdown
from vinn_training.evaluation.reading_benchmark import (
    decode_pictures,
    decode_videos,
    peak_rise_mb,
    read_all,
    reading_rows,
    write_sets,
)

pytest.importorskip("av")
pytest.importorskip("pyarrow")


def test_all_frames_are_read_by_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: dict[str, set[int]] = {}

    def count_calls(name: str) -> None:
        function = getattr(reading_benchmark, name)

        def counted(root: Path) -> int:
            counts.setdefault(name, set()).add(function(root))
            return 0

        monkeypatch.setattr(reading_benchmark, name, counted)

    for name in ("read_all", "decode_videos", "decode_pictures"):
        count_calls(name)
    monkeypatch.setattr(reading_benchmark, "peak_rise_mb", lambda function, root: function(root) + 1.0)
    rows = reading_rows(demonstrations=2, frames=5, size=32, repetitions=1)
    assert counts == {"read_all": {10}, "decode_videos": {10}, "decode_pictures": {10}}
    assert [row.unit for row in rows] == ["ms", "MB", "ms", "MB"]
    assert all(row.ratio is not None for row in rows)
    assert to_markdown(rows).count("\n") == 6


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_reading_costs_little_more_than_decoding(tmp_path: Path) -> None:
    """In seconds of the processor, which other programs on the machine hardly change."""

    def cost_s(function: Callable[[Path], int], root: Path) -> float:
        started = time.process_time()
        assert function(root) == 4260
        return time.process_time() - started

    for root, plain in zip(write_sets(tmp_path, 71, 60, 224), (decode_videos, decode_pictures), strict=True):
        ours, theirs = zip(*((cost_s(read_all, root), cost_s(plain, root)) for _ in range(3)), strict=True)
        assert min(ours) <= 1.5 * min(theirs)
        assert peak_rise_mb(read_all, root) < 150.0
