"""The command line of the player."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from vinn_training.exceptions import InvalidInput


@dataclass(frozen=True)
class PlayBagConfig:
    """Play the images of a bag into running nodes, under the stamps that they were recorded with.

    Topics are remapped as of any node: `--ros-args -r image_raw:=/wrist/image`.

    Attributes:
        bag: A rosbag2 folder or its storage file, sqlite3 or MCAP.
        images: Topic of the images in the bag; empty takes the only camera.
        player: "vinn": this command's own; "ros2bag": `ros2 bag play`, of the images alone, watched by this command.
        rate: Speed, as a factor of the recorded one.
        wait_for_answers: Send each image when the one before was answered, however long that takes; not by rosbag2.
        answer_timeout_s: So long an image is waited for that gets no answer; also after the last one.
        nodes: These must be at work before the first image.
        start_timeout_s: So long they are waited for.
    """

    bag: tyro.conf.Positional[Path]
    images: str = ""
    player: Literal["vinn", "ros2bag"] = "vinn"
    rate: float = 1.0
    wait_for_answers: bool = False
    answer_timeout_s: float = 5.0
    nodes: tuple[str, ...] = ("perception", "policy")
    start_timeout_s: float = 120.0

    def check(self) -> None:
        """Look for what cannot be played.

        Raises:
            InvalidInput: If options are out of their range, or do not go together.
        """
        if self.wait_for_answers and self.player != "vinn":
            raise InvalidInput(
                f"--wait-for-answers is given with --player {self.player}, which waits for none; leave out one of them"
            )
        if not 0.01 <= self.rate <= 100.0:
            raise InvalidInput(f"--rate is {self.rate:g}; expected 0.01 to 100")
        if not (0.0 < self.answer_timeout_s <= 3600.0 and 0.0 < self.start_timeout_s <= 3600.0):
            raise InvalidInput(
                "--answer-timeout-s and --start-timeout-s: expected more than 0 and at most 3600 seconds"
            )
