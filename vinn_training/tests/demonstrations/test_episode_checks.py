from dataclasses import replace

import numpy as np
import pytest

from vinn_training.contracts import Demonstration
from vinn_training.demonstrations.episode_checks import check_episode, scan_episode
from vinn_training.demonstrations.findings import Findings
from vinn_training.exceptions import InvalidDemonstration
from vinn_training.preprocessing import CropBox

RIGHT = np.array([1.0, 0.0, 0.0])


def _demonstration(images, directions=None, gripper=None) -> Demonstration:
    count = len(images)
    directions = np.tile(RIGHT, (count, 1)) if directions is None else directions
    gripper = np.linspace(0, 1, count) if gripper is None else gripper
    return Demonstration.from_images("demo", images, directions, gripper)


def _found(demonstration: Demonstration, gripper_recorded: bool = True, crop: CropBox | None = None) -> Findings:
    findings = Findings()
    check_episode(scan_episode(demonstration, crop, findings), gripper_recorded, findings)
    return findings


def test_nothing_is_found_in_a_good_episode(views) -> None:
    assert not _found(_demonstration(views(0, 8))).counts


def test_every_image_is_decoded_once(views) -> None:
    images, loaded = views(0, 8), []
    demonstration = replace(_demonstration(images), load_image=lambda index: (loaded.append(index), images[index])[1])
    _found(demonstration)
    assert loaded == list(range(8))


def test_a_camera_that_hung(views) -> None:
    images = views(0, 6)
    images[3] = images[2]
    findings = _found(_demonstration(images))
    assert findings.counts == {"duplicate-frame": 1}
    assert str(findings.places["duplicate-frame"][0]) == "demo/000003: as 000002"


def test_a_picture_that_stands_still_while_the_label_moves(views) -> None:
    images = views(0, 6)
    images[3] = images[2].copy()
    images[3][10, 10] ^= 4  # not the same bytes
    assert _found(_demonstration(images)).counts == {"still-picture": 1}
    directions = np.tile(RIGHT, (6, 1))
    directions[2] = 0.0  # at rest, it may stand still
    assert not _found(_demonstration(images, directions)).counts


def test_a_frozen_camera(views) -> None:
    assert _found(_demonstration(views(0, 1) * 5)).counts == {"duplicate-frame": 4, "constant-images": 1}


def test_no_motion_and_a_gripper_that_never_changes(views) -> None:
    still = _demonstration(views(0, 4), np.zeros((4, 3)), np.ones(4))
    assert _found(still).counts == {"no-motion": 1, "constant-gripper": 1}
    assert _found(still, gripper_recorded=False).counts == {"no-motion": 1}


def test_blank_and_unreadable_images_are_named(views) -> None:
    images = views(0, 5)
    images[1] = np.full_like(images[1], 7)

    def load_image(index: int) -> np.ndarray:
        if index == 3:
            raise InvalidDemonstration("000003.png: not a readable picture")
        return images[index]

    findings = _found(replace(_demonstration(images), load_image=load_image))
    assert findings.counts == {"blank-image": 1, "corrupt-image": 1}
    assert findings.places["blank-image"][0].frame == "000001"
    assert "not a readable picture" in findings.places["corrupt-image"][0].detail


def test_a_crop_that_does_not_fit_is_named_and_one_that_fits_is_looked_through(views) -> None:
    images = views(0, 4)
    wrong = CropBox(0, 0, 10, 10, image_width=100, image_height=10)
    assert _found(_demonstration(images), crop=wrong).counts["crop"] == 4
    hidden = [image.copy() for image in images]
    for image in hidden:
        image[:, :32] = images[0][:, :32]  # stands still where the encoder does not look
    right_half = CropBox(32, 0, 64, 48, image_width=64, image_height=48)
    assert not _found(_demonstration(hidden), crop=right_half).counts
    left_half = CropBox(0, 0, 32, 48, image_width=64, image_height=48)
    assert _found(_demonstration(hidden), crop=left_half).counts["still-picture"] == pytest.approx(3)
