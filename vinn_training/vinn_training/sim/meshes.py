"""Triangle meshes made light enough to render many times a second."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vinn_training.exceptions import SimulationError

_HEADER_BYTES = 80
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("vertices", "<f4", (3, 3)), ("attribute", "<u2")])


class Mesh(NamedTuple):
    """Indexed triangles.

    Attributes:
        vertices_m: (V, 3) float64.
        faces: (F, 3) int32, rows of `vertices_m`.
    """

    vertices_m: NDArray[np.float64]
    faces: NDArray[np.int32]


def read_binary_stl(path: Path) -> NDArray[np.float64]:
    """Read the triangles of a binary STL file.

    Args:
        path: File.

    Returns:
        (F, 3, 3) float64, metres: triangle, corner, coordinate.

    Raises:
        SimulationError: If the file cannot be read or is not a binary STL file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SimulationError(f"cannot read the mesh {path}: {error.strerror}") from error
    body = _HEADER_BYTES + 4
    count = int.from_bytes(data[_HEADER_BYTES:body], "little") if len(data) >= body else -1
    if count < 0 or len(data) < body + count * _TRIANGLE.itemsize:
        raise SimulationError(
            f"the mesh {path} is not a complete binary STL file: {len(data)} bytes, {count} triangles announced"
        )
    triangles = np.frombuffer(data, dtype=_TRIANGLE, count=count, offset=body)
    return triangles["vertices"].astype(np.float64)


def simplify(triangles_m: NDArray[np.float64], cell_m: float) -> Mesh:
    """Merge the vertices that share a cell of a regular grid (vertex clustering).

    Args:
        triangles_m: (F, 3, 3), as `read_binary_stl` returns.
        cell_m: Edge of a cell; details smaller than this vanish.

    Returns:
        Triangles that still have three different corners, each cell's vertices moved to their mean.

    Raises:
        SimulationError: If nothing is left, because the cells are larger than the mesh.
    """
    points = triangles_m.reshape(-1, 3)
    cells = np.floor((points - points.min(axis=0)) / cell_m).astype(np.int64)
    _, cluster, size = np.unique(_row_keys(cells), return_inverse=True, return_counts=True)
    vertices = np.stack([np.bincount(cluster, weights=points[:, axis]) / size for axis in range(3)], axis=1)
    faces = cluster.reshape(-1, 3)
    distinct = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])
    faces = faces[distinct]
    if len(faces) == 0:
        raise SimulationError(f"simplifying a mesh with cells of {cell_m} m leaves no triangle; use smaller cells")
    # The same three corners may come from several small triangles: keep one of them.
    _, first = np.unique(_row_keys(np.sort(faces, axis=1)), return_index=True)
    return Mesh(vertices, faces[np.sort(first)].astype(np.int32))


def _row_keys(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the rows of (N, 3) non-negative integers so that equal rows, and only they, share a number."""
    _, second, third = rows.max(axis=0) + 1
    return (rows[:, 0] * second + rows[:, 1]) * third + rows[:, 2]
