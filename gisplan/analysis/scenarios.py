"""Scenarios: hubs added, moved or closed and links added, kept under a name and compared with today."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.db import transaction

from gisplan.accessibility.catchment import mixed_people
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.hub_network import people_reached
from gisplan.analysis.hubs import checked_point_m, drawn_feature
from gisplan.analysis.inputs import Floats, Geometries, StationInputs, station_inputs
from gisplan.analysis.models import Run, Scenario, ScenarioChange
from gisplan.analysis.networks import open_network
from gisplan.analysis.reaching import measure_bands, reach_points
from gisplan.analysis.requests import CatchmentRequest, catchment_request
from gisplan.analysis.results import Table, by_municipality_zone_and_class, groups_of_territory, number
from gisplan.analysis.runs import catchments_digest, keep_result, known_run, travel_parameters
from gisplan.analysis.service_scenarios import run_service_scenario
from gisplan.network.errors import BadPoint
from gisplan.network.graph import StreetNetwork as Streets
from gisplan.network.links import with_link
from gisplan.territory.models import Station

METHOD = "scenario"
Kind = ScenarioChange.Kind


@dataclass(frozen=True)
class Change:
    """A change as it is asked for: positions in degrees of EPSG:4326."""

    kind: str
    name: str = ""
    station_code: str = ""
    position: tuple[float, float] | None = None
    to_position: tuple[float, float] | None = None


def create_scenario(
    name: str, *, mode: str = "walk", minutes: int = 10, note: str = "", user: User | None = None
) -> Scenario:
    """A named, empty scenario; a name that is taken is refused."""
    request = catchment_request([minutes], mode=mode)
    return Scenario.objects.create(
        name=checked_name(name), note=note, mode=request.mode, minutes=minutes, created_by=user
    )


def checked_name(name: str) -> str:
    """Without the spaces around it; a name that is taken is refused."""
    name = name.strip()
    if not name or len(name) > 120:
        raise AnalysisError(f"Expected a name of 1 to 120 characters, found {len(name)}: give another.")
    if Scenario.objects.filter(name=name).exists():
        raise AnalysisError(f"Expected a new name, found the scenario {name!r}: choose another name.")
    return name


def add_change(scenario: Scenario, change: Change) -> ScenarioChange:
    """Add one change, checked against the ground: a position outside the territory or an unknown hub is refused."""
    ground = current_ground()
    station = _station(change.station_code) if change.kind in {Kind.MOVE, Kind.CLOSE} else None
    if station and scenario.changes.filter(station=station).exists():
        raise AnalysisError(
            f"Expected one change of {station.name} in a scenario, found another: take that one away first."
        )
    location = _point(change.position, ground) if change.kind != Kind.CLOSE else None
    to_location = _point(change.to_position, ground) if change.kind == Kind.LINK else None
    with transaction.atomic():
        return ScenarioChange.objects.create(
            scenario=scenario,
            kind=change.kind,
            name=change.name.strip()[:120],
            station=station,
            location=location,
            to_location=to_location,
        )


def _station(code: str) -> Station:
    found = Station.objects.filter(code=code, location__isnull=False).first()
    if found is None:
        raise AnalysisError(
            f"Expected the code of a located station, found {code!r}: `gisplan stations` lists the codes."
        )
    return found


def _point(position: tuple[float, float] | None, ground: Ground) -> Point:
    if position is None:
        raise AnalysisError("Expected a position as LON,LAT for this change, found none: give one.")
    point_m, _ = checked_point_m(*position, ground)
    return Point(*point_m[0].tolist())


@dataclass(frozen=True)
class _Hubs:
    """The hubs of one side of the comparison, and the streets that differ from the loaded ones."""

    names: list[str]
    points_m: Floats
    streets: Mapping[str, Streets] = field(default_factory=dict)


def run_scenario(scenario: Scenario, *, user: User | None = None) -> Run:
    """Compare with today; the same scenario on the same inputs is the same Run."""
    if scenario.service:
        return run_service_scenario(scenario, written_changes(scenario), user=user)
    request = catchment_request([scenario.minutes], mode=scenario.mode)
    changes = list(scenario.changes.select_related("station"))
    if not changes:
        raise AnalysisError(f"Expected changes in the scenario {scenario.name!r}, found none: add one first.")
    stations, ground = station_inputs(), current_ground()
    parameters = travel_parameters(request) | {
        "scenario": scenario.name,
        "stations": stations.codes,
        "changes": written_changes(scenario),
    }
    input_digest = catchments_digest(stations, ground)
    kept = known_run(METHOD, parameters, input_digest)
    if kept:
        return kept
    today = _Hubs(stations.names, stations.points_m)
    then = _changed(stations, changes, ground, request)
    result = _comparison(today, then, request, ground)
    return keep_result(
        METHOD, parameters, result, input_digest=input_digest, editions=ground.editions, user=user
    )


def answers(run: Run, scenario: Scenario) -> bool:
    """Whether the run compares this scenario as it is now: the same changes, mode and minutes."""
    asked = run.parameters
    return (asked["mode"], asked["minutes"], asked["changes"]) == (
        scenario.mode,
        [scenario.minutes],
        written_changes(scenario),
    )


def written_changes(scenario: Scenario) -> list[dict[str, Any]]:
    return [_written(change) for change in scenario.changes.select_related("station")]


def _written(change: ScenarioChange) -> dict[str, Any]:
    """What makes the change, in metres to 1 cm."""
    places = {"at_m": change.location, "to_m": change.to_location}
    return {
        "kind": change.kind,
        "name": change.name,
        "station": change.station.code if change.station else None,
        **{key: [round(c, 2) for c in place.coords] if place else None for key, place in places.items()},
    }


def _changed(
    stations: StationInputs, changes: list[ScenarioChange], ground: Ground, request: CatchmentRequest
) -> _Hubs:
    hubs = dict(
        zip(stations.codes, zip(stations.names, stations.points_m.tolist(), strict=True), strict=True)
    )
    streets: dict[str, Streets] = {}
    for change in changes:
        code = change.station.code if change.station else f"new {change.pk}"
        if change.kind == Kind.CLOSE:
            hubs.pop(code, None)
        elif change.kind == Kind.LINK:
            digest, linked = _linked(change, ground, request, streets)
            streets[digest] = linked
        else:
            label = change.name or (change.station.name if change.station else code)
            hubs[code] = (label, _coords(change.location))
    names = [name for name, _ in hubs.values()]
    return _Hubs(names, np.array([point for _, point in hubs.values()], dtype=float).reshape(-1, 2), streets)


def _coords(place: Point | None) -> list[float]:
    return [] if place is None else list(place.coords)


def _linked(
    change: ScenarioChange, ground: Ground, request: CatchmentRequest, streets: Mapping[str, Streets]
) -> tuple[str, Streets]:
    """The first network that has a street within the cap of both ends, with the link."""
    ends_m = np.array([_coords(change.location), _coords(change.to_location)])
    for row in ground.networks:
        try:
            return row.digest, with_link(
                streets.get(row.digest) or open_network(row.digest), ends_m, mode=request.mode
            )
        except BadPoint:
            continue
    raise AnalysisError(
        f"Expected a loaded network with a street near both ends of the link {change.name!r}, found none: "
        "load the streets there, or move its ends."
    )


def _comparison(today: _Hubs, then: _Hubs, request: CatchmentRequest, ground: Ground) -> dict[str, Any]:
    groups = groups_of_territory()
    before, hubs_before = _reached(today, request, ground)
    after, hubs_after = _reached(then, request, ground)
    people, _, reached_before = people_reached(before, ground, groups)
    _, _, reached_after = people_reached(after, ground, groups)
    values = {
        "people": people,
        "reached_today": reached_before,
        "reached_then": reached_after,
        "difference": reached_after - reached_before,
    }
    totals = [number(float(column.sum())) for column in values.values()]
    tables = [
        Table("totals", ["hubs_today", "hubs_then", *values], [[len(today.names), len(then.names), *totals]]),
        *by_municipality_zone_and_class("difference", groups, values),
        _hub_table(hubs_before, hubs_after),
    ]
    changed = {"gained": _difference(after, before), "lost": _difference(before, after)}
    features = [_changed_ground(name, shape, ground) for name, shape in changed.items()]
    return {
        "tables": [table.as_json() for table in tables],
        "features": {"type": "FeatureCollection", "features": [one for one in features if one]},
    }


def _reached(hubs: _Hubs, request: CatchmentRequest, ground: Ground) -> tuple[Geometries, dict[Any, Any]]:
    """The ground that any hub reaches, as one geometry in an array, and each hub's people and method."""
    if not len(hubs.points_m):
        return np.array([shapely.MultiPolygon()], dtype=object), {}
    reached = reach_points(hubs.points_m, request, ground, streets=hubs.streets)
    bands = [own[-1] for own in measure_bands(reached, request, ground)]
    whole = shapely.union_all([band.polygon for band in bands])
    own = {
        (name, *point): (band.columns["people"], band.columns["method"])
        for name, point, band in zip(hubs.names, hubs.points_m.tolist(), bands, strict=True)
    }
    return np.array([whole], dtype=object), own


def _hub_table(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Table:
    """The hubs whose people differ, those that are new and those that are gone."""
    rows: list[list[Any]] = []
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, (None, "")), after.get(key, (None, ""))
        if old != new:
            people = [None if one is None else number(one) for one, _ in (old, new)]
            rows.append([key[0], *people, new[1] or old[1]])
    return Table("hubs_changed", ["hub", "reached_today", "reached_then", "method"], rows)


def _changed_ground(change: str, shape: shapely.Geometry, ground: Ground) -> dict[str, Any] | None:
    """What is reached on one side alone, with its people; None where there is no such ground."""
    people = mixed_people([shape], ground.surface).people[0, 0] if not shape.is_empty else 0.0
    return drawn_feature(shape, change=change, people=number(people), area_km2=number(shape.area / 1e6))


def _difference(one: Geometries, other: Geometries) -> shapely.Geometry:
    return shapely.difference(one[0], other[0])
