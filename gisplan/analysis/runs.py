"""Runs: the only place that calls the engine. A Run says from what, how and by which engine it was made."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import cast

import numpy as np
import shapely
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction

from gisplan import __version__
from gisplan.accessibility.catchment import mixed_people, people_surface, points_in_areas
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.inputs import (
    AGE_GROUPS,
    Geometries,
    PeopleInputs,
    PlaceInputs,
    StationInputs,
    digest,
    people_inputs,
    place_inputs,
    station_inputs,
)
from gisplan.analysis.models import Band, Run, StreetNetwork
from gisplan.analysis.networks import networks_by_quality, open_network
from gisplan.network.profiles import Mode
from gisplan.network.service_area import (
    DETOUR_FACTOR,
    AreaRules,
    ServiceArea,
    service_areas,
    straight_line_areas,
)
from gisplan.territory.queries import count_or_unknown, coverage_of

RULES = AreaRules()
MAX_MINUTES = 120
#: Slowest, usual and fastest by mode; a speed beyond them is a slip of the keyboard.
SPEEDS_KMH = {"walk": (1.0, 4.8, 10.0), "bike": (4.0, 12.0, 45.0)}


@dataclass(frozen=True)
class CatchmentRequest:
    """Cumulative bands of minutes around stations (all of them without codes); see `catchment_request`."""

    minutes: tuple[int, ...]
    mode: Mode
    speed_kmh: float
    codes: tuple[str, ...] | None


def catchment_request(
    minutes: Sequence[int],
    *,
    mode: str = "walk",
    speed_kmh: float | None = None,
    codes: Sequence[str] | None = None,
) -> CatchmentRequest:
    """What the user asked, with the defaults filled in; a value out of range is refused by its name."""
    wrong = [value for value in minutes if not 1 <= value <= MAX_MINUTES]
    if wrong or not minutes:
        found = ", ".join(map(str, wrong)) or "none"
        raise AnalysisError(
            f"--minutes expects whole numbers from 1 to {MAX_MINUTES}, found {found}: give others."
        )
    if mode not in SPEEDS_KMH:
        raise AnalysisError(f"--mode expects {' or '.join(SPEEDS_KMH)}, found {mode!r}: choose one.")
    slowest, usual, fastest = SPEEDS_KMH[mode]
    kmh = usual if speed_kmh is None else speed_kmh
    if not slowest <= kmh <= fastest:
        raise AnalysisError(
            f"--{mode}-kmh expects a speed from {slowest:g} to {fastest:g} km/h, found {kmh:g}: give another."
        )
    return CatchmentRequest(
        tuple(sorted(set(minutes))),
        mode=cast(Mode, mode),
        speed_kmh=kmh,
        codes=None if codes is None else tuple(sorted(set(codes))),
    )


@dataclass(frozen=True)
class _Reached:
    """The area that one station reaches, and the name of the network it was reached on."""

    area: ServiceArea
    network_name: str = ""


def run_catchments(request: CatchmentRequest, *, user: User | None = None, to_front: bool = True) -> Run:
    """Compute the catchments and keep them; the same request on the same inputs is the same Run.

    `to_front`: a known run becomes the newest, which the pages show, as if it had been computed now.
    """
    stations, people, places = station_inputs(request.codes), people_inputs(), place_inputs()
    networks = networks_by_quality()
    parameters = {
        "mode": request.mode,
        "minutes": list(request.minutes),
        "speed_kmh": request.speed_kmh,
        "stations": stations.codes,
        "rules": asdict(RULES),
        "detour_factor": DETOUR_FACTOR,
    }
    input_digest = _input_digest(stations, people, places, networks)
    same = {"method": "catchments", "input_digest": input_digest, "engine_version": __version__}
    known = Run.objects.filter(**same, parameters=parameters).first()
    if known:
        if to_front and known != Run.objects.first():
            known.save(update_fields=["last_asked_at"])
        return known
    reached = _reach(request, stations, networks)
    bands = _measure(request, stations, reached, people, places)
    with transaction.atomic():
        run = Run.objects.create(
            **same,
            parameters=parameters,
            editions={"territory": people.territory_edition, "people_grid": people.grid},
            content_digest=digest(_content(bands)),
            created_by=user,
        )
        for band in bands:
            band.run = run
        Band.objects.bulk_create(bands)
    return run


def _reach(
    request: CatchmentRequest,
    stations: StationInputs,
    networks: list[StreetNetwork],
) -> list[_Reached]:
    """Each station on the first network that has a street within the cap; a circle where none has."""
    reached: dict[int, _Reached] = {}
    for row in networks:
        left = [i for i in range(len(stations)) if i not in reached]
        if left:
            areas = service_areas(
                open_network(row.digest),
                stations.points_m[left],
                minutes=request.minutes,
                mode=request.mode,
                speed_kmh=request.speed_kmh,
                rules=RULES,
            )
            found = zip(left, areas, strict=True)
            reached |= {i: _Reached(area, row.name) for i, area in found if area.bands}
    left = [i for i in range(len(stations)) if i not in reached]
    circles = straight_line_areas(
        stations.points_m[left], minutes=request.minutes, speed_kmh=request.speed_kmh
    )
    reached |= {i: _Reached(area) for i, area in zip(left, circles, strict=True)}
    return [reached[i] for i in range(len(stations))]


def _measure(
    request: CatchmentRequest,
    stations: StationInputs,
    reached: list[_Reached],
    people: PeopleInputs,
    places: dict[str, PlaceInputs],
) -> list[Band]:
    """One unsaved Band for each station and minutes, with people and places inside."""
    areas = np.array([band.polygon for one in reached for band in one.area.bands], dtype=object)
    surface = people_surface(
        cells=people.cells,
        cell_people=people.cell_people,
        municipalities=people.municipalities,
        municipality_people=people.municipality_people,
    )
    found = mixed_people(areas, surface)
    counts = {column: _known_counts(column, areas, points) for column, points in places.items()}
    bands = []
    for k, polygon in enumerate(areas):
        station, minute = divmod(k, len(request.minutes))
        one = reached[station]
        bands.append(
            Band(
                station_id=stations.ids[station],
                mode=request.mode,
                speed_kmh=request.speed_kmh,
                minutes=request.minutes[minute],
                method=one.area.method,
                connector_m=_number(one.area.connector_m),
                network_name=one.network_name,
                touches_border=one.area.bands[minute].touches_border,
                people_source=found.source[k],
                cell_share=found.cell_share[k],
                geometry=_multipolygon(polygon),
                **{group: _number(found.people[k, i]) for i, group in enumerate(AGE_GROUPS)},
                **{column: count[k] for column, count in counts.items()},
            )
        )
    return bands


def _known_counts(column: str, areas: Geometries, places: PlaceInputs) -> list[int | None]:
    """Owners with a place inside; none in a register that is not complete is 'not known', never 0."""
    coverage = coverage_of(column, "")
    inside = points_in_areas(areas, places.points_m)
    return [count_or_unknown(len(np.unique(places.owners[at])), coverage) for at in inside]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _multipolygon(polygon: shapely.Geometry) -> MultiPolygon:
    parts = shapely.multipolygons(shapely.get_parts(polygon))
    return cast(MultiPolygon, GEOSGeometry(memoryview(shapely.to_wkb(parts)), srid=settings.STORED_SRID))


def _input_digest(
    stations: StationInputs,
    people: PeopleInputs,
    places: dict[str, PlaceInputs],
    networks: list[StreetNetwork],
) -> str:
    """Of all that goes in; of the networks by their own digest, in the order in which they are tried."""
    return digest(
        [
            *(stations.codes, stations.points_m),
            *(people.municipalities, people.municipality_people, people.cells, people.cell_people),
            *(part for place in places.values() for part in (place.points_m, place.owners)),
            [(row.name, row.digest) for row in networks],
        ]
    )


def _content(bands: list[Band]) -> Iterator[object]:
    for band in bands:
        yield from (band.station_id, band.minutes, band.method, band.people, band.geometry.wkb.tobytes())


def catchment_note(run: Run) -> str:
    """One line for the terminal: how many bands, and on what they stand."""
    bands = Band.objects.filter(run=run)
    by_network = bands.filter(method=Band.Method.NETWORK).count()
    return (
        f"run {run.pk}: {bands.count()} bands, {by_network} on the street network, "
        f"{bands.count() - by_network} in a straight line; "
        f"{run.parameters['mode']} at {run.parameters['speed_kmh']:g} km/h"
    )
