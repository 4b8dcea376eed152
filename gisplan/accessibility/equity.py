"""How evenly an accessibility is spread over people: Lorenz, Gini, Palma, Theil between and within groups.

`values` has shape (n,), one number of 0 or more a place; `people`, shape (n,), how many have it (one each by
default). Within a place all have the same, so what differs inside it is not seen.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gisplan.accessibility.checks import Floats, checked_counts
from gisplan.accessibility.errors import BadValues, NothingToShare

PALMA_TOP = 0.1
PALMA_BOTTOM = 0.4


@dataclass(frozen=True)
class Lorenz:
    """Share of the whole accessibility (0 to 1) held by the share of people (0 to 1) who have least.

    Attributes
    ----------
    people_share, value_share : float64, shape (m + 1,)
        From (0, 0) to (1, 1), m places with people; straight between the points.
    """

    people_share: Floats
    value_share: Floats


@dataclass(frozen=True)
class GroupInequality:
    """One group's part of the Theil index (no unit).

    Attributes
    ----------
    group : hashable
    people_share, value_share : float
        0 to 1.
    mean : float
        In the unit of the values.
    theil : float
        Within the group; 0 where nobody in it has anything.
    """

    group: Hashable
    people_share: float
    value_share: float
    mean: float
    theil: float


@dataclass(frozen=True)
class TheilParts:
    """The Theil index (no unit) as what lies between groups and what lies within them: total = between + within."""

    total: float
    between: float
    within: float
    groups: tuple[GroupInequality, ...]


def lorenz(values: ArrayLike, people: ArrayLike | None = None) -> Lorenz:
    """Share of accessibility against share of people, both 0 to 1, shape (m + 1,) each (Lorenz 1905).

    Raises
    ------
    BadValues, BadCounts
        A nan, inf or negative number; other shapes.
    NothingToShare
        No people, or every value is 0.
    """
    held, headcount = _checked(values, people)
    order = np.argsort(held, kind="stable")
    people_share = _shares(headcount[order])
    return Lorenz(people_share, _shares(held[order] * headcount[order]))


def gini(values: ArrayLike, people: ArrayLike | None = None) -> float:
    """Gini index (no unit), 0 where all have the same, near 1 where one has everything (Gini 1914).

    G = Σ_i Σ_k p_i p_k |x_i - x_k| / 2μ with people's shares p, as twice the area above the Lorenz curve.

    Raises
    ------
    BadValues, BadCounts, NothingToShare
        As `lorenz`.
    """
    curve = lorenz(values, people)
    step = np.diff(curve.people_share)
    return float(max(0.0, 1.0 - (step * (curve.value_share[1:] + curve.value_share[:-1])).sum()))


def palma(values: ArrayLike, people: ArrayLike | None = None) -> float:
    """Accessibility of the best-served tenth over that of the worst-served 40 % (no unit; Cobham and Sumner 2013).

    Equal for all: 0.25. A place that straddles a limit is split. inf where the 40 % have nothing at all.

    Raises
    ------
    BadValues, BadCounts, NothingToShare
        As `lorenz`.
    """
    curve = lorenz(values, people)
    held = np.interp((PALMA_BOTTOM, 1 - PALMA_TOP), curve.people_share, curve.value_share)
    bottom, top = float(held[0]), float(1 - held[1])
    return top / bottom if bottom > 0 else float("inf")


def theil(values: ArrayLike, people: ArrayLike | None = None) -> float:
    """Theil index T (no unit), 0 where all have the same, ln(people) at most (Theil 1967).

    T = Σ_i p_i (x_i / μ) ln(x_i / μ), and 0 ln 0 = 0.

    Raises
    ------
    BadValues, BadCounts, NothingToShare
        As `lorenz`.
    """
    held, headcount = _checked(values, people)
    return _theil(held, headcount)


def theil_by_group(
    values: ArrayLike, groups: Sequence[Hashable], *, people: ArrayLike | None = None
) -> TheilParts:
    """Theil index T (no unit) between and within groups, which add up to the whole (Theil 1967; Shorrocks 1980).

    T = Σ_g s_g ln(μ_g / μ) + Σ_g s_g T_g, s_g the group's share of the accessibility. `groups` has n labels;
    a group without people is left out of `groups` of the result.

    Raises
    ------
    BadValues, BadCounts, NothingToShare
        As `lorenz`; also where there is not one label a value.
    """
    held, headcount = _checked(values, people, keep_empty=True)
    if len(groups) != len(held):
        raise BadValues(
            f"Expected a group for each of {len(held)} values, found {len(groups)}; give one a value."
        )
    mean = float((held * headcount).sum() / headcount.sum())
    parts = [
        _group(label, held[chosen], headcount[chosen], whole=(float(headcount.sum()), mean))
        for label, chosen in _members(groups)
        if headcount[chosen].any()
    ]
    between = sum(part.value_share * np.log(part.mean / mean) for part in parts if part.mean > 0)
    within = sum(part.value_share * part.theil for part in parts)
    return TheilParts(_theil(held, headcount), float(between), float(within), tuple(parts))


def _checked(
    values: ArrayLike, people: ArrayLike | None, *, keep_empty: bool = False
) -> tuple[Floats, Floats]:
    try:
        held = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadValues(f"Expected numbers to compare, found {error}; correct them.") from error
    if held.ndim != 1:
        raise BadValues(f"Expected values of shape (n,), found {held.shape}; give one number a place.")
    bad = np.flatnonzero(~((held >= 0) & (held < np.inf)))
    if len(bad):
        raise BadValues(
            f"Expected finite values of 0 or more, found {held[bad[0]]:g} at position {bad[0]}; compare what is "
            "reached rather than the minutes, or leave the place out and count it."
        )
    headcount = np.ones(len(held)) if people is None else checked_counts(people, len(held), name="people")
    if not (held * headcount).any():
        raise NothingToShare(
            "Expected somebody with a value above 0, found none; inequality is not defined, say that nobody "
            "reaches anything."
        )
    kept = slice(None) if keep_empty else headcount > 0
    return held[kept], headcount[kept]


def _shares(amounts: Floats) -> Floats:
    total = np.concatenate(([0.0], np.cumsum(amounts)))
    shares: Floats = total / total[-1]
    return shares


def _theil(held: Floats, headcount: Floats) -> float:
    mean = (held * headcount).sum() / headcount.sum()
    if mean == 0:
        return 0.0
    ratio = held / mean
    logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return float(max(0.0, (headcount * ratio * logs).sum() / headcount.sum()))


def _members(groups: Sequence[Hashable]) -> list[tuple[Hashable, list[int]]]:
    """Positions of each label, in the order in which labels first appear."""
    found: dict[Hashable, list[int]] = {}
    for position, label in enumerate(groups):
        if label is None:
            raise BadValues(f"Expected a group for each value, found none at position {position}; name it.")
        found.setdefault(label, []).append(position)
    return list(found.items())


def _group(
    label: Hashable, held: Floats, headcount: Floats, *, whole: tuple[float, float]
) -> GroupInequality:
    everyone, mean = whole
    people = float(headcount.sum())
    amount = float((held * headcount).sum())
    return GroupInequality(
        label, people / everyone, amount / (everyone * mean), amount / people, _theil(held, headcount)
    )
