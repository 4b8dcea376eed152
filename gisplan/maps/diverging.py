"""Classes of differences on both sides of 0: more and less have the same limits, and equal stands apart."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

import numpy as np

CLASSES_A_SIDE = 3


@dataclass(frozen=True)
class Diverging:
    """Classes by size and sign: step 0 is equal, step k (or -k) what is above `limits[k - 2]` more (or less).

    The unit of `limits` is that of the differences. They are above 0 and rise; the outermost class is open.
    """

    limits: tuple[float, ...]

    @property
    def steps(self) -> range:
        """All steps, from the least to the most."""
        return range(-len(self.limits) - 1, len(self.limits) + 2)

    def class_of(self, difference: float | None) -> int | None:
        """Step of a difference; None where it is None or not finite: it is not known."""
        if difference is None or not isfinite(difference):
            return None
        if difference == 0:
            return 0
        size = 1 + bisect_left(self.limits, abs(difference))
        return size if difference > 0 else -size


def diverging(
    differences: Iterable[float | None], *, count: int = CLASSES_A_SIDE, decimals: int = 0
) -> Diverging:
    """Up to `count` classes a side, in the unit of the differences.

    The limits are the quantiles k/count of the sizes that are not 0, both signs together (Hyndman and Fan 1996,
    type 7), rounded to `decimals` so that a label says just what was compared. A limit that rounding makes
    0, equal to another or as large as the largest size would leave a class empty and is dropped.
    """
    known = (one for one in differences if one is not None and isfinite(one))
    sizes = np.array([abs(one) for one in known if one != 0], dtype=float)
    if sizes.size == 0:
        return Diverging(())
    limits = np.round(np.quantile(sizes, np.arange(1, count) / count), decimals)
    kept = limits[(limits > 0) & (limits < sizes.max())]
    return Diverging(tuple(np.unique(kept).tolist()))
