import numpy as np
import pinocchio as pin
import pytest

from vinn_training.kinematics import joints
from vinn_training.kinematics.collision.cover import cover
from vinn_training.kinematics.collision.shapes import load_shapes
from vinn_training.kinematics.urdf_chain import body_chain, parse_urdf


@pytest.mark.parametrize("name", ["RE1V0/tool_stretch_dex_wrist", "SE3/eoa_wrist_dw3_tool_sg3"])
def test_head_is_covered_however_it_looks(name, robots, checkers):
    """Oracle: the untouched description's head, turned about."""
    description, checker = robots(name).description, checkers(name)
    root = parse_urdf(description.xml, name)
    model = pin.buildModelFromXML(body_chain(root))
    data = model.createData()
    pin.framesForwardKinematics(model, data, pin.neutral(model))
    numbers = {checker.model.frames[g.parentFrame].name: i for i, g in enumerate(checker.geometry.geometryObjects)}
    for shape in load_shapes(description):
        if shape.link not in ("link_head_pan", "link_head_tilt", "link_head_nav_cam"):
            continue
        covering = cover(shape, root, model)
        link = data.oMf[model.getFrameId(covering.link, pin.FrameType.BODY)]
        pose = link * covering.transform_shape_to_link
        vertices = np.array(checker.geometry.geometryObjects[numbers[shape.link]].geometry.vertices())
        for pan in (-3.9, -2.1, -1.0, 0.0, 1.5):
            for tilt in (-1.53, -0.8, 0.0, 0.7):
                full = checker.full({joints.EXTENSION: 0.0, joints.HEAD_PAN: pan, joints.HEAD_TILT: tilt})
                pin.updateGeometryPlacements(checker.model, checker.data, checker.geometry, checker.geometry_data, full)
                part = checker.geometry_data.oMg[numbers[shape.link]]
                at = np.array([pose.actInv(part.act(vertex)) for vertex in vertices])
                assert np.linalg.norm(at[:, :2], axis=1).max() <= covering.half_extents_m[0]
                assert np.abs(at[:, 2]).max() <= covering.half_extents_m[2]


def test_what_is_fixed_or_known_or_a_wheel_stays_as_it_is(robots):
    description = robots("RE1V0/tool_stretch_dex_wrist").description
    root = parse_urdf(description.xml, "stretch")
    model = pin.buildModelFromXML(body_chain(root))
    for shape in load_shapes(description):
        if not shape.link.startswith(("link_head_", "camera_")):
            assert cover(shape, root, model) is shape
