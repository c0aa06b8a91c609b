"""Numbers that several parts of the simulated scene share: what is drawn, and what may touch what."""

from __future__ import annotations

#: Geom group of the surroundings: every camera sees it.
SCENE_GROUP = 0
#: Geom group of the gripper: every camera sees it.
GRIPPER_GROUP = 1
#: Geom group of the rest of the robot: behind the wrist camera, so that only the overview draws it.
BODY_GROUP = 2
#: Geom group of what looks good in a video but never enters the wrist camera's picture in time to matter.
DECORATION_GROUP = 3
#: Geom group of collision shapes, never drawn.
COLLISION_GROUP = 4

#: Contact bits. The robot touches the scene, never itself; the scene's fixed parts never touch each other.
ROBOT_CONTACT = 1
SCENE_CONTACT = 2
#: Things that can be moved touch each other, what they lie on, and the robot.
THING_CONTACT = 4
