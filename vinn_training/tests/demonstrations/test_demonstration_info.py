from pathlib import Path

import pytest

from vinn_training.demonstrations.demonstration_info import (
    DEMONSTRATION_FILE,
    DemonstrationInfo,
    checksum,
    read_demonstration_info,
)
from vinn_training.exceptions import InvalidDemonstration


def test_round_trip_and_absence(tmp_path: Path) -> None:
    assert read_demonstration_info(tmp_path) == DemonstrationInfo()
    info = DemonstrationInfo("a video", (0.0, 0.2), (0.01, 0.0), {"labels.json": checksum(b"{}")})
    (tmp_path / DEMONSTRATION_FILE).write_bytes(info.to_json())
    assert read_demonstration_info(tmp_path) == info


def test_files_of_before_say_nothing_of_rotations_and_mean_that_they_are_known(tmp_path: Path) -> None:
    unknown = DemonstrationInfo(rotations_known=False)
    (tmp_path / DEMONSTRATION_FILE).write_bytes(unknown.to_json())
    assert read_demonstration_info(tmp_path) == unknown
    old = '{"version": 1, "source": "x", "times_s": null, "lengths": null, "checksums": {}}'
    (tmp_path / DEMONSTRATION_FILE).write_text(old)
    assert read_demonstration_info(tmp_path).rotations_known


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "JSON"), ("[]", "version is None"), ('{"version": 2}', "version is 2"), ('{"version": 1}', "source")],
)
def test_broken_sidecars_are_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / DEMONSTRATION_FILE).write_text(text)
    with pytest.raises(InvalidDemonstration, match=words) as caught:
        read_demonstration_info(tmp_path)
    assert DEMONSTRATION_FILE in str(caught.value)
