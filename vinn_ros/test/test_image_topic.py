from __future__ import annotations

import pytest
from sensor_msgs.msg import CompressedImage, Image

from vinn_ros.image_topic import IMAGE_TRANSPORT, image_topic


@pytest.mark.parametrize(
    ("transport", "name", "kind"),
    [("raw", "image_raw", Image), ("compressed", "image_raw/compressed", CompressedImage)],
)
def test_each_transport_has_the_topic_that_image_transport_gives_it(transport, name, kind):
    assert transport in IMAGE_TRANSPORT.choices
    assert image_topic(transport) == (name, kind)
