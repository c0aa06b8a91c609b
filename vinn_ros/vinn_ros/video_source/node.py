"""Lifecycle node: publishes a webcam or a video file as a camera, where no camera driver is installed."""

from __future__ import annotations

from rclpy.timer import Timer
from std_msgs.msg import Header

from vinn_ros.image_publisher import JPEG_QUALITY, ImagePublisher
from vinn_ros.lifecycle import BaseLifecycleNode
from vinn_ros.parameters import ParameterSpec
from vinn_ros.video_source.core import VideoReader
from vinn_training.contracts import WRIST_CAMERA_OPTICAL_FRAME
from vinn_training.exceptions import InvalidInput

PARAMETERS = (
    ParameterSpec("source", "", "Webcam device (/dev/video0) or video file."),
    ParameterSpec("rate_hz", 0.0, "Frames a second; 0 takes the source's own rate.", minimum=0.0, maximum=240.0),
    ParameterSpec("loop", False, "Whether a video file starts again at its end."),
    ParameterSpec("frame_id", WRIST_CAMERA_OPTICAL_FRAME, "Optical frame of the camera, for the header."),
    JPEG_QUALITY,
    ParameterSpec(
        "wait_for_subscriber", False, "Whether a file's first frame waits until somebody listens to the images."
    ),
)


class VideoSourceNode(BaseLifecycleNode):
    """Publishes one frame a tick."""

    def __init__(self) -> None:
        super().__init__("video_source", PARAMETERS)
        self._images = ImagePublisher(self, self.parameters["jpeg_quality"])
        self._reader: VideoReader | None = None
        self._timer: Timer | None = None
        self._published = 0

    def configure(self) -> None:
        if not self.parameters["source"]:
            raise InvalidInput("parameter 'source' is empty; expected a webcam device or a video file")
        self._reader = VideoReader(self.parameters["source"], self.parameters["loop"])

    def activate(self) -> None:
        assert self._reader is not None
        rate_hz = self.parameters["rate_hz"] or self._reader.rate_hz
        self._timer = self.create_timer(1.0 / rate_hz, self._tick)
        self.get_logger().info(f"publishing {self.parameters['source']} at {rate_hz:g} Hz")

    def deactivate(self) -> None:
        if self._timer is not None:
            self.destroy_timer(self._timer)
            self._timer = None

    def cleanup(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _tick(self) -> None:
        assert self._reader is not None
        waits = self.parameters["wait_for_subscriber"] and not self._published
        if waits and self._images.subscribers == 0:
            return
        try:
            frame = self._reader.read()
        except InvalidInput as error:
            self.get_logger().error(str(error))
            frame = None
        if frame is None:
            self.get_logger().info(f"end of {self.parameters['source']}: {self._published} frames published")
            self.deactivate()
            return
        header = Header(stamp=self.get_clock().now().to_msg(), frame_id=self.parameters["frame_id"])
        self._images.publish(frame, header)
        self._published += 1
