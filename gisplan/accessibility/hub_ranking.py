"""Hubs in order of a weighted score, with what each term adds to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gisplan.accessibility.checks import Floats
from gisplan.accessibility.errors import BadParameter, BadValues

Normalisation = Literal["min_max", "share_of_max", "percentile"]
UNRANKED = 0


@dataclass(frozen=True)
class Ranking:
    """The score of each hub (no unit, 0 to 1), term by term.

    Attributes
    ----------
    terms : tuple of str, length n_terms
    weights : float64, shape (n_terms,)
        As used: they sum to 1.
    normalised : float64, shape (n_hubs, n_terms)
        0 worst to 1 best, nan where not known.
    contributions : float64, shape (n_hubs, n_terms)
        Weight times normalised value; each row sums to the score.
    score : float64, shape (n_hubs,)
        nan where a term of the hub is not known.
    rank : int64, shape (n_hubs,)
        1 is best, equal scores share a rank (1, 1, 3); 0 where the score is not known.
    order : int64, shape (n_hubs,)
        Positions, best first, those not known last; ties in the order given.
    normalisation : str
    """

    terms: tuple[str, ...]
    weights: Floats
    normalised: Floats
    contributions: Floats
    score: Floats
    rank: NDArray[np.int64]
    order: NDArray[np.int64]
    normalisation: Normalisation


def rank_hubs(
    terms: Mapping[str, ArrayLike],
    weights: Mapping[str, float],
    *,
    lower_is_better: Collection[str] = (),
    normalisation: Normalisation = "min_max",
) -> Ranking:
    """Score of each hub (no unit, 0 to 1): the weighted sum of its terms, each brought to 0 to 1.

    Normalisations: `min_max` (x - min) / (max - min); `share_of_max` x / max; `percentile` the share of the other
    hubs below, ties half (OECD 2008). A term in `lower_is_better` counts as 1 minus that. A term that is
    equal for all known hubs orders nothing and is 0 for all under `min_max`.

    Parameters
    ----------
    terms : name -> values of shape (n_hubs,)
        nan where not known.
    weights : name -> weight of 0 or more
        For the same names; brought to the sum 1.
    lower_is_better : names of terms
        Of which less is better, such as minutes.
    normalisation : str
        One of the three above.

    Raises
    ------
    BadValues
        Terms of other lengths, infinite or, for `share_of_max`, negative.
    BadParameter
        Weights for other names, negative or all 0; a normalisation that does not exist.
    """
    if normalisation not in get_args(Normalisation):
        raise BadParameter(
            f"Expected a normalisation of {', '.join(get_args(Normalisation))}, found {normalisation!r}; choose one."
        )
    names = tuple(terms)
    used = _checked_weights(names, weights)
    _refuse_unknown(names, lower_is_better)
    values = _columns(terms)
    normalised = np.column_stack(
        [_normalise(values[:, k], names[k], normalisation) for k in range(len(names))]
    )
    for k, name in enumerate(names):
        if name in lower_is_better:
            normalised[:, k] = 1 - normalised[:, k]
    contributions = normalised * used
    score = contributions.sum(axis=1)
    rank, order = _ranks(score)
    return Ranking(names, used, normalised, contributions, score, rank, order, normalisation)


def _checked_weights(names: tuple[str, ...], weights: Mapping[str, float]) -> Floats:
    if not names or set(names) != set(weights):
        raise BadParameter(
            f"Expected a weight for each of the terms {sorted(names)}, found weights for {sorted(weights)}; "
            "name the same."
        )
    used = np.array([weights[name] for name in names], dtype=np.float64)
    if not ((used >= 0) & (used < np.inf)).all() or not used.any():
        raise BadParameter(
            f"Expected weights of 0 or more, one above 0, found {dict(weights)}; correct them."
        )
    total: Floats = used / used.sum()
    return total


def _refuse_unknown(names: tuple[str, ...], lower_is_better: Collection[str]) -> None:
    unknown = sorted(set(lower_is_better) - set(names))
    if unknown:
        raise BadParameter(
            f"Expected lower_is_better to name terms, found {unknown}; choose of {sorted(names)}."
        )


def _columns(terms: Mapping[str, ArrayLike]) -> Floats:
    columns = {name: np.asarray(values, dtype=np.float64) for name, values in terms.items()}
    shapes = {name: column.shape for name, column in columns.items()}
    first = next(iter(shapes.values()))
    for name, shape in shapes.items():
        if len(shape) != 1 or shape != first or not shape[0]:
            raise BadValues(
                f"Expected one value a hub for each term, found {shape} for {name!r}; give as many."
            )
        if np.isinf(columns[name]).any():
            raise BadValues(
                f"Expected finite values for {name!r}, found inf; give nan where it is not known."
            )
    return np.column_stack(list(columns.values()))


def _normalise(values: Floats, name: str, normalisation: Normalisation) -> Floats:
    known = values[~np.isnan(values)]
    if not len(known):
        return values
    if normalisation == "percentile":
        return _percentile(values, known)
    low, high = float(known.min()), float(known.max())
    if normalisation == "share_of_max":
        if low < 0:
            raise BadValues(f"Expected values of 0 or more for {name!r}, found {low:g}; use min_max for it.")
        low = 0.0
    return (values - low) / (high - low) if high > low else values * 0.0


def _percentile(values: Floats, known: Floats) -> Floats:
    ordered = np.sort(known)
    below = np.searchsorted(ordered, values, side="left")
    equal = np.searchsorted(ordered, values, side="right") - below - 1
    share = (below + equal / 2) / max(len(known) - 1, 1)
    return np.where(np.isnan(values), np.nan, share)


def _ranks(score: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(-score, kind="stable")
    known = score[~np.isnan(score)]
    better = len(known) - np.searchsorted(np.sort(known), score, side="right")
    rank = np.where(np.isnan(score), UNRANKED, better + 1)
    return rank.astype(np.int64), order.astype(np.int64)
