from pathlib import Path

import numpy as np
import pytest

from vinn_training.exceptions import SimulationError
from vinn_training.sim.meshes import read_binary_stl, simplify


def _write_stl(path: Path, triangles: np.ndarray) -> None:
    record = np.zeros(len(triangles), dtype=[("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")])
    record["v"] = triangles
    path.write_bytes(b" " * 80 + len(triangles).to_bytes(4, "little") + record.tobytes())


def _grid(cells: int) -> np.ndarray:
    """Return a unit square at z = 0 as 2 cells^2 triangles."""
    triangles = []
    for x in range(cells):
        for y in range(cells):
            a, b, c, d = ([x, y, 0], [x + 1, y, 0], [x, y + 1, 0], [x + 1, y + 1, 0])
            triangles += [[a, b, d], [a, d, c]]
    return np.array(triangles, dtype=np.float64) / cells


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    triangles = np.random.default_rng(0).uniform(-1, 1, (7, 3, 3)).astype(np.float32)
    _write_stl(tmp_path / "a.stl", triangles)

    np.testing.assert_array_equal(read_binary_stl(tmp_path / "a.stl"), triangles)


@pytest.mark.parametrize("size", [0, 50, 84 + 49])
def test_a_truncated_file_is_named(tmp_path: Path, size: int) -> None:
    _write_stl(tmp_path / "a.stl", _grid(1))
    (tmp_path / "a.stl").write_bytes((tmp_path / "a.stl").read_bytes()[:size])

    with pytest.raises(SimulationError, match=r"a\.stl"):
        read_binary_stl(tmp_path / "a.stl")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="none"):
        read_binary_stl(tmp_path / "none.stl")


def test_a_plane_keeps_its_extent_and_orientation_with_fewer_faces() -> None:
    light = simplify(_grid(20), cell_m=0.25)

    corners = light.vertices_m[light.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert len(light.faces) <= 2 * 5**2 < 800
    assert (normals[:, 2] > 0).all()  # none was turned over
    np.testing.assert_allclose(light.vertices_m[:, 2], 0.0)
    assert np.ptp(light.vertices_m, axis=0)[:2].min() > 0.75


def test_small_cells_change_nothing_but_shared_corners() -> None:
    light = simplify(_grid(3), cell_m=1e-3)

    assert len(light.vertices_m) == 16
    assert len(light.faces) == 18


def test_cells_larger_than_the_mesh_are_refused() -> None:
    with pytest.raises(SimulationError, match="smaller cells"):
        simplify(_grid(2), cell_m=5.0)
