import pytest

pytest.importorskip("matplotlib")

from vinn_training.evaluation.plots import to_png
from vinn_training.evaluation.scaling_plot import scaling_figure, scaling_markdown

BANKS = [
    {"kind": kind, "rows": rows, "train_s": 30.0, "open_s": 0.5, "p50_ms": rows / 1e3, "p90_ms": rows / 5e2,
     "resident_mib": rows / 100,
     "private_mib": rows / 200, "recall_at_10": 1.0, "queries": 50}
    for kind in ("exact", "faiss flat (peer)")
    for rows in (10_000, 1_000)
]  # fmt: skip
DEMONSTRATIONS = [
    {"demonstrations": count, "frames": 60 * count, "build_s": 0.7 * count, "built_frames": min(60 * count, 6_000),
     "load_s": 0.3, "act_p50_ms": 1.0, "resident_mib": 500.0, "bundle_mib": 400.0}
    for count in (10, 1_000)
]  # fmt: skip


def test_every_kind_has_a_line_in_order_of_rows():
    search, memory, times, sizes = scaling_figure(BANKS, DEMONSTRATIONS).axes
    for axes in (search, memory):
        assert [line.get_label() for line in axes.lines] == ["exact", "faiss flat (peer)"]
        assert list(axes.lines[0].get_xdata()) == [1_000, 10_000]
    assert list(search.lines[0].get_ydata()) == [1.0, 10.0]
    assert [len(axes.lines) for axes in (times, sizes)] == [2, 2]


def test_there_is_a_picture_before_the_first_point():
    assert to_png(scaling_figure([], [])).startswith(b"\x89PNG")


def test_tables_say_what_was_scaled():
    text = scaling_markdown(BANKS, DEMONSTRATIONS)
    assert "| 10,000 | exact | 10 ms | 20 ms | 1.000 | 100 MiB | 50 MiB | 0.5 s | 30 s |" in text
    assert "| 10 | 600 | 7 s | 0.3 s | 1 ms | 500 MiB | 400 MiB |" in text
    assert "| 1,000 | 60,000 | 700 s (scaled) |" in text
    assert scaling_markdown([], []) == ""
