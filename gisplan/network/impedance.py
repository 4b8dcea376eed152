"""The cost of travel: minutes to cross an edge from its length, the speed of its kind, and its slope."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TICKS_PER_MIN = 2.0**40

Floats = NDArray[np.float64]


def whole_ticks(minutes: Floats) -> Floats:
    """Minutes rounded to whole ticks of 2^-40 min (5e-11 s), any shape; inf stays inf.

    Sums of whole ticks up to 8,192 minutes are exact in double precision. So the cost of a path does not
    depend on the order in which it is added up, nor on the end from which it is searched, and equal times
    are equal numbers.
    """
    return np.rint(minutes * TICKS_PER_MIN) / TICKS_PER_MIN


def crossing_min(length_m: Floats, kmh: Floats) -> Floats:
    """Minutes to cross edges, shape (n_edges, 2 ways), at `kmh` of the same shape; 0 km/h gives inf."""
    m_per_min = kmh * (1000 / 60)
    pace = np.divide(1.0, m_per_min, out=np.full_like(m_per_min, np.inf), where=m_per_min > 0)
    with np.errstate(invalid="ignore"):
        minutes = length_m[:, None] * pace
    return whole_ticks(np.where(np.isnan(minutes), np.inf, minutes))


def sloped_kmh(kmh: Floats, slope: Floats, *, flat_kmh: float) -> Floats:
    """Walking speed in km/h, shape (n_edges, 2 ways), with the slope of each way; nan = unknown, as flat.

    Steps (slower than `flat_kmh` as they are) keep their speed unless the slope alone asks for less: their
    speed already holds their climb.
    """
    factor = tobler_factor(np.where(np.isnan(slope), 0.0, slope))
    return np.where(kmh < flat_kmh, np.minimum(kmh, flat_kmh * factor), kmh * factor)


def tobler_factor(slope: Floats) -> Floats:
    """Walking speed over that on the flat (no unit), by slope (rise over run, negative downhill).

    Tobler (1993), Three presentations on geographical analysis and modeling, "hiking function":
    6 exp(-3.5 |slope + 0.05|) km/h, here divided by its own value on the flat, so that the speed asked for
    stays that of flat ground. It is greatest, 1.19, at 5 % downhill.
    """
    factor: Floats = np.exp(-3.5 * (np.abs(slope + 0.05) - 0.05))
    return factor
