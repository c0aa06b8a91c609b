"""What each topic, service and action carries: unit and frame. Said by hand; a test sees that none is missing."""

from __future__ import annotations

from collections.abc import Mapping

_CAMERA_FRAME = "frame `wrist_camera_optical_frame`: x right, y down, z forward"

#: By name, as the code gives it. A name means the same at every node.
NOTES: Mapping[str, str] = {
    "image_raw": f"picture of the wrist camera; stamp: when it was taken; {_CAMERA_FRAME}",
    "image_raw/compressed": "the same as JPEG",
    "overview/image_raw": "the simulated robot from outside, RGB; frame `odom`; only while somebody listens",
    "embedding": "the encoder's answer to a picture, under the picture's header; no unit",
    "action": (
        f"what the policy says about a picture, under the picture's header; fractions of the step; {_CAMERA_FRAME}"
    ),
    "bank": "the version of the bank that is asked, and what is in it",
    "command": (
        "what was really sent, or why the robot was stopped; metres, radians; `base_link`: x forward, y left, z up"
    ),
    "task_state": "the simulator's truth for scoring; radians, metres",
    "wrist_camera_pose": "the simulator's truth: pose of the camera's optical frame in frame `world`, metres",
    "/diagnostics": "once a second: state, reason and counts, under the node's name",
    "/parameter_events": "changes of parameters, of every node",
    "joint_states": (
        "positions by the driver's joint names, metres and radians; efforts, where the driver has them, in its own unit"
    ),
    "stretch/joint_states": "the same, as the driver itself names the topic",
    "odom": "pose of the base: `base_link` in frame `odom`, metres",
    "mode": "the driver's mode, `position` for one",
    "tool": "end-of-arm tool, as the driver names it",
    "is_homed": "whether the robot is homed",
    "is_runstopped": "whether the runstop is pressed",
    "is_streaming_position": "whether the driver takes `joint_pose_cmd`",
    "robot_description": "the robot's URDF, as text",
    "joint_pose_cmd": (
        "targets as a vector laid out for the tool: metres and radians, absolute; the base's are increments"
    ),
    "stretch/cmd_vel": "velocity of the base in navigation mode: `linear.x` in m/s, `angular.z` in rad/s",
    "joint_trajectory_controller/joint_trajectory": "targets by joint name, metres and radians",
    "~/bank/add_demonstration": "embeds a demonstration with the bundle's encoder and asks it from then on",
    "~/bank/set_demonstration": "disables a demonstration, or enables it again",
    "~/bank/save": "writes the version in use as a bundle",
    "~/bank/roll_back": "asks an earlier version again, under a new number",
    "neighbors/image": "camera, action and the neighbours that caused it, RGB; under the stamp of the camera's image",
    "neighbors/image/compressed": "the same as JPEG",
    "neighbors/markers": "arrows of action and neighbours, and the target, for RViz and Foxglove; metres",
    "~/state": "the trial under way, or how the last one ended",
    "~/start": "draws a start offset, begins the recording, runs the episode",
    "~/success": "the operator's verdict: the task was done",
    "~/failure": "the operator's verdict: it was not",
    "~/abort": "ends the trial without a verdict",
    "~/handle_grasped": "the operator saw the handle grasped, or takes it back",
    "~/enable": "true allows motion, false commands a stop and forbids it",
    "~/pause": "a stop until `~/resume`",
    "~/resume": "the end of a pause, or of a stop that waits for a person",
    "~/stop": "a stop that ends an episode and forbids motion",
    "~/go_to_start_pose": "moves to the start pose; answers when it is reached or not",
    "~/set_start_place": "episodes start from where the base is now",
    "~/end_episode": "whoever watches the task says that it is over",
    "~/run_episode": "one episode, from the start pose to its end",
    "~/reset": "the robot back at its start",
    "~/clear_faults": "ends all faults",
    "~/journal": "answers what it was told and did, as JSON",
    "runstop": "true presses the runstop, false releases it",
    "activate_streaming_position": "the driver takes `joint_pose_cmd` from then on",
    "deactivate_streaming_position": "and no longer",
    "switch_to_position_mode": "the driver's mode",
    "switch_to_navigation_mode": "the driver's mode",
    "switch_to_trajectory_mode": "the driver's mode",
    "stop_the_robot": "every joint stops where it is",
    "home_the_robot": "finds the joints' zeros; the robot moves",
    "stow_the_robot": "folds the robot; it moves",
}

#: By node, role and name, where there is more to say.
NOTES_OF_ENDS: Mapping[tuple[str, str, str], str] = {
    ("stretch_bridge", "hears", "joint_pose_cmd"): (
        "its own come back, and anybody else's are noticed: two must not move one robot"
    ),
    ("stretch_sim", "serves", "~/reset"): "a new episode, in the scene that the parameters name",
}


def note_on(node: str, role: str, name: str) -> str:
    """Return what a topic, service or action of a node carries; empty where nobody has said it yet."""
    return NOTES_OF_ENDS.get((node, role, name), NOTES.get(name, ""))
