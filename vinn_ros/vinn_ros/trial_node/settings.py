"""Parameters of the trial node."""

from __future__ import annotations

from vinn_ros.parameters import ParameterSpec
from vinn_ros.recorder.topics import IMAGES
from vinn_training.sim.scene_sets import SCENE_SET_NAMES

JUDGES = ("operator", "simulator")

PARAMETERS = (
    ParameterSpec(
        "output", "", "Directory of the trials: a folder for each condition with trials.json, and bags/ beside them."
    ),
    ParameterSpec("policy", "vinn", "What is tried, as trials.json names it."),
    ParameterSpec("bundle", "", "Bundle that it was made from; only written into trials.json."),
    ParameterSpec(
        "condition", "none", "Cabinet and what was done to it, where ~/start names none; a folder for each.", live=True
    ),
    ParameterSpec(
        "seed", 0, "Of a folder's first trial. Each trial that got a verdict moves on to the next seed.",
        minimum=0, maximum=2**31 - 1,
    ),
    ParameterSpec(
        "lateral_offset_range_m", 0.05, "The start is moved sideways by up to this, either way, drawn by the seed.",
        minimum=0.0, maximum=0.3,
    ),
    ParameterSpec(
        "max_steps", 0, "An episode ends after this many motions; 0 takes the bridge's episode_max_steps.",
        minimum=0, maximum=100_000, live=True,
    ),
    ParameterSpec(
        "max_time_s", 0.0, "An episode ends after this many seconds; 0 takes the bridge's episode_max_time_s.",
        minimum=0.0, maximum=86_400.0, live=True,
    ),
    ParameterSpec(
        "verdict_timeout_s", 120.0,
        "A trial whose episode is over waits this long for ~/success or ~/failure, then counts as aborted.",
        minimum=0.1, maximum=86_400.0, live=True,
    ),
    ParameterSpec(
        "judge", JUDGES[0],
        "operator: ~/success and ~/failure. simulator: ground truth on task_state; each trial then has the scene of "
        "its seed, as in `vinn trials`.",
        choices=JUDGES,
    ),
    ParameterSpec(
        "door_open_deg", 30.0, "With judge simulator: the door counts as opened from this angle on.",
        minimum=1.0, maximum=90.0,
    ),
    ParameterSpec(
        "cabinets", SCENE_SET_NAMES[0], "With judge simulator: which cabinets to draw from.", choices=SCENE_SET_NAMES
    ),
    ParameterSpec("bridge", "stretch_bridge", "Name of the bridge's node."),
    ParameterSpec("simulator", "stretch_sim", "With judge simulator: name of the simulator's node."),
    ParameterSpec("record", True, "Whether each trial is recorded as a bag."),
    ParameterSpec("images", IMAGES[0], "Which images the bags hold, as the recorder's parameter.", choices=IMAGES),
)  # fmt: skip
