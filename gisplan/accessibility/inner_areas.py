"""Inner areas (SNAI): which municipalities are poles, and the class of the others from their minutes to one.

The thresholds stand in one table by edition; minutes exactly at a threshold belong to the nearer class unless
the caller says otherwise, since the edge rule is not published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gisplan.accessibility.checks import Floats
from gisplan.accessibility.errors import BadParameter, BadValues

Edge = Literal["nearer", "farther"]

THRESHOLDS_MIN: Mapping[str, tuple[float, float, float]] = {
    "2014": (20.0, 40.0, 75.0),
    "2020": (27.7, 40.9, 66.9),
}
"""Upper limits of belt (C), intermediate (D) and peripheral (E); beyond the last is ultra-peripheral (F)."""

QUANTILES = (0.5, 0.75, 0.95)
BY_MINUTES = "CDEF"
INNER = frozenset("DEF")
POLE_STATIONS = frozenset({"platinum", "gold", "silver"})


@dataclass(frozen=True)
class PoleFacts:
    """What the rule asks of a municipality; None is not known.

    Attributes
    ----------
    liceo : bool or None
        A liceo classico or scientifico.
    technical : bool or None
        A technical or vocational institute.
    dea_level : int or None
        The highest emergency level (DEA) of its hospitals, 0 without one.
    station_class : str or None
        RFI's old class of its best station, `none` without one.
    """

    liceo: bool | None = None
    technical: bool | None = None
    dea_level: int | None = None
    station_class: str | None = None


def snai_classes(
    minutes: ArrayLike, *, edition: str, poles: Mapping[int, str] | None = None, edge: Edge = "nearer"
) -> tuple[str | None, ...]:
    """Class A to F (no unit) of each municipality, length n: by the edition's fixed minutes, or as a pole.

    Parameters
    ----------
    minutes : minutes by road to the nearest pole, shape (n,)
        inf is unreachable: its class is None, never F.
    edition : str
        2014 or 2020.
    poles : position -> A or B
        Poles have their class whatever their minutes.
    edge : str
        Whether minutes exactly at a threshold belong to the `nearer` or the `farther` class.

    Raises
    ------
    BadParameter
        An edition or edge rule that does not exist, a pole that is not a position or not A or B.
    BadValues
        Another shape, a nan, a negative time.

    Notes
    -----
    Thresholds of 2020: technical note of NUVAP, 14 February 2022; the round ones are those of the edition of 2014.
    """
    if edition not in THRESHOLDS_MIN:
        raise BadParameter(
            f"Expected a SNAI edition of {', '.join(THRESHOLDS_MIN)}, found {edition!r}; choose one."
        )
    return _classes(_checked(minutes), THRESHOLDS_MIN[edition], poles=poles, edge=edge)


def quantile_classes(
    minutes: ArrayLike, *, poles: Mapping[int, str] | None = None, edge: Edge = "nearer"
) -> tuple[tuple[str | None, ...], tuple[float, float, float]]:
    """Class of each municipality (no unit) by the quantiles of these very minutes, and the limits in minutes.

    Median, third quartile and 95th percentile of the reachable municipalities that are not poles, as the edition's
    authors took of all Italy; of one territory alone they are another thing than the official classes.

    Raises
    ------
    BadValues, BadParameter
        As `snai_classes`; no reachable municipality beside the poles.
    """
    times = _checked(minutes)
    apart = np.isfinite(times)
    apart[[position for position in poles or {} if 0 <= position < len(times)]] = False
    if not apart.any():
        raise BadValues("Expected a reachable municipality that is not a pole, found none; give its minutes.")
    low, middle, high = (float(limit) for limit in np.quantile(times[apart], QUANTILES))
    return _classes(times, (low, middle, high), poles=poles, edge=edge), (low, middle, high)


def is_pole(facts: PoleFacts) -> bool | None:
    """Whether a municipality alone has all that makes a pole; None where what is known does not decide.

    Schools (a liceo classico or scientifico and a technical or vocational institute), a hospital with DEA of level I
    or more, a station of class Platinum, Gold or Silver (NUVAP 2022). One thing known to be absent decides.

    Raises
    ------
    BadValues
        A DEA level below 0.
    """
    return _all_known(_answers(facts))


def intermunicipal_poles(
    facts: Sequence[PoleFacts], groups: Iterable[Sequence[int]], *, neighbours: Iterable[tuple[int, int]]
) -> tuple[bool | None, ...]:
    """Whether each proposed group of municipalities together has all that makes a pole; None where not known.

    A group is a pole only if its members touch each other in one piece; `neighbours` are pairs of positions. One of
    its members must have each thing, not all of them all things.

    Raises
    ------
    BadValues
        A group that is empty or names a position that is not there.
    """
    touching: dict[int, set[int]] = {}
    for one, other in neighbours:
        touching.setdefault(one, set()).add(other)
        touching.setdefault(other, set()).add(one)
    return tuple(_is_group_pole(facts, tuple(group), touching) for group in groups)


def _is_group_pole(
    facts: Sequence[PoleFacts], group: tuple[int, ...], touching: Mapping[int, set[int]]
) -> bool | None:
    if not group or not all(0 <= member < len(facts) for member in group):
        raise BadValues(f"Expected a group of positions below {len(facts)}, found {list(group)}; correct it.")
    if not _in_one_piece(group, touching):
        return False
    answers = zip(*(_answers(facts[member]) for member in group), strict=True)
    return _all_known([_any_known(one) for one in answers])


def _in_one_piece(group: tuple[int, ...], touching: Mapping[int, set[int]]) -> bool:
    left, front = set(group[1:]), [group[0]]
    while front:
        found = touching.get(front.pop(), set()) & left
        left -= found
        front += found
    return not left


def _answers(facts: PoleFacts) -> list[bool | None]:
    if facts.dea_level is not None and facts.dea_level < 0:
        raise BadValues(f"Expected a DEA level of 0 or more, found {facts.dea_level}; correct it.")
    hospital = None if facts.dea_level is None else facts.dea_level >= 1
    station = None if facts.station_class is None else facts.station_class.lower() in POLE_STATIONS
    return [facts.liceo, facts.technical, hospital, station]


def _all_known(answers: Iterable[bool | None]) -> bool | None:
    answers = list(answers)
    if False in answers:
        return False
    return None if None in answers else True


def _any_known(answers: Iterable[bool | None]) -> bool | None:
    answers = list(answers)
    if True in answers:
        return True
    return None if None in answers else False


def _checked(minutes: ArrayLike) -> Floats:
    times = np.asarray(minutes, dtype=np.float64)
    bad = np.flatnonzero(~(times >= 0))
    if times.ndim != 1 or len(bad):
        found = f"shape {times.shape}" if times.ndim != 1 else f"{times[bad[0]]:g} at position {bad[0]}"
        raise BadValues(f"Expected minutes of 0 or more, inf where unreachable, found {found}; correct it.")
    return times


def _classes(
    times: Floats, limits_min: tuple[float, float, float], *, poles: Mapping[int, str] | None, edge: Edge
) -> tuple[str | None, ...]:
    if edge not in get_args(Edge):
        raise BadParameter(
            f"Expected an edge rule of {', '.join(get_args(Edge))}, found {edge!r}; choose one."
        )
    rank: NDArray[np.int64] = np.searchsorted(limits_min, times, side="left" if edge == "nearer" else "right")
    classes = [
        BY_MINUTES[place] if reached else None
        for place, reached in zip(rank.tolist(), np.isfinite(times).tolist(), strict=True)
    ]
    for position, pole in (poles or {}).items():
        if not 0 <= position < len(times) or pole not in ("A", "B"):
            raise BadParameter(
                f"Expected poles as position and A or B, found {position}: {pole!r}; correct it."
            )
        classes[position] = pole
    return tuple(classes)
