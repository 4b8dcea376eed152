"""Runs: the only place that calls the engine. A Run says from what, how and by which engine it was made."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import shapely
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.gis.geos import MultiPolygon
from django.db import transaction

from gisplan import __version__
from gisplan.accessibility import mixed_people, points_in_areas
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.inputs import (
    AGE_GROUPS,
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
from gisplan.network.service_area import DETOUR_FACTOR, AreaRules, ServiceArea, service_areas, straight_line_areas
from gisplan.territory.queries import register_is_complete

RULES = AreaRules()
Progress = Callable[[str, int, int], None]

MAX_MINUTES = 120
DEFAULT_SPEEDS_KMH = {"walk": 4.8, "bike": 12.0}
#: Speeds beyond these are slips of the keyboard.
SPEED_LIMITS_KMH = {"walk": (1.0, 10.0), "bike": (4.0, 45.0)}


@dataclass(frozen=True)
class CatchmentRequest:
    """What the user asked: cumulative bands of minutes around stations (all of them without codes)."""

    minutes: tuple[int, ...]
    mode: str = "walk"
    speed_kmh: float | None = None
    codes: list[str] | None = None

    def checked(self) -> "CatchmentRequest":
        """The request with its defaults filled in; a value out of range is refused by name."""
        wrong = [value for value in self.minutes if not 1 <= value <= MAX_MINUTES]
        if wrong or not self.minutes:
            found = ", ".join(map(str, wrong)) or "none"
            raise AnalysisError(f"--minutes expects whole numbers from 1 to {MAX_MINUTES}, found {found}.")
        if self.mode not in DEFAULT_SPEEDS_KMH:
            raise AnalysisError(f"--mode expects {' or '.join(DEFAULT_SPEEDS_KMH)}, found {self.mode!r}.")
        speed_kmh = DEFAULT_SPEEDS_KMH[self.mode] if self.speed_kmh is None else self.speed_kmh
        slowest, fastest = SPEED_LIMITS_KMH[self.mode]
        if not slowest <= speed_kmh <= fastest:
            raise AnalysisError(
                f"--{self.mode}-kmh expects a speed from {slowest:g} to {fastest:g} km/h, found {speed_kmh:g}."
            )
        return replace(self, minutes=tuple(sorted(set(self.minutes))), speed_kmh=speed_kmh)


@dataclass(frozen=True)
class _Reached:
    """The area that one station reaches, and the name of the network it was reached on."""

    area: ServiceArea
    network_name: str = ""


def run_catchments(
    request: CatchmentRequest, *, user: AbstractBaseUser | None = None, progress: Progress | None = None
) -> Run:
    """Compute the catchments and keep them; the same request on the same inputs is the same Run."""
    request = request.checked()
    stations, people, places = station_inputs(request.codes), people_inputs(), place_inputs()
    networks = networks_by_quality()
    parameters = asdict(request) | {
        "codes": stations.codes,
        "rules": asdict(RULES),
        "detour_factor": DETOUR_FACTOR,
    }
    parameters["minutes"] = list(request.minutes)
    input_digest = _input_digest(stations, people, places, networks)
    same = {"method": "catchments", "input_digest": input_digest, "engine_version": __version__}
    known = Run.objects.filter(**same, parameters=parameters).first()
    if known:
        return known
    reached = _reach(request, stations, networks, progress)
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
    progress: Progress | None,
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
    places: PlaceInputs,
) -> list[Band]:
    """One unsaved Band for each station and minutes, with people and places inside."""
    areas = np.array([band.polygon for one in reached for band in one.area.bands], dtype=object)
    counted = mixed_people(
        areas,
        cells=people.cells,
        cell_people=people.cell_people,
        municipalities=people.municipality_areas,
        municipality_people=people.municipality_people,
    )
    counts = {
        column: _known_counts(column, points_in_areas(areas, geometries))
        for column, geometries in places.geometries.items()
    }
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
                connector_m=one.area.connector_m,
                network_name=one.network_name,
                touches_border=one.area.bands[minute].touches_border,
                people_source=counted.source[k],
                cell_share=counted.cell_share[k],
                geometry=_multipolygon(polygon),
                **{group: _number(counted.people[k, i]) for i, group in enumerate(AGE_GROUPS)},
                **{column: found[k] for column, found in counts.items()},
            )
        )
    return bands


def _known_counts(column: str, counts: Sequence[int]) -> list[int | None]:
    """Nothing found in a register that is not complete is 'not known', never 'none'."""
    complete = column != "interventions" and register_is_complete(column)
    return [int(count) if count or complete else None for count in counts]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _multipolygon(polygon: shapely.Geometry) -> MultiPolygon:
    parts = shapely.multipolygons(shapely.get_parts(polygon))
    return MultiPolygon.from_ewkb(
        shapely.to_wkb(shapely.set_srid(parts, settings.STORED_SRID), include_srid=True)
    )


def _input_digest(
    stations: StationInputs, people: PeopleInputs, places: PlaceInputs, networks: list[StreetNetwork]
) -> str:
    return digest(
        [
            stations.codes,
            stations.points_m,
            people.municipality_areas,
            people.municipality_people,
            people.cells,
            people.cell_people,
            *places.geometries.values(),
            [(row.name, row.digest) for row in networks],
        ]
    )


def _content(bands: list[Band]) -> Iterator[object]:
    for band in bands:
        yield from (band.station_id, band.minutes, band.method, band.people, band.geometry.wkb.tobytes())
