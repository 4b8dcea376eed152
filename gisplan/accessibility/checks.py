"""What every measure asks of its input: a matrix of minutes, counts beside it, one number within a range."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, issparse

from gisplan.accessibility.errors import BadCounts, BadMatrix, BadParameter

Floats = NDArray[np.float64]
OdMatrix = Floats | csr_array


def checked_od(od_min: ArrayLike | csr_array) -> OdMatrix:
    """Minutes from each origin (row) to each destination (column), float64, dense or as CSR.

    inf is unreachable. In a sparse matrix a pair that is not stored is unreachable, and a stored 0 is 0 minutes.

    Raises
    ------
    BadMatrix
        Not two dimensions, no row, a nan, a negative time, a pair stored twice.
    """
    if issparse(od_min):
        return _checked_sparse(od_min)
    try:
        dense = np.asarray(od_min, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadMatrix(f"Expected a matrix of minutes, found {error}; give numbers only.") from error
    if dense.ndim != 2 or not len(dense):
        raise BadMatrix(
            f"Expected minutes of shape (n_origins, n_destinations) with an origin at least, found {dense.shape}; "
            "give one row for each place of the demand."
        )
    if not (dense >= 0).all():
        row, column = np.argwhere(~(dense >= 0))[0]
        _refuse_minutes(dense[row, column], int(row), int(column))
    return dense


def checked_counts(counts: ArrayLike, length: int, *, name: str) -> Floats:
    """Counts of 0 or more, float64, shape (length,); `name` stands in the sentence of a refusal.

    Raises
    ------
    BadCounts
        Another shape, a nan, an inf, a negative number.
    """
    try:
        values = np.asarray(counts, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadCounts(f"Expected numbers for {name}, found {error}; correct them.") from error
    if values.shape != (length,):
        raise BadCounts(
            f"Expected {name} of shape ({length},), as the matrix has it, found {values.shape}; "
            "give one number a place."
        )
    bad = np.flatnonzero(~((values >= 0) & (values < np.inf)))
    if len(bad):
        raise BadCounts(
            f"Expected {name} of 0 or more, found {values[bad[0]]:g} at position {bad[0]}; "
            "correct it, or leave the place out and count it."
        )
    return values


def checked_minutes(minutes: float, *, name: str = "threshold_min") -> float:
    """A finite number of minutes above 0.

    Raises
    ------
    BadParameter
    """
    if not 0 < minutes < math.inf:
        raise BadParameter(f"Expected {name} above 0 and finite, found {minutes}; correct it.")
    return float(minutes)


def _checked_sparse(od_min: Any) -> csr_array:
    matrix = csr_array(od_min)
    if not matrix.shape[0]:
        raise BadMatrix(
            "Expected minutes with an origin at least, found no row; give the places of the demand."
        )
    matrix = csr_array(
        (np.asarray(matrix.data, dtype=np.float64), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    rows = rows_of(matrix)
    bad = np.flatnonzero(~(matrix.data >= 0))
    if len(bad):
        _refuse_minutes(matrix.data[bad[0]], int(rows[bad[0]]), int(matrix.indices[bad[0]]))
    pair = np.sort(rows * np.int64(max(matrix.shape[1], 1)) + matrix.indices)
    if (pair[1:] == pair[:-1]).any():
        raise BadMatrix(
            "Expected each pair of the sparse matrix once, found one stored twice; keep the shortest."
        )
    return matrix


def rows_of(matrix: csr_array) -> NDArray[np.int64]:
    """The row of each stored pair."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _refuse_minutes(found: float, row: int, column: int) -> None:
    raise BadMatrix(
        f"Expected minutes of 0 or more, inf where unreachable, found {found:g} from origin {row} to "
        f"destination {column}; correct it."
    )
