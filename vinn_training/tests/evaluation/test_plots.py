import xml.etree.ElementTree as ElementTree

import pytest

pytest.importorskip("matplotlib")

from vinn_training.evaluation.plots import efficiency_figure, map_figure, sweep_figure, table_figure, to_png, to_svg

ROWS = [
    {"task": "door", "method": "vinn", "mse": 0.1, "mse_low": 0.08, "mse_high": 0.12},
    {"task": "door", "method": "random", "mse": 0.6, "mse_low": 0.5, "mse_high": 0.7},
    {"task": "dishes", "method": "vinn", "mse": 0.2, "mse_low": 0.201, "mse_high": 0.3},
]


def test_methods_are_named_and_the_papers_numbers_shown_where_it_has_them() -> None:
    figure = table_figure(ROWS, {"vinn": "VINN"})
    door, dishes = figure.axes
    assert [text.get_text() for text in door.get_yticklabels()] == ["random", "VINN"]  # the best on top
    assert sorted(door.lines[-1].get_xdata()) == [0.092, 0.634]
    assert not [line for line in dishes.lines if line.get_marker() == "x"]


def test_figures_become_svg_elements_whose_ids_do_not_clash() -> None:
    points = [{"task": "door", "k": k, "temperature": t, "mse": 0.1 * k} for k in (1, 2, 3) for t in (1.0, 5.0)]
    first = ElementTree.fromstring(to_svg(sweep_figure(points), "a"))
    second = ElementTree.fromstring(to_svg(sweep_figure(points), "b"))
    ids = [{item.get("id") for item in tree.iter() if item.get("id")} for tree in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_lines_go_through_the_means_over_seeds() -> None:
    points = [{"task": "t", "k": 1, "temperature": 1.0, "mse": value} for value in (0.1, 0.3)]
    assert sweep_figure(points).axes[0].lines[0].get_ydata() == pytest.approx([0.2])
    sizes = [{"task": "t", "method": "vinn", "demonstrations": n, "mse": 1 / n, "mse_std": 0.01} for n in (10, 1)]
    assert list(efficiency_figure(sizes, {}).axes[0].lines[0].get_xdata()) == [1, 10]


def test_a_map_is_a_png() -> None:
    points = [{"x": 0.0, "y": 1.0, "phase": 0.5, "gripper": 1.0, "events": e} for e in (0, 1, 1, 7)]
    figure = map_figure({"task": "t", "method": "pca", "explained": 0.5, "points": points})
    words = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert words == ["before the first gripper event (1)", "after the first (2)", "after 7 gripper events (1)"]
    assert to_png(figure).startswith(b"\x89PNG")
