"""Classes of a choropleth: quantile, fixed, natural breaks; what is missing stays apart as 'no data'."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isnan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gisplan.maps.errors import MapInputError
from gisplan.maps.texts import Lang, format_value, with_unit

Method = Literal["quantile", "fixed", "natural"]
MAX_CLASSES = 7
MOST_ENDS = 1000


@dataclass(frozen=True)
class Classification:
    """Ordered classes: class k holds what is above `upper[k - 1]` and at most `upper[k]`.

    The unit of `lowest` and `upper` is that of the values. `lowest` is the smallest value seen, None
    where there is none. The last class of the `fixed` method is open: its upper limit is inf.
    """

    method: Method
    lowest: float | None
    upper: tuple[float, ...]

    def class_of(self, value: float | None) -> int | None:
        """Position of the class of `value`, from 0; None where the value is None or NaN.

        Raises
        ------
        MapInputError
            The value lies outside the range that was classified: a wrong colour would be worse.
        """
        if value is None or isnan(value):
            return None
        if not self.upper or value > self.upper[-1] or (self.lowest is not None and value < self.lowest):
            limits = f"{self.lowest} to {self.upper[-1]}" if self.upper else "no value at all"
            raise MapInputError(
                f"The classes cover {limits}, found {value}: classify all the values together."
            )
        return bisect_left(self.upper, value)

    def labels(self, lang: Lang = "it", *, unit: str = "", decimals: int = 0) -> list[str]:
        """Texts of the classes, lowest first, with limits rounded to `decimals` and followed by `unit`."""
        shown = [format_value(limit, lang, decimals=decimals) for limit in self.upper]
        if self.method == "fixed":
            first, last = (with_unit(limit, unit, lang) for limit in (shown[0], shown[-2]))
            inner = (with_unit(f"{low} – {high}", unit, lang) for low, high in pairwise(shown[:-1]))
            return [f"≤ {first}", *inner, f"> {last}"]
        low_ends = [format_value(self.lowest, lang, decimals=decimals), *shown]
        pairs = zip(low_ends, shown, strict=False)
        return [with_unit(high if low == high else f"{low} – {high}", unit, lang) for low, high in pairs]


def quantile(values: Iterable[float | None], count: int) -> Classification:
    """Classes of about equal size, in the unit of the values.

    Limits are the sample quantiles k/count, interpolated linearly (Hyndman and Fan 1996, type 7). Equal
    limits, as ties give them, become one class, so that there may be fewer classes than asked.

    Parameters
    ----------
    values : iterable of float or None
        None and NaN are 'no data' and do not weigh.
    count : int
        Number of classes, from 1 to 7.

    Raises
    ------
    MapInputError
        The count is out of range or a value is infinite.
    """
    known = _known(values, count)
    if known.size == 0:
        return Classification("quantile", None, ())
    limits = np.quantile(known, np.arange(1, count + 1) / count)
    return Classification("quantile", float(known[0]), tuple(np.unique(limits).tolist()))


def fixed(limits: Sequence[float]) -> Classification:
    """Classes at given inner limits, in their unit: at most the first, ..., above the last.

    Raises
    ------
    MapInputError
        The limits are not finite and rising, or there are more than six.
    """
    if not 1 <= len(limits) < MAX_CLASSES or not np.isfinite(limits).all() or (np.diff(limits) <= 0).any():
        message = f"Fixed classes need 1 to {MAX_CLASSES - 1} finite, rising limits, found {list(limits)}."
        raise MapInputError(message)
    return Classification("fixed", None, (*map(float, limits), float("inf")))


def natural_breaks(values: Iterable[float | None], count: int) -> Classification:
    """Classes with the least sum of squared deviations, in the unit of the values.

    The optimum is exact: dynamic programming over the sorted distinct values (Fisher 1958,
    doi:10.1080/01621459.1958.10501479, with the criterion of Jenks 1967). A class ends at its largest value.
    With fewer distinct values than classes there is one class a value. Beyond 1,000 distinct values the
    optimum is sought among ends at 1,000 of them, evenly spaced in their order, and then among all near those.

    Parameters
    ----------
    values : iterable of float or None
        None and NaN are 'no data' and do not weigh.
    count : int
        Number of classes, from 1 to 7.

    Raises
    ------
    MapInputError
        The count is out of range or a value is infinite.
    """
    known = _known(values, count)
    if known.size == 0:
        return Classification("natural", None, ())
    distinct, weights = np.unique(known, return_counts=True)
    places = min(distinct.size, MOST_ENDS)
    possible = np.unique(np.linspace(1, distinct.size, places).round().astype(np.int64))
    ends = _best_ends(distinct, weights.astype(float), min(count, distinct.size), possible)
    if places < distinct.size:
        step = -(-distinct.size // places)
        near = np.concatenate([np.arange(end + 1 - step, end + 2 + step) for end in ends])
        nearer = np.unique(np.clip(near, 1, distinct.size))
        ends = _best_ends(distinct, weights.astype(float), count, nearer)
    return Classification("natural", float(known[0]), tuple(distinct[ends].tolist()))


def _known(values: Iterable[float | None], count: int) -> NDArray[np.float64]:
    if not 1 <= count <= MAX_CLASSES:
        raise MapInputError(f"The number of classes must be from 1 to {MAX_CLASSES}, found {count}.")
    known = np.array([value for value in values if value is not None], dtype=float)
    known = np.sort(known[~np.isnan(known)])
    if np.isinf(known).any():
        raise MapInputError(
            "Values to classify must be finite, found an infinite one: give None for 'no data'."
        )
    return known


def _best_ends(
    values: NDArray[np.float64], weights: NDArray[np.float64], count: int, possible: NDArray[np.int64]
) -> list[int]:
    """Positions of the last value of each class; `possible` are the numbers of values after which one may end."""
    shifted = values - values.mean()  # keeps the sums of squares small beside their differences
    sums = [np.concatenate([[0.0], np.cumsum(weights * shifted**power)]) for power in (0, 1, 2)]
    weight, total, square = (one[np.concatenate([[0], possible])] for one in sums)
    size = possible.size

    def deviation(starts: NDArray[np.int64], end: int) -> NDArray[np.float64]:
        part = weight[end] - weight[starts]
        return np.asarray(square[end] - square[starts] - (total[end] - total[starts]) ** 2 / part)

    cost = np.array([0.0] + [float(deviation(np.array([0]), end)[0]) for end in range(1, size + 1)])
    start_of = np.zeros((count + 1, size + 1), dtype=np.int64)
    for classes in range(2, count + 1):
        before = cost
        cost = np.full(size + 1, np.inf)
        for end in range(classes, size + 1):
            starts = np.arange(classes - 1, end)
            candidates = before[starts] + deviation(starts, end)
            best = int(np.argmin(candidates))
            cost[end], start_of[classes, end] = candidates[best], starts[best]
    ends, end = [], size
    for classes in range(count, 0, -1):
        ends.append(int(possible[end - 1]) - 1)
        end = int(start_of[classes, end])
    return ends[::-1]
