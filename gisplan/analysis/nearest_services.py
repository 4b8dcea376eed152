"""From one municipality to the nearest services by car, whatever is known of their place within a municipality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.inputs import Floats
from gisplan.analysis.road_times import RoadTimes, road_times
from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    Place,
    RegisterCoverage,
    School,
    Station,
)
from gisplan.territory.queries import coverages_by_kind

#: Register and kind as coverage names them -> the places.
SERVICES: dict[str, tuple[type[Place], dict[str, str]]] = {
    "stations:rail": (Station, {"kind": Station.Kind.RAIL}),
    "schools:infanzia": (School, {"level": School.Level.INFANZIA}),
    "schools:primaria": (School, {"level": School.Level.PRIMARIA}),
    "schools:secondaria_i": (School, {"level": School.Level.SECONDARIA_I}),
    "schools:secondaria_ii": (School, {"level": School.Level.SECONDARIA_II}),
    "hospitals:public": (Hospital, {"kind": Hospital.Kind.PUBLIC}),
    "health_sites:casa_della_comunita": (HealthSite, {"kind": HealthSite.Kind.COMMUNITY_HOUSE}),
}


@dataclass(frozen=True)
class NearestService:
    """`minutes` None: none is reached or listed; `is_complete` False: a nearer one may be missing from the register."""

    service: str
    municipality: Municipality | None
    minutes: float | None
    is_here: bool
    is_complete: bool


@dataclass(frozen=True)
class NearestServices:
    rows: list[NearestService]
    method: str


def nearest_services(municipality: Municipality) -> NearestServices | None:
    """None where the territory has no road times."""
    try:
        times = road_times()
    except AnalysisError:
        return None
    if municipality.istat_code not in times.codes:
        return None
    minutes = times.minutes([municipality.istat_code], times.codes)[0]
    from_here = dict(zip(times.codes, minutes.tolist(), strict=True))
    standing = _municipalities_with()
    nearest = {name: _nearest(standing[name], from_here, municipality.istat_code) for name in SERVICES}
    rows = {row.istat_code: row for row in Municipality.objects.filter(istat_code__in=nearest.values())}
    stated = coverages_by_kind(municipality)
    return NearestServices(
        [
            _row(name, rows.get(code or ""), from_here, here=municipality, complete=_complete(name, stated))
            for name, code in nearest.items()
        ],
        times.method,
    )


def _municipalities_with() -> dict[str, set[str]]:
    """The ISTAT codes of the municipalities that have each service."""
    found: dict[str, set[str]] = {name: set() for name in SERVICES}
    kinds = {
        (model, kind): name for name, (model, asked) in SERVICES.items() for kind in map(str, asked.values())
    }
    for model, field in {(model, next(iter(asked))) for model, asked in SERVICES.values()}:
        places = model._default_manager.filter(municipality__isnull=False).order_by()
        for kind, code in places.values_list(field, "municipality__istat_code").distinct():
            if (model, kind) in kinds:
                found[kinds[model, kind]].add(code)
    return found


def _nearest(codes: set[str], from_here: dict[str, float], here: str) -> str | None:
    """Of the municipalities that have it, the one of the least minutes; None where none can be reached."""
    if here in codes:
        return here
    known = sorted(code for code in codes if np.isfinite(from_here.get(code, np.inf)))
    return min(known, key=from_here.__getitem__, default=None)


def _row(
    name: str, found: Municipality | None, from_here: dict[str, float], *, here: Municipality, complete: bool
) -> NearestService:
    if found is None:
        return NearestService(name, None, None, False, complete)
    is_here = found.pk == here.pk
    return NearestService(name, found, 0.0 if is_here else from_here[found.istat_code], is_here, complete)


def _complete(name: str, stated: Mapping[tuple[str, str], RegisterCoverage]) -> bool:
    """The statement of the kind counts before that of the whole register."""
    register, _colon, word = name.partition(":")
    row = stated.get((register, _stored(word)), stated.get((register, "")))
    return row is not None and row.complete


def minutes_to_service(name: str, codes: Sequence[str]) -> Floats:
    """From each municipality to the nearest of the register, 0 where one is in it; inf where none is reached."""
    times = road_times()
    found: Floats = times.minutes(codes, _places_of(name, times)).min(axis=1, initial=np.inf)
    return found


def _places_of(name: str, times: RoadTimes) -> list[str]:
    """The municipalities that have the service, by code."""
    model, kind = SERVICES[name]
    places = model._default_manager.filter(municipality__isnull=False, **kind)
    return sorted(set(places.values_list("municipality__istat_code", flat=True)) & set(times.codes))


def _stored(word: str) -> str:
    """Coverage calls public hospitals by a shorter word than their register."""
    return Hospital.Kind.PUBLIC if word == "public" else word
