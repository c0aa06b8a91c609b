"""Parameters of the neighbors_view node."""

from __future__ import annotations

from vinn_ros.image_topic import IMAGE_TRANSPORT
from vinn_ros.neighbors_view.core import ViewConfig
from vinn_ros.neighbors_view.panel import MOST_NEIGHBORS
from vinn_ros.parameters import ParameterSpec, Values

_DEFAULT = ViewConfig()

PARAMETERS = (
    ParameterSpec(
        "bundle", "", "Directory of the bundle that the policy was started with, for the neighbours' pictures; without "
        "one they have names alone.",
    ),
    IMAGE_TRANSPORT,
    ParameterSpec(
        "rate_hz", 10.0, "Pictures and markers a second, at most; what comes in between is not shown.",
        minimum=0.2, maximum=60.0,
    ),
    ParameterSpec(
        "neighbors", _DEFAULT.neighbors, "Neighbours that are drawn, nearest first.", minimum=1, maximum=MOST_NEIGHBORS
    ),
    ParameterSpec(
        "images_kept", _DEFAULT.images_kept, "Images that are kept for actions that come later; at least the policy's "
        "latency times the camera's rate.", minimum=1, maximum=1000,
    ),
    ParameterSpec(
        "match_wait_s", _DEFAULT.match_wait_s, "How long an action waits for the image of its stamp before it is shown "
        "without.", minimum=0.0, maximum=10.0,
    ),
    ParameterSpec(
        "jpeg_quality", 80, "Quality of the JPEG pictures on neighbors/image/compressed.", minimum=1, maximum=100
    ),
    ParameterSpec(
        "arrow_length_m", 0.15, "Length of the marker of an action or demonstrated direction of length 1, in metres.",
        minimum=0.01, maximum=2.0,
    ),
    ParameterSpec(
        "bridge", "stretch_bridge", "Name of the bridge's node, which knows where the camera sits, with its namespace "
        "where it has one; empty asks nobody, and what was sent gets no marker.",
    ),
    ParameterSpec(
        "camera_transform", True, "Publish the camera's place on its link, as the bridge has it, on /tf_static. False "
        "where another node does.",
    ),
)  # fmt: skip


def view_config(values: Values) -> ViewConfig:
    """Return the core's configuration from the node's parameters."""
    return ViewConfig(
        neighbors=values["neighbors"], images_kept=values["images_kept"], match_wait_s=values["match_wait_s"]
    )
