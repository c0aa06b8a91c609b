from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from vinn_training.exceptions import InvalidDemonstration
from vinn_training.replay.pictures import draw_images, farthest_images, spread_images


def test_images_are_spread_over_those_with_an_answer(result):
    assert spread_images(result, 3) == [0, 3, 7]
    assert spread_images(result, 50) == list(range(11))  # the last one has none


def test_the_farthest_images_come_in_order_of_time(result):
    distances = [item.decision.action.neighbors[0].distance for item in result.frames[:11]]
    chosen = farthest_images(result, 3)
    assert chosen == sorted(np.argsort(distances)[-3:].tolist())


def test_an_image_that_cannot_be_read_is_left_out(result):
    def fail():
        raise InvalidDemonstration("cut")

    broken = replace(result.frames[0], frame=replace(result.frames[0].frame, load=fail))
    changed = replace(result, frames=(broken, *result.frames[1:]))
    picture = cv2.imdecode(np.frombuffer(draw_images(changed, [0, 1, 2]), np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[1] == 2 * 220
    assert draw_images(changed, [0]) == b""
