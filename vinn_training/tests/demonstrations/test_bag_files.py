from pathlib import Path

import pytest

from vinn_training.demonstrations.bag_files import find_bags, holds_bags


def _touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _metadata(folder: Path, files: str, more: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = f"rosbag2_bagfile_information:\n  version: 8\n  relative_file_paths: [{files}]\n{more}"
    (folder / "metadata.yaml").write_text(text)


def test_what_is_a_bag_and_what_is_not(tmp_path: Path) -> None:
    _touch(tmp_path / "a" / "a_0.db3", tmp_path / "b" / "x.mcap", tmp_path / "c" / "images" / "1.png")
    _metadata(tmp_path / "d", "gone_0.db3")
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "metadata.yaml").write_text("name: some other tool's\n")
    assert [holds_bags(tmp_path / name) for name in "abcde"] == [True, True, False, True, False]
    assert holds_bags(tmp_path)
    assert holds_bags(tmp_path / "b" / "x.mcap")
    assert not holds_bags(tmp_path / "c" / "images" / "1.png")


def test_parts_are_in_the_order_of_the_metadata(tmp_path: Path) -> None:
    pytest.importorskip("ruamel.yaml")
    _touch(*(tmp_path / "a" / f"a_{index}.db3" for index in range(12)))
    names = ", ".join(f"a/a_{index}.db3" for index in range(12))  # with the folder, as Foxy wrote it
    _metadata(tmp_path / "a", names, "  compression_mode: MESSAGE\n")
    (bag,) = find_bags(tmp_path / "a")
    assert [file.name for file in bag.files] == [f"a_{index}.db3" for index in range(12)]
    assert bag.has_compressed_messages
    assert bag.problems == ()
    (tmp_path / "a" / "metadata.yaml").unlink()
    (bag,) = find_bags(tmp_path / "a")
    assert [file.name for file in bag.files] == [f"a_{index}.db3" for index in range(12)]  # 10 behind 9
    assert "recorder was killed" in bag.problems[0]


@pytest.mark.parametrize("text", ["", "rosbag2_bagfile_information: [", "rosbag2_bagfile_information: 3\n"])
def test_broken_metadata_is_said_and_done_without(tmp_path: Path, text: str) -> None:
    pytest.importorskip("ruamel.yaml")
    _touch(tmp_path / "a" / "a_0.mcap")
    (tmp_path / "a" / "metadata.yaml").write_text(text)
    (bag,) = find_bags(tmp_path / "a")
    assert len(bag.files) == 1
    assert bag.problems == ("its metadata.yaml cannot be read",)


def test_missing_parts_are_named(tmp_path: Path) -> None:
    pytest.importorskip("ruamel.yaml")
    _touch(tmp_path / "a" / "a_0.db3")
    _metadata(tmp_path / "a", "a_0.db3, a_1.db3")
    (bag,) = find_bags(tmp_path / "a")
    assert bag.problems == ("missing: a_1.db3",)


def test_files_of_different_recordings_are_different_bags(tmp_path: Path) -> None:
    _touch(tmp_path / "door.mcap", tmp_path / "push.mcap", tmp_path / "drawer" / "drawer_0.db3", tmp_path / ".x.mcap")
    assert [(bag.name, len(bag.files)) for bag in find_bags(tmp_path)] == [("door", 1), ("drawer", 1), ("push", 1)]
