"""How far computed classes agree with official ones: shares, ranks and the table of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gisplan.accessibility.errors import BadValues
from gisplan.accessibility.inner_areas import BY_MINUTES

UNREACHED = "n.d."
_BY_MINUTES = frozenset(BY_MINUTES)


@dataclass(frozen=True)
class Agreement:
    """Computed against official classes of the municipalities that have an official class by minutes.

    Attributes
    ----------
    n : how many are compared; the unreached among them count as not agreeing
    share : of them, in the official class; None where n is 0
    rank_correlation : Spearman's, of minutes and official class, of the reached; None where it has no value
    confusion : official class -> computed class (or `n.d.`) -> how many
    """

    n: int
    share: float | None
    rank_correlation: float | None
    confusion: dict[str, dict[str, int]]


def class_agreement(
    minutes: ArrayLike, computed: Sequence[str | None], official: Sequence[str | None]
) -> Agreement:
    """Shares and counts (no unit) of computed classes beside the official ones; poles on either side are left out.

    Parameters
    ----------
    minutes : minutes by road to the nearest pole, shape (n,)
        inf is unreachable.
    computed, official : class of each, length n
        None is not reached, and not known.

    Raises
    ------
    BadValues
        Lengths that differ.
    """
    times = np.asarray(minutes, dtype=np.float64)
    if not len(times) == len(computed) == len(official):
        found = f"{len(times)}, {len(computed)} and {len(official)}"
        raise BadValues(f"Expected as many minutes as classes of either kind, found {found}; give one each.")
    compared = [
        k
        for k, (own, theirs) in enumerate(zip(computed, official, strict=True))
        if theirs in _BY_MINUTES and (own is None or own in _BY_MINUTES)
    ]
    confusion = {letter: dict.fromkeys((*BY_MINUTES, UNREACHED), 0) for letter in BY_MINUTES}
    for k in compared:
        confusion[str(official[k])][computed[k] or UNREACHED] += 1
    right = sum(confusion[letter][letter] for letter in BY_MINUTES)
    ranks = np.array([BY_MINUTES.index(str(official[k])) for k in compared], dtype=np.float64)
    return Agreement(
        n=len(compared),
        share=right / len(compared) if compared else None,
        rank_correlation=rank_correlation(times[compared], ranks),
        confusion=confusion,
    )


def rank_correlation(one: ArrayLike, other: ArrayLike) -> float | None:
    """Spearman's rank correlation (no unit, -1 to 1), equal values at their mean rank; pairs with an inf are left out.

    None where fewer than two pairs are left or one side is all equal.
    """
    pair = np.stack([np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)])
    pair = pair[:, np.isfinite(pair).all(axis=0)]
    if pair.shape[1] < 2:
        return None
    ranks = np.stack([_mean_ranks(values) for values in pair])
    spread = ranks.std(axis=1)
    if not spread.all():
        return None
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    return float((centred[0] * centred[1]).mean() / spread.prod())


def _mean_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(times)
    return np.asarray((last - (times - 1) / 2)[place])
