import json
import shutil
from pathlib import Path

import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.label_set import (
    DEFAULT_STATES,
    LabelledFrame,
    LabelSet,
    merge_label_sets,
    read_label_set,
    state_labels,
    write_label_set,
)


def _write(path: Path, *rows: tuple[str, int, str], states: tuple[str, ...] = DEFAULT_STATES) -> Path:
    frames = tuple(LabelledFrame(source, "", frame, state) for source, frame, state in rows)
    write_label_set(path, LabelSet(states, frames))
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = _write(tmp_path / "new" / "labels.json", ("a.mp4", 3, "open"), ("a.mp4", 9, "closed"))
    labels = read_label_set(path)
    assert labels.frames[0] == LabelledFrame("a.mp4", "", 3, "open")
    assert labels.count() == {"closed": 1, "almost closed": 0, "almost open": 0, "open": 1}


def test_the_number_of_a_state_is_its_opening() -> None:
    meaning = state_labels(DEFAULT_STATES)
    assert [round(meaning.to_opening(number), 4) for number in range(4)] == [0, 0.3333, 0.6667, 1]
    assert state_labels(("shut", "wide")).to_opening(1) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other"}, "vinn gripper labels"),
        ({"version": 2}, "version is 2"),
        ({"closed_to_open": ["open"]}, "2 to 9 different names"),
        ({"closed_to_open": ["a", "a"]}, "2 to 9 different names"),
        ({"labels": [{"source": "a", "episode": "", "frame": 0}]}, "state"),
        (
            {"labels": [{"source": "a", "episode": "", "frame": 0, "state": "ajar"}]},
            "state is 'ajar'; expected one of: cl",
        ),
        ({"labels": [{"source": "a", "episode": "", "frame": -1, "state": "open"}]}, "0 or more"),
        ({"labels": [{"source": "a", "episode": "", "frame": 0, "state": "open"}] * 2}, "two labels"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, change: dict, message: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps({**LabelSet().to_dict(), **change}))
    with pytest.raises(InvalidInput, match=message) as caught:
        read_label_set(path)
    assert str(path) in str(caught.value)


def test_no_file_and_no_json(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file; expected the labels that the page"):
        read_label_set(tmp_path / "labels.json")
    (tmp_path / "labels.json").write_text("[1, 2")
    with pytest.raises(InvalidInput, match=r"labels\.json"):
        read_label_set(tmp_path / "labels.json")


def test_merging_finds_sources_beside_the_file_that_moved(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.mp4").touch()
    first = _write(tmp_path / "there" / "first.json", ("/gone/a.mp4", 1, "open"))
    second = _write(tmp_path / "there" / "second.json", ("a.mp4", 2, "closed"), ("a.mp4", 1, "open"))
    merged = merge_label_sets([first, second])
    assert [(label.frame, label.state) for label in merged.frames] == [(1, "open"), (2, "closed")]
    assert {label.source for label in merged.frames} == {str(tmp_path / "there" / "a.mp4")}
    shutil.move(tmp_path / "there" / "a.mp4", tmp_path / "elsewhere.mp4")
    with pytest.raises(InvalidInput, match=r"its source /gone/a\.mp4 is missing"):
        merge_label_sets([first])


def test_files_that_contradict_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    first = _write(tmp_path / "first.json", ("a.mp4", 1, "open"))
    with pytest.raises(InvalidInput, match="label it once"):
        merge_label_sets([first, _write(tmp_path / "second.json", ("a.mp4", 1, "closed"))])
    turned = _write(tmp_path / "turned.json", ("a.mp4", 2, "open"), states=DEFAULT_STATES[::-1])
    with pytest.raises(InvalidInput, match="expected the same order in every file"):
        merge_label_sets([first, turned])
    with pytest.raises(InvalidInput, match="at least one"):
        merge_label_sets([])
