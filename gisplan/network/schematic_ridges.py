"""Between which mountain neighbours a ridge lies, as far as seats and altitudes tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gisplan.network.contiguity import Pairs

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def across_ridges(pairs: Pairs, length_m: Floats, altitude_m: Floats, *, mountain: Flags) -> Flags:
    """Whether each pair (no unit, shape (m,)) is taken to have a ridge between: no valley joins it and it is not near.

    Parameters
    ----------
    pairs : shape (m, 2)
        Positions of the neighbours.
    length_m : shape (m,)
        Straight metres between the two.
    altitude_m : shape (m, 2)
        Of both; nan is not known, and tells of no ridge.
    mountain : shape (m,)
        Whether both are in the mountains.
    """
    known = np.isfinite(altitude_m).all(axis=1)
    return mountain & known & ~_drain(pairs, length_m, altitude_m) & ~_near(pairs, length_m)


def _drain(pairs: Pairs, length_m: Floats, altitude_m: Floats) -> Flags:
    """Whether one of each pair is the steepest way down of the other (O'Callaghan and Mark 1984)."""
    fall = np.nan_to_num((altitude_m[:, 0] - altitude_m[:, 1]) / length_m)
    upper = np.where(fall > 0, pairs[:, 0], pairs[:, 1])
    steepest = np.zeros(int(pairs.max(initial=-1)) + 1)
    np.maximum.at(steepest, upper, np.abs(fall))
    return np.asarray((fall != 0) & (np.abs(fall) == steepest[upper]))


def _near(pairs: Pairs, length_m: Floats) -> Flags:
    """Whether the spheres of influence meet: circles as wide as the way to the nearest neighbour (Toussaint 1988)."""
    nearest_m = np.full(int(pairs.max(initial=-1)) + 1, np.inf)
    for end in (0, 1):
        np.minimum.at(nearest_m, pairs[:, end], length_m)
    return np.asarray(length_m <= nearest_m[pairs].sum(axis=1))


def has_nearer_between(pairs: Pairs, minutes: Floats) -> Flags:
    """Whether a common neighbour is nearer to both of a pair than they are to each other, shape (m,)."""
    near: dict[int, dict[int, float]] = {}
    listed = pairs.tolist()
    for (one, other), own in zip(listed, minutes.tolist(), strict=True):
        near.setdefault(one, {})[other] = own
        near.setdefault(other, {})[one] = own
    return np.array(
        [
            any(max(near[one][via], near[other][via]) < own for via in near[one].keys() & near[other].keys())
            for (one, other), own in zip(listed, minutes.tolist(), strict=True)
        ],
        dtype=bool,
    )
