"""From one municipality to the nearest services by car, whatever is known of their place within a municipality."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.inputs import Floats
from gisplan.analysis.road_times import RoadTimes, road_times
from gisplan.territory.models import HealthSite, Hospital, Municipality, Place, School, Station
from gisplan.territory.queries import coverage_of

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
    return NearestServices([_nearest(name, municipality, times) for name in SERVICES], times.method)


def _nearest(name: str, municipality: Municipality, times: RoadTimes) -> NearestService:
    register, _colon, word = name.partition(":")
    stated = coverage_of(register, _stored(word), municipality)
    complete = stated is not None and stated.complete
    codes = _places_of(name, times)
    if municipality.istat_code in codes:
        return NearestService(name, municipality, 0.0, True, complete)
    if not codes:
        return NearestService(name, None, None, False, complete)
    minutes = times.minutes([municipality.istat_code], codes)[0]
    nearest = int(np.argmin(minutes))
    if not np.isfinite(minutes[nearest]):
        return NearestService(name, None, None, False, complete)
    found = Municipality.objects.get(istat_code=codes[nearest])
    return NearestService(name, found, float(minutes[nearest]), False, complete)


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
