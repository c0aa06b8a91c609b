"""A short stand-in for every row of a bank, whose distances are never longer than those of the rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vinn_training.bank.row_blocks import BankArray, row_blocks
from vinn_training.contracts import FloatArray

#: Numbers a row: 63 projections and what is left over.
_SIZE = 64
#: Fewer rows, or rows not this much longer than their sketch, are compared directly.
_FEWEST_ROWS = 512
_SMALLEST_RATIO = 4
_SAMPLE_ROWS = 2048
_OVERSAMPLING = 8
_POWER_ITERATIONS = 2


class Sketch:
    """Projections of rows onto their principal directions, with the length of the rest as one more number.

    For an orthonormal basis P and a centre c let f(x) = (P (x - c), ||x - c - P'P (x - c)||). By the triangle
    inequality in the complement ||f(x) - f(y)|| <= ||x - y||, whatever the basis; a basis that fits the data makes
    the bound tight. The basis comes from a sample of the rows by subspace iteration with a fixed start.

    Attributes:
        centre: (D,) float64, c.
        points: (N, 64) float32, f of every row; None where a bank is too small for it to pay.
        squared_norms: (N,) float32, ||x - c||^2, which is ||f(x)||^2 too.
        largest_norm: The largest ||x - c||.
        largest_row: The largest ||x||, at most.
    """

    def __init__(self, rows: BankArray) -> None:
        count, size = rows.shape
        sample = rows[np.unique(np.linspace(0, count - 1, min(count, _SAMPLE_ROWS)).astype(np.int64))]
        self.centre = sample.mean(axis=0, dtype=np.float64)
        self._basis: NDArray[np.float64] | None = None
        self.points: FloatArray | None = None
        if count >= _FEWEST_ROWS and size >= _SMALLEST_RATIO * _SIZE:
            self._basis = principal_directions(sample - self.centre, _SIZE - 1)
            self.points = np.empty((count, _SIZE), dtype=np.float32)
        squares = np.empty(count)
        for start, block in row_blocks(rows):
            centred = block - self.centre
            squares[start : start + len(block)] = np.einsum("nd,nd->n", centred, centred)
            if self.points is not None:
                self.points[start : start + len(block)] = self._project(centred, squares[start : start + len(block)])
        self.largest_norm = float(np.sqrt(squares.max()))
        self.largest_row = self.largest_norm + float(np.linalg.norm(self.centre))
        with np.errstate(over="ignore"):  # not used where it would matter
            self.squared_norms = squares.astype(np.float32)

    def scores(self, centred: NDArray[np.float64]) -> FloatArray:
        """Return (N,) ||f(x) - f(q)||^2 - ||q - c||^2 for a (D,) query from which the centre was taken off.

        Adding ||q - c||^2 gives squares of lower bounds, up to `row_blocks.rounding_margin`.
        """
        assert self.points is not None
        point = self._project(centred[None], np.array([centred @ centred]))[0].astype(np.float32)
        scores = self.points @ (-2.0 * point)
        scores += self.squared_norms
        return scores

    def _project(self, centred: NDArray[np.float64], squares: NDArray[np.float64]) -> NDArray[np.float64]:
        assert self._basis is not None
        shares = centred @ self._basis.T
        rest = np.sqrt(np.maximum(squares - np.einsum("nd,nd->n", shares, shares), 0.0))
        return np.concatenate([shares, rest[:, None]], axis=1)


def principal_directions(sample: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return (count, D) orthonormal rows that span about the leading principal directions.

    Args:
        sample: (M, D) rows from which their centre was taken off; M and D are more than `count` by a few.
        count: Directions.
    """
    # Squares must not overflow, and float32 is exact enough for a basis that may be any.
    scale = float(np.abs(sample).max()) or 1.0
    scaled = (sample / scale).astype(np.float32)
    start = np.random.default_rng(0).standard_normal((scaled.shape[1], count + _OVERSAMPLING)).astype(np.float32)
    basis = start
    for _ in range(_POWER_ITERATIONS + 1):
        basis = np.linalg.qr(scaled.T @ (scaled @ basis))[0]
    _, _, turn = np.linalg.svd(scaled @ basis, full_matrices=False)
    leading = basis.astype(np.float64) @ turn.T[:, :count].astype(np.float64)
    return np.ascontiguousarray(np.linalg.qr(leading)[0].T)
