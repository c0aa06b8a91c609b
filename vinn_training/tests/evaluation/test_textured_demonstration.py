import cv2
import numpy as np

from vinn_training.evaluation.textured_demonstration import textured_demonstration


def test_pictures_have_the_size_differ_and_come_back_the_same():
    item = textured_demonstration("a", 3, 4, 96, 64)
    images = [item.load_image(index) for index in range(4)]
    assert {image.shape for image in images} == {(64, 96, 3)}
    assert (images[0] != images[1]).any()
    np.testing.assert_array_equal(images[2], textured_demonstration("b", 3, 4, 96, 64).load_image(2))


def test_pictures_are_as_hard_to_compress_as_a_cameras():
    image = textured_demonstration("a", 0, 1, 640, 480).load_image(0)
    _, png = cv2.imencode(".png", image)
    assert 0.3 * image.size < len(png) < image.size
