"""The profile of a hub: who and what lies in its catchments by mode, and the class of the service around it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.contrib.auth.models import User

from gisplan.accessibility.catchment import (
    SharedGround,
    mixed_people,
    people_by_municipality,
    points_in_areas,
)
from gisplan.accessibility.hub_quality import DEFAULT_TABLE, class_letter, quality_classes
from gisplan.analysis.errors import AnalysisError, NoStreet
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.headways import Headway, headways_of
from gisplan.analysis.hubs import checked_point_m, feature_collection
from gisplan.analysis.inputs import AGE_GROUPS, Floats, digest, located_stations
from gisplan.analysis.models import Run
from gisplan.analysis.profile_inputs import SCHOOL_AGES, CountedPlaces, ProfileInputs, profile_inputs
from gisplan.analysis.reaching import BandFigures, measure_bands, reach_points
from gisplan.analysis.requests import RULES, CatchmentRequest, catchment_request, checked_position
from gisplan.analysis.results import Table, number
from gisplan.analysis.runs import keep_result, speeds_used
from gisplan.network.service_area import DETOUR_FACTOR
from layers import crs

METHOD = "hub_profile"
USUAL_MINUTES = (5, 10, 15)


@dataclass(frozen=True)
class HubProfile:
    """Nothing of it is stored until it is kept; `without` names the modes that have no street here."""

    parameters: dict[str, Any]
    editions: dict[str, str]
    input_digest: str
    municipality: str
    bands: list[BandFigures]
    tables: list[Table]
    without: list[str]

    def result(self) -> dict[str, Any]:
        return {
            "tables": [table.as_json() for table in self.tables],
            "features": json.loads(feature_collection(self.bands)),
            "municipality": self.municipality,
        }


def hub_profile(
    lon: float, lat: float, *, minutes: Sequence[int] = USUAL_MINUTES, headways: Sequence[Headway] = ()
) -> HubProfile:
    """On foot, by bike, and by car where a loaded street near it is open to cars."""
    lon, lat = checked_position(lon, lat)
    walk = catchment_request(minutes, mode="walk")
    requests = [walk, catchment_request(minutes, mode="bike"), CatchmentRequest(walk.minutes, "car", None)]
    ground = current_ground()
    point_m, municipality = checked_point_m(lon, lat, ground)
    inputs = profile_inputs(ground)
    bands, without = _bands(point_m, requests, ground)
    services = [[one.mode_group, one.headway_min, one.source] for one in headways]
    return HubProfile(
        parameters={
            "lon": lon,
            "lat": lat,
            "minutes": list(walk.minutes),
            "modes": {request.mode: request.speed_kmh for request in requests},
            "headways": services,
            "speeds": [row for one in requests for row in speeds_used(one.mode, one.speed_kmh)],
            "rules": asdict(RULES),
            "detour_factor": DETOUR_FACTOR,
        },
        editions=ground.editions,
        input_digest=profile_digest(lon, lat, ground, inputs),
        municipality=ground.people.names[municipality],
        bands=bands,
        tables=[
            _catchments_table(bands),
            _people_table(bands, ground, inputs),
            _counts_table("profile_services", ("register", "kind"), bands, inputs.services),
            _counts_table("profile_interventions", ("axis",), bands, inputs.interventions),
            *([_counts_table("profile_layers", ("layer",), bands, inputs.layers)] if inputs.layers else []),
            _quality_table(point_m, headways, ground),
        ],
        without=without,
    )


def profile_digest(lon: float, lat: float, ground: Ground, inputs: ProfileInputs) -> str:
    return digest([lon, lat, ground.digest, inputs.digest])


def keep_profile(found: HubProfile, *, name: str, user: User | None = None) -> Run:
    """The same hub on the same inputs is the same Run."""
    return keep_result(
        METHOD,
        {"name": name, **found.parameters},
        found.result(),
        input_digest=found.input_digest,
        editions=found.editions,
        user=user,
    )


def _bands(
    point_m: Floats, requests: Sequence[CatchmentRequest], ground: Ground
) -> tuple[list[BandFigures], list[str]]:
    bands: list[BandFigures] = []
    without: list[str] = []
    for request in requests:
        try:
            (own,) = measure_bands(reach_points(point_m, request, ground), request, ground)
            bands += own
        except NoStreet:
            without.append(request.mode)
    return bands, without


def _key(band: BandFigures) -> str:
    """`walk_10`: the column of a catchment in the tables of the profile."""
    return f"{band.columns['mode']}_{band.columns['minutes']}"


def _catchments_table(bands: Sequence[BandFigures]) -> Table:
    names = ("mode", "minutes", "speed_kmh", "method", "connector_m", "network_name", "touches_border")
    columns = [*names, "area_km2", "people_source", "cell_share"]
    rows = [
        [
            *(band.columns[name] for name in names),
            number(band.polygon.area / 1e6),
            band.columns["people_source"],
            number(band.columns["cell_share"]),
        ]
        for band in bands
    ]
    return Table("profile_catchments", columns, rows)


def _people_table(bands: Sequence[BandFigures], ground: Ground, inputs: ProfileInputs) -> Table:
    """Everyone, the three ages and the ages of school; each follows the structure of its municipality."""
    areas = [band.polygon for band in bands]
    shared = SharedGround.joined([band.zones for band in bands])
    by_municipality = people_by_municipality(
        areas, ground.surface, count=len(ground.people.codes), shared=shared
    )
    school = by_municipality[:, :, 0] @ inputs.school_shares
    rows: list[list[Any]] = [
        [group, *(_rounded(band.columns[group]) for band in bands)] for group in AGE_GROUPS
    ]
    for k, group in enumerate(SCHOOL_AGES):
        known = (None if band.columns["people"] is None else school[i, k] for i, band in enumerate(bands))
        rows.append([group, *map(_rounded, known)])
    keys = list(map(_key, bands))
    return Table("profile_people", ["age_group", *keys], rows, dict.fromkeys(keys, "people"))


def _rounded(value: float | None) -> float | None:
    return None if value is None else number(value)


def _counts_table(
    name: str, heads: tuple[str, ...], bands: Sequence[BandFigures], counted: Sequence[CountedPlaces]
) -> Table:
    """Owners with a place in each catchment; `not_located` are those that no catchment can count."""
    areas = np.array([band.polygon for band in bands], dtype=object)
    rows = []
    for one in counted:
        inside = points_in_areas(areas, one.places.points_m)
        found = [len(np.unique(one.places.owners[at])) for at in inside]
        known = [count if count or one.complete else None for count in found]
        tail = [one.not_located] if "kind" in heads else []
        rows.append([*(one.group, one.name)[-len(heads) :], *known, *tail])
    keys = [*map(_key, bands), *(["not_located"] if "kind" in heads else [])]
    return Table(name, [*heads, *keys], rows, dict.fromkeys(keys, "places"))


def _quality_table(point_m: Floats, headways: Sequence[Headway], ground: Ground) -> Table:
    """The class by straight distance, and the people in each ring; without a headway the class is not known."""
    limits_m = DEFAULT_TABLE.distance_limits_m
    circles = shapely.buffer(shapely.points(point_m[0]), limits_m, quad_segs=32)
    rings = [
        circles[0],
        *(shapely.difference(far, near) for near, far in pairwise(circles)),
    ]
    people = mixed_people(rings, ground.surface).people[:, 0]
    classes: list[str | None] = [None] * len(limits_m)
    if headways:
        distance_m = np.tile(np.array(limits_m)[:, None], (1, len(headways)))
        best = quality_classes(distance_m, [one.category for one in headways])
        classes = [class_letter(int(value)) or "none" for value in best]
    rows = [
        [low, high, letter, number(inside)]
        for low, high, letter, inside in zip((0, *limits_m), limits_m, classes, people, strict=False)
    ]
    return Table("profile_quality", ["from_m", "to_m", "quality_class", "people"], rows)


@dataclass(frozen=True)
class HubPlace:
    """A hub as it is named: its position in degrees and, of a station, the headways that are kept."""

    name: str
    lon: float
    lat: float
    headways: list[Headway]


def place_of(written: str) -> HubPlace:
    """From the code of a located station, or from LON,LAT."""
    station = located_stations().filter(code=written).first()
    if station is not None and station.location is not None:
        x_m, y_m = np.array([station.location.x]), np.array([station.location.y])
        degrees = crs.transform_xy(x_m, y_m, settings.STORED_SRID, crs.WGS84)
        lon, lat = checked_position(*(float(value[0]) for value in degrees))
        return HubPlace(station.name, lon, lat, headways_of(station))
    try:
        lon, lat = map(float, written.split(","))
    except ValueError as error:
        raise AnalysisError(
            f"Expected the code of a located station or LON,LAT such as 7.58,45.08, found {written!r}: "
            "`gisplan stations` lists the codes."
        ) from error
    return HubPlace(f"{lon:g}, {lat:g}", *checked_position(lon, lat), [])
