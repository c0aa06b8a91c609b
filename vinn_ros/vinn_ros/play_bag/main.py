"""`ros2 run vinn_ros play_bag BAG`: a bag's images into running nodes, where rosbag2's player is absent too.

Unlike `ros2 bag play` it waits until the nodes are ready, and with `--wait-for-answers` for the answer to each image.
"""

from __future__ import annotations

import shutil
import sys

import rclpy
import tyro
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from vinn_ros.play_bag.core import BagImages
from vinn_ros.play_bag.player import BagPlayer
from vinn_ros.play_bag.settings import PlayBagConfig
from vinn_ros.stop_request import StopRequest
from vinn_ros.transport import use_profile
from vinn_training.exceptions import InvalidInput, VinnError

EXIT_NOT_ANSWERED = 1
EXIT_MISTAKE = 2


def run(config: PlayBagConfig, stop: StopRequest) -> int:
    """Play the bag and return the exit status: 0 if an image was answered.

    Raises:
        VinnError: If the bag cannot be played, or the nodes are not there.
    """
    config.check()
    if config.player == "ros2bag" and shutil.which("ros2") is None:
        raise InvalidInput(
            "--player is ros2bag, but there is no command ros2; expected --player vinn, which needs none"
        )
    images = BagImages(config.bag, config.images)
    for reason, count in images.left_out.items():
        print(f"left out, {reason}: {count} images")
    use_profile()
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    stop.at_once = False
    player = BagPlayer(config, images, stop)
    try:
        player.wait_until_ready()
        print(f"playing {len(images.images)} images of {images.topic}", flush=True)
        player.play_by_rosbag2() if config.player == "ros2bag" else player.play()
        ledger = player.node.ledger
        print(f"{ledger.sent} images played, {ledger.answered} answered", flush=True)
        return 0 if ledger.answered else EXIT_NOT_ANSWERED
    finally:
        player.close()
        rclpy.try_shutdown()


def main() -> int:
    """Entry point of `ros2 run vinn_ros play_bag`."""
    stop = StopRequest()
    stop.install()
    try:
        return run(tyro.cli(PlayBagConfig, prog="play_bag", args=remove_ros_args(sys.argv)[1:]), stop)
    except VinnError as error:
        print(f"play_bag: {error}", file=sys.stderr)
        return EXIT_MISTAKE


if __name__ == "__main__":
    sys.exit(main())
