import json
from pathlib import Path

import pytest

from vinn_training.demonstrations.lerobot_layout import SIDECAR_FILE, Sidecar, SidecarEpisode, read_sidecar
from vinn_training.exceptions import InvalidDemonstration
from vinn_training.preprocessing import CropBox


def test_the_sidecar_comes_back(tmp_path: Path) -> None:
    crop = CropBox(1, 2, 3, 4, 50, 60)
    sidecar = Sidecar("a video", "m", crop, (SidecarEpisode("a", 3, True, False, True),))
    (tmp_path / "meta").mkdir()
    (tmp_path / SIDECAR_FILE).write_bytes(sidecar.to_json())
    assert read_sidecar(tmp_path) == sidecar
    assert read_sidecar(tmp_path / "elsewhere") is None


@pytest.mark.parametrize("content", ["{", "[]", '{"format": "vinn", "version": 9}', '{"format": "vinn", "version": 1}'])
def test_another_sidecar_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "meta").mkdir()
    (tmp_path / SIDECAR_FILE).write_text(content)
    with pytest.raises(InvalidDemonstration, match=r"meta/vinn\.json: cannot be used"):
        read_sidecar(tmp_path)


def test_unknown_keys_of_an_episode_are_refused(tmp_path: Path) -> None:
    values = json.loads(Sidecar("", "m", None, ()).to_json())
    values["episodes"] = [{"title": "a"}]
    (tmp_path / "meta").mkdir()
    (tmp_path / SIDECAR_FILE).write_text(json.dumps(values))
    with pytest.raises(InvalidDemonstration, match="title"):
        read_sidecar(tmp_path)
