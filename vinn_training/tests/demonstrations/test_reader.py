import json
import logging
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations import reader as reader_module
from vinn_training.demonstrations.dataset import Dataset, ReaderOptions
from vinn_training.demonstrations.reader import FORMATS, open_dataset, open_usable
from vinn_training.demonstrations.split_file import SplitNames, split_path, write_split
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.exceptions import InvalidDemonstration, MissingDependency


@pytest.fixture
def root(tmp_path: Path) -> Path:
    writer = VinnDatasetWriter(tmp_path / "data")
    for name in "abc":
        images = [np.full((20, 20, 3), ord(name), dtype=np.uint8)]
        writer.write(Demonstration.from_images(name, images, np.eye(3)[2:], np.zeros(1)))
    return tmp_path / "data"


class _Format:
    """A format whose reader returns what it is given."""

    def __init__(self, dataset: Dataset | None) -> None:
        self._dataset = dataset

    def recognises(self, root: Path) -> bool:
        return True

    def read(self, root: Path, options: ReaderOptions) -> Dataset:
        if self._dataset is None:
            raise ModuleNotFoundError("No module named 'rarelib'", name="rarelib")
        return self._dataset


def _use(monkeypatch: pytest.MonkeyPatch, dataset: Dataset | None) -> None:
    monkeypatch.setattr(reader_module.importlib, "import_module", lambda name: _Format(dataset))


def _names(dataset: Dataset) -> list[str]:
    return [item.name for item in dataset.demonstrations]


def test_what_is_no_data_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidDemonstration, match="no such file or folder"):
        open_dataset(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(InvalidDemonstration, match=r"notes\.txt: no data set in a known format; expected one of: "):
        open_dataset(tmp_path / "notes.txt")


def test_one_side_of_a_split(root: Path) -> None:
    write_split(split_path(root), SplitNames(("a", "c"), ("b",)))
    assert _names(open_dataset(root)) == ["a", "b", "c"]
    assert _names(open_dataset(root, ReaderOptions(split="training"))) == ["a", "c"]
    test = open_dataset(root, ReaderOptions(split="test"))
    assert _names(test) == ["b"]
    assert test.meaning["split"] == "test"


def test_a_side_without_its_file_is_refused(root: Path) -> None:
    with pytest.raises(InvalidDemonstration, match=r"splits\.json: no such file; make it with `vinn data split`"):
        open_dataset(root, ReaderOptions(split="training"))


def test_a_split_that_does_not_match_any_more_is_refused(root: Path) -> None:
    write_split(split_path(root), SplitNames(("a",), ("b",)))
    with pytest.raises(InvalidDemonstration, match=r"splits\.json: .*1 on neither side \(first: c\)"):
        open_dataset(root, ReaderOptions(split="training"))


def test_one_bad_demonstration_stops_the_strict_reader_only(root: Path) -> None:
    (root / "b" / "labels.json").write_text("{")
    with pytest.raises(InvalidDemonstration, match=r"b/labels\.json"):
        open_dataset(root)
    dataset = open_usable(root)
    assert _names(dataset) == ["a", "c"]
    assert list(dataset.rejected) == ["b"]
    assert "labels.json" in dataset.rejected["b"]


def test_a_rejected_demonstration_may_be_on_a_side(root: Path) -> None:
    write_split(split_path(root), SplitNames(("a", "b"), ("c",)))
    (root / "b" / "labels.json").write_text(json.dumps({}))
    training = open_usable(root, ReaderOptions(split="training"))
    assert (_names(training), list(training.rejected)) == (["a"], ["b"])
    assert not open_usable(root, ReaderOptions(split="test")).rejected


def test_what_a_format_sets_aside_is_in_the_log(
    root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("vinn_training").propagate = True
    kept = open_dataset(root).demonstrations
    _use(monkeypatch, Dataset(root, "lerobot", kept, rejected={"episode_7": "video is cut off"}))
    with caplog.at_level(logging.WARNING):
        assert len(open_dataset(root).demonstrations) == 3
    assert "episode_7 is left out: video is cut off" in caplog.text


def test_a_data_set_of_which_nothing_is_left_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, Dataset(root, "lerobot", (), rejected={"episode_7": "video is cut off"}))
    with pytest.raises(InvalidDemonstration, match="video is cut off"):
        open_dataset(root)
    assert open_usable(root).demonstrations == ()


def test_a_package_that_is_missing_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, None)
    with pytest.raises(MissingDependency, match=rf"{next(iter(FORMATS))} format, which needs the package 'rarelib'"):
        open_dataset(root)
