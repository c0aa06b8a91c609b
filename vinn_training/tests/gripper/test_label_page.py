import base64
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from vinn_training.exceptions import InvalidInput
from vinn_training.gripper.label_page import PagePicture, label_page
from vinn_training.gripper.label_page_template import DATA_MARK
from vinn_training.gripper.label_set import LabelledFrame, LabelSet


def _content(page: str) -> dict:
    (text,) = re.findall(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def _page(labels: LabelSet, source: str = "/videos/a.mp4") -> str:
    image = np.zeros((480, 640, 3), np.uint8)
    image[:, :320] = (255, 0, 0)
    return label_page([PagePicture(source, "", number, image) for number in (4, 8)], labels, Path("my.json"))


def test_the_page_holds_pictures_states_and_earlier_labels() -> None:
    labels = LabelSet(
        frames=(LabelledFrame("/videos/a.mp4", "", 8, "open"), LabelledFrame("/videos/b.mp4", "", 1, "closed"))
    )
    content = _content(_page(labels))
    assert content["closed_to_open"] == ["closed", "almost closed", "almost open", "open"]
    assert [(row["frame"], row["state"]) for row in content["frames"]] == [(4, None), (8, "open")]
    assert content["other_labels"] == [{"source": "/videos/b.mp4", "episode": "", "frame": 1, "state": "closed"}]
    assert content["file_name"] == "my.json"
    data = base64.b64decode(content["frames"][0]["picture"].removeprefix("data:image/jpeg;base64,"))
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (300, 400, 3)
    assert picture[150, 100].tolist() == pytest.approx([0, 0, 255], abs=8)  # red, in OpenCV's order


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = _page(LabelSet())
    assert DATA_MARK not in page
    assert re.findall(r'(?:src|href)="', page) == []
    assert "http" not in page


def test_what_the_page_saves_is_what_is_read() -> None:
    """The page's script writes these keys; the reader must take them."""
    content = _content(_page(LabelSet()))
    rows = [{**{key: row[key] for key in ("source", "episode", "frame")}, "state": "open"} for row in content["frames"]]
    saved = {key: content[key] for key in ("format", "version", "closed_to_open")} | {"labels": rows}
    assert LabelSet.from_dict(saved).count()["open"] == 2


def test_names_cannot_end_the_script() -> None:
    name = '/videos/</script><!-- "a&b.mp4'
    assert _content(_page(LabelSet(), name))["frames"][0]["source"] == name


def test_another_page_has_another_memory() -> None:
    first, again = _content(_page(LabelSet())), _content(_page(LabelSet()))
    other = _content(_page(LabelSet(), "/videos/b.mp4"))
    assert first["page_id"] == again["page_id"] != other["page_id"]


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InvalidInput, match="uint8"):
        label_page([PagePicture("a", "", 0, np.zeros((4, 4)))], LabelSet(), Path("my.json"))  # type: ignore[arg-type]
