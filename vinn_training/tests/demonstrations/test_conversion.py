from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.conversion import (
    ImageSize,
    chained_source,
    converted_info,
    gripper_labels,
    parse_size,
    resized,
)
from vinn_training.demonstrations.dataset import Dataset
from vinn_training.demonstrations.dataset_info import DatasetInfo
from vinn_training.demonstrations.gripper_labels import ORIGINAL_GRIPPER, GripperLabels
from vinn_training.demonstrations.reader import open_dataset
from vinn_training.demonstrations.vinn_writer import VinnDatasetWriter
from vinn_training.exceptions import InvalidInput
from vinn_training.preprocessing import CropBox, Preprocessing

CROP = CropBox(8, 4, 56, 40, image_width=64, image_height=48)


def _demonstration(images, gripper=0.0, times_s=None) -> Demonstration:
    count = len(images)
    demonstration = Demonstration.from_images("a", images, np.zeros((count, 3)), np.broadcast_to(gripper, (count,)))
    return replace(demonstration, times_s=times_s)


def _dataset(demonstration: Demonstration, **changes) -> Dataset:
    return Dataset(Path("somewhere/data"), "lerobot", (demonstration,), **changes)


@pytest.mark.parametrize(("text", "size"), [("224", (224, 224)), ("640x480", (640, 480)), ("640X480", (640, 480))])
def test_sizes(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["big", "640x", "x480", "640x480x3", "0", "15", "-224", "9000", "640.5"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=f"size is '{text}'; expected"):
        parse_size(text)


def test_resizing_is_what_the_encoder_would_do(views) -> None:
    images = views(0, 2)
    for crop in (None, CROP):
        copy = resized(_demonstration(images), crop, ImageSize(32, 32))
        np.testing.assert_array_equal(copy.load_image(1), Preprocessing(size=32, crop=crop).resize(images[1]))
    assert resized(_demonstration(images), None, ImageSize(100, 50)).load_image(0).shape == (50, 100, 3)
    np.testing.assert_array_equal(resized(_demonstration(images), None, None).load_image(0), images[0])


@pytest.mark.parametrize(
    ("openings", "meaning"),
    [([0.0, 1.0], "class"), ([0.0, 1 / 3, 2 / 3, 1.0], "class"), ([0.0, 0.5], "opening"), ([0.25, 0.9], "opening")],
)
def test_gripper_values_that_are_classes_stay_classes(views, openings: list[float], meaning: str) -> None:
    dataset = _dataset(_demonstration(views(0, len(openings)), np.array(openings)))
    assert gripper_labels(dataset).meaning == meaning


def test_meaning_of_a_data_set_in_the_vinn_layout_is_kept(tmp_path: Path, views) -> None:
    reversed_classes = GripperLabels(closed_to_open=(3, 2, 1, 0))
    VinnDatasetWriter(tmp_path, DatasetInfo(gripper=reversed_classes, length_unit="m", rate_hz=3.0)).write(
        _demonstration(views(0, 2), 1.0), source="GX010042.MP4"
    )
    dataset = open_dataset(tmp_path)
    assert gripper_labels(dataset) == reversed_classes
    info = converted_info(dataset, None)
    assert (info.length_unit, info.rate_hz) == ("m", 3.0)
    assert chained_source(dataset, "a") == f"GX010042.MP4; converted from vinn data {tmp_path.name}, episode a"


def test_meaning_of_other_formats(views) -> None:
    meaning = {"length_unit": "furlong", "rate_hz": None}
    steady = _dataset(_demonstration(views(0, 4), times_s=np.arange(4) * 0.2), meaning=meaning, source="lab")
    info = converted_info(steady, CROP)
    assert (info.gripper, info.crop, info.source) == (ORIGINAL_GRIPPER, CROP, "lab")
    assert (info.length_unit, info.rate_hz) == ("unknown", 5.0)
    uneven = _dataset(_demonstration(views(0, 4), times_s=np.array([0.0, 0.2, 0.4, 1.0])))
    assert converted_info(uneven, None).rate_hz is None
    assert converted_info(uneven, None).source == "lerobot data set data"
    assert chained_source(uneven, "a") == "unknown; converted from lerobot data data, episode a"


def test_motions_over_several_frames_are_told(views) -> None:
    dataset = _dataset(_demonstration(views(0, 2)), meaning={"horizon_frames": 8}, source="Dobb-E")
    assert chained_source(dataset, "a").endswith("episode a, motions over 8 frames")
