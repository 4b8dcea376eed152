"""Inner areas: minutes to the nearest pole and the SNAI class of each municipality, beside the official one."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from gisplan.accessibility.class_agreement import Agreement, class_agreement
from gisplan.accessibility.inner_areas import THRESHOLDS_MIN, Edge, quantile_classes, snai_classes
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.inputs import Floats
from gisplan.analysis.italy import Italy, read_italy
from gisplan.analysis.poles import Poles, official_classes, official_poles, poles_of_territory
from gisplan.analysis.road_times import SCHEMATIC, RoadTimes, road_times, schematic_times
from gisplan.territory.models import Municipality

METHOD = "inner_areas"
ITALY = "italy"
EDGE: Edge = "nearer"
NEAR_LIMIT_MIN = (
    5.0  # minutes from a threshold within which a schematic network cannot tell two classes apart
)


@dataclass(frozen=True)
class InnerAreasRequest:
    """Which edition's minutes, and whether the loaded territory or all Italy."""

    snai_edition: str = "2020"
    territory: str = ""

    def __post_init__(self) -> None:
        if self.snai_edition not in THRESHOLDS_MIN:
            raise RequestRefused(
                f"--snai-edition expects {' or '.join(THRESHOLDS_MIN)}, found {self.snai_edition!r}: choose one.",
                field="snai_edition",
                found=self.snai_edition,
            )
        loaded = ",".join(sorted(settings.TERRITORY))
        asked = ",".join(sorted(self.territory.split(","))) if self.territory else loaded
        if asked not in (loaded, ITALY):
            raise RequestRefused(
                f"--territory expects {loaded} (the loaded territory) or {ITALY}, found {self.territory!r}: "
                "choose one, or set GISPLAN_TERRITORY.",
                field="territory",
                found=self.territory,
            )
        object.__setattr__(self, "territory", asked)

    @property
    def is_italy(self) -> bool:
        return self.territory == ITALY


@dataclass(frozen=True)
class Ground:
    """What the classes are computed on: times, poles, names, and the municipalities that are asked about."""

    times: RoadTimes
    poles: Poles
    names: tuple[str, ...]
    inside: tuple[bool, ...]
    unmatched: list[tuple[str, str, str]]


@dataclass(frozen=True)
class AreaRow:
    """One municipality; a class, time or pole that is None is not known."""

    istat_code: str
    name: str
    official: str | None
    computed: str | None
    quantile: str | None
    minutes: float | None
    pole: str | None
    reason: str


@dataclass(frozen=True)
class InnerAreas:
    """Every municipality asked about, and how the computed classes agree with the official ones."""

    request: InnerAreasRequest
    rows: list[AreaRow]
    limits_min: tuple[float, float, float] | None
    agreement: Agreement
    ground: Ground

    @property
    def unreachable(self) -> list[str]:
        return [row.istat_code for row in self.rows if row.minutes is None]


def inner_areas(request: InnerAreasRequest) -> InnerAreas:
    """The classes of the edition's fixed minutes; nothing is kept."""
    ground = italy_ground(read_italy()) if request.is_italy else territory_ground()
    times = ground.times
    minutes, poles = _nearest_poles(ground)
    place = {code: position for position, code in enumerate(times.codes)}
    letters = {place[code]: letter for code, letter in ground.poles.classes.items()}
    computed = snai_classes(minutes, edition=request.snai_edition, poles=letters, edge=EDGE)
    quantile, limits = _by_quantiles(minutes, letters)
    official = official_classes(request.snai_edition)
    asked = {code for code, inside in zip(times.codes, ground.inside, strict=True) if inside}
    rows = [
        AreaRow(
            istat_code=code,
            name=ground.names[k],
            official=official.get(code),
            computed=computed[k],
            quantile=quantile[k],
            minutes=float(minutes[k]) if np.isfinite(minutes[k]) else None,
            pole=poles[k],
            reason=_reason(
                ground,
                computed[k],
                official.get(code),
                gap_min=min(abs(minutes[k] - limit) for limit in THRESHOLDS_MIN[request.snai_edition]),
                is_inside=poles[k] in asked,
            ),
        )
        for k, code in enumerate(times.codes)
        if ground.inside[k]
    ]
    agreement = class_agreement(
        [np.inf if row.minutes is None else row.minutes for row in rows],
        [row.computed for row in rows],
        [row.official for row in rows],
    )
    return InnerAreas(request, rows, limits, agreement, ground)


def _nearest_poles(ground: Ground) -> tuple[Floats, list[str | None]]:
    """Minutes of each to its nearest pole, and the pole; inf and None where none is reached."""
    codes = sorted(ground.poles.classes)
    if not codes:
        raise RequestRefused(
            "Expected at least one pole in the territory or its margin, found none: load the official classes "
            "with `gisplan load_register snai_classes FILE`.",
            field="poles",
        )
    to_poles = ground.times.minutes(ground.times.codes, codes)
    nearest = to_poles.argmin(axis=1)
    minutes = to_poles[np.arange(len(nearest)), nearest]
    reached = zip(nearest.tolist(), np.isfinite(minutes).tolist(), strict=True)
    return minutes, [codes[k] if finite else None for k, finite in reached]


def _by_quantiles(
    minutes: Floats, letters: Mapping[int, str]
) -> tuple[tuple[str | None, ...], tuple[float, float, float] | None]:
    if not np.isfinite(np.delete(minutes, list(letters))).any():
        return (None,) * len(minutes), None
    return quantile_classes(minutes, poles=letters, edge=EDGE)


def territory_ground() -> Ground:
    """The loaded municipalities; those of the margin lend their poles and their roads."""
    times = road_times()
    known = {
        code: (name, inside)
        for code, name, inside in Municipality.objects.values_list("istat_code", "name", "in_territory")
    }
    return Ground(
        times=times,
        poles=poles_of_territory(times.codes, times.neighbours),
        names=tuple(known[code][0] for code in times.codes),
        inside=tuple(known[code][1] for code in times.codes),
        unmatched=[],
    )


def italy_ground(italy: Italy) -> Ground:
    """Every municipality of Italy, with the official poles alone."""
    facts = italy.facts
    times = schematic_times(facts)
    poles = official_poles(facts.codes)
    return Ground(times, poles, italy.names, (True,) * len(facts.codes), italy.unmatched)


def _reason(ground: Ground, own: str | None, theirs: str | None, *, gap_min: float, is_inside: bool) -> str:
    """Why the classes differ, as far as it can be told; empty where they do not."""
    if theirs is None or own == theirs:
        return ""
    if own is None:
        return "unreachable"
    if own in ("A", "B") or theirs in ("A", "B"):
        return "other_poles"
    if not is_inside:
        return "pole_outside"
    if gap_min <= NEAR_LIMIT_MIN:
        return "near_threshold"
    return "schematic_network" if ground.times.method == SCHEMATIC else "other_speeds"
