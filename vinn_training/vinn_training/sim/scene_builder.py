"""Shorthand for adding coloured, textured shapes to a MuJoCo specification."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vinn_training.contracts import ImageArray
from vinn_training.sim.cabinets import Rgb
from vinn_training.sim.engine import mujoco
from vinn_training.sim.groups import COLLISION_GROUP, ROBOT_CONTACT, SCENE_CONTACT, SCENE_GROUP


class SceneBuilder:
    """Adds materials and shapes to one specification.

    Args:
        spec: Specification to extend.
        rng: Source of what differs from day to day: light, floor, wall, small shifts.
        cabinet_rng: Source of what belongs to the cabinet and stays: grain and print.
    """

    def __init__(self, spec: mujoco.MjSpec, rng: np.random.Generator, cabinet_rng: np.random.Generator) -> None:
        self.spec = spec
        self.rng = rng
        self.cabinet_rng = cabinet_rng

    def textured(self, name: str, image: ImageArray, repeat: tuple[float, float] = (1.0, 1.0)) -> str:
        """Add a material that shows a picture on a shape's local x-y plane; return its name."""
        height, width = image.shape[:2]
        texture = self.spec.add_texture(
            name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=width, height=height, nchannel=3
        )
        texture.data = np.ascontiguousarray(image).tobytes()
        material = self.spec.add_material(
            name=name, texrepeat=list(repeat), texuniform=False, specular=0.1, shininess=0.2
        )
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
        return name

    def wrapped(self, name: str, image: ImageArray) -> str:
        """Add a material that shows a square picture on every side of a shape; return its name."""
        size = len(image)
        texture = self.spec.add_texture(
            name=name, type=mujoco.mjtTexture.mjTEXTURE_CUBE, width=size, height=6 * size, nchannel=3
        )
        texture.data = np.ascontiguousarray(np.tile(image, (6, 1, 1))).tobytes()
        material = self.spec.add_material(name=name, specular=0.1, shininess=0.2)
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
        return name

    def colored(self, name: str, color: Rgb, specular: float = 0.1, shininess: float = 0.2) -> str:
        """Add a material of one colour; return its name."""
        self.spec.add_material(name=name, rgba=[*color, 1.0], specular=specular, shininess=shininess)
        return name

    def box(
        self,
        body: mujoco.MjsBody,
        center_m: Sequence[float],
        half_m: Sequence[float],
        material: str,
        *,
        name: str = "",
        group: int = SCENE_GROUP,
        solid: bool = False,
    ) -> None:
        """Add a box; a solid one can be touched by the robot."""
        self._shape(body, mujoco.mjtGeom.mjGEOM_BOX, center_m, half_m, material, name, group, solid)

    def cylinder(
        self,
        body: mujoco.MjsBody,
        center_m: Sequence[float],
        radius_m: float,
        half_length_m: float,
        axis: Sequence[float],
        material: str,
        *,
        name: str = "",
        group: int = SCENE_GROUP,
        solid: bool = False,
        capsule: bool = False,
    ) -> None:
        """Add a cylinder or capsule along an axis; a solid one can be touched by the robot."""
        kind = mujoco.mjtGeom.mjGEOM_CAPSULE if capsule else mujoco.mjtGeom.mjGEOM_CYLINDER
        quaternion = np.zeros(4)
        mujoco.mju_quatZ2Vec(quaternion, np.asarray(axis, dtype=np.float64))
        size = (radius_m, half_length_m, 0.0)
        self._shape(body, kind, center_m, size, material, name, group, solid, tuple(quaternion))

    def _shape(
        self,
        body: mujoco.MjsBody,
        kind: mujoco.mjtGeom,
        center_m: Sequence[float],
        size_m: Sequence[float],
        material: str,
        name: str,
        group: int,
        solid: bool,
        quaternion: Sequence[float] = (1.0, 0.0, 0.0, 0.0),
    ) -> None:
        assert group != COLLISION_GROUP, "shapes of the scene are drawn"
        body.add_geom(
            name=name,
            type=kind,
            pos=list(center_m),
            size=list(size_m),
            quat=list(quaternion),
            material=material,
            group=group,
            contype=SCENE_CONTACT if solid else 0,
            conaffinity=ROBOT_CONTACT if solid else 0,
            condim=6,
            friction=[1.0, 0.02, 0.002],
            solref=[0.02, 1.0],
            density=0.0,
        )
