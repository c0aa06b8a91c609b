import numpy as np
import pytest

from vinn_training.exceptions import KinematicsError
from vinn_training.kinematics.collision.shapes import box, find_mesh, load_shapes, sphere
from vinn_training.kinematics.descriptions import DEFAULT_DESCRIPTION, RobotDescription, description_path

URDF = """<robot name='r'><link name='a'><collision>
<origin xyz='0 0 1' rpy='0 0 1.5707963267948966'/><geometry>{}</geometry>
</collision></link></robot>"""


def shape_of(geometry: str):
    (shape,) = load_shapes(RobotDescription.from_xml(URDF.format(geometry)))
    return shape


@pytest.mark.parametrize(
    ("geometry", "radius", "half"),
    [
        ("<box size='2 4 6'/>", np.sqrt(14.0), [1, 2, 3]),
        ("<sphere radius='0.5'/>", 0.5, [0.5] * 3),
        ("<cylinder radius='3' length='8'/>", np.sqrt(34.0), [3, 3, 4]),
    ],
)
def test_simple_shapes_keep_size_and_place(geometry, radius, half):
    shape = shape_of(geometry)
    assert shape.link == "a"
    assert shape.radius_m == pytest.approx(radius)
    np.testing.assert_allclose(shape.half_extents_m, half)
    np.testing.assert_allclose(shape.transform_shape_to_link.translation, [0, 0, 1])
    np.testing.assert_allclose(shape.transform_shape_to_link.rotation[:, 0], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize("size", [1.0, 100.0])
def test_a_mesh_is_covered_wherever_its_vertices_are(size, tmp_path):
    """Few points become their hull, many their box; both must hold every vertex."""
    rng = np.random.default_rng(0)
    count = 6 if size == 1.0 else 60
    triangles = rng.uniform(-1.0, 3.0, (count, 3, 3))
    path = tmp_path / "blob.stl"
    facets = "".join(
        "facet normal 0 0 1\nouter loop\n"
        + "".join(f"vertex {x} {y} {z}\n" for x, y, z in triangle)
        + "endloop\nendfacet\n"
        for triangle in triangles
    )
    path.write_text(f"solid blob\n{facets}endsolid blob\n")
    description = RobotDescription.from_xml(URDF.format("<mesh filename='blob.stl' scale='2 1 1'/>"), tmp_path)
    (shape,) = load_shapes(description)
    points = triangles.reshape(-1, 3) * [2.0, 1.0, 1.0]
    in_shape = np.array([shape.transform_shape_to_link.actInv(np.array([-y, x, z + 1.0])) for x, y, z in points])
    assert (np.abs(in_shape) <= shape.half_extents_m + 1e-5).all()
    assert np.linalg.norm(in_shape, axis=1).max() <= shape.radius_m + 1e-5
    np.testing.assert_allclose(np.abs(in_shape).max(axis=0), shape.half_extents_m, rtol=1e-4)


def test_the_stretch_has_a_shape_for_each_part_and_none_for_stickers():
    links = {shape.link for shape in load_shapes(RobotDescription.from_package(DEFAULT_DESCRIPTION))}
    assert links >= {"base_link", "link_mast", "link_lift", "link_arm_l0", "link_straight_gripper"}
    assert not any("aruco" in link for link in links)


def test_missing_meshes_are_listed_with_what_to_set():
    xml = description_path(DEFAULT_DESCRIPTION).read_text()
    with pytest.raises(KinematicsError, match=r"base_link_collision\.STL.*more.*mesh_folder.*self_collision"):
        load_shapes(RobotDescription.from_xml(xml))


def test_description_without_geometry_is_refused():
    with pytest.raises(KinematicsError, match="no collision geometry"):
        load_shapes(RobotDescription.from_xml("<robot name='r'><link name='a'/></robot>"))


def test_impossible_geometry_names_the_link():
    with pytest.raises(KinematicsError, match="'a' cannot be used"):
        shape_of("<sphere radius='-1'/>")


def test_file_that_is_no_mesh_is_named(tmp_path):
    (tmp_path / "no.stl").write_text("hello")
    with pytest.raises(KinematicsError, match=r"no\.stl"):
        load_shapes(RobotDescription.from_xml(URDF.format("<mesh filename='no.stl'/>"), tmp_path))


@pytest.mark.parametrize("uri", ["./meshes/x.stl", "package://robot/meshes/x.stl", "file:///elsewhere/x.stl", "x.stl"])
def test_meshes_are_found_by_every_kind_of_address(uri, tmp_path):
    (tmp_path / "meshes").mkdir()
    mesh = tmp_path / "meshes" / "x.stl"
    mesh.write_text("")
    found = find_mesh(uri, (tmp_path, tmp_path / "meshes"))
    assert found is not None
    assert found.samefile(mesh)
    assert find_mesh(uri, ()) is None


def test_package_address_is_looked_for_in_the_ros_environment(tmp_path, monkeypatch):
    mesh = tmp_path / "share" / "robot" / "meshes" / "x.stl"
    mesh.parent.mkdir(parents=True)
    mesh.write_text("")
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"/nowhere:{tmp_path}")
    assert find_mesh("package://robot/meshes/x.stl", ()) == mesh


def test_made_shapes_sit_where_they_are_told():
    assert sphere("a", np.array([1.0, 2.0, 3.0]), 0.1).radius_m == 0.1
    np.testing.assert_allclose(box("a", np.zeros(3), (2.0, 4.0, 6.0)).half_extents_m, [1, 2, 3])
