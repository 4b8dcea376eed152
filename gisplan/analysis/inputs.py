"""From querysets to arrays: the only place that does so. Coordinates are metres in the stored CRS."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import F, QuerySet
from numpy.typing import NDArray

from gisplan.analysis.errors import AnalysisError
from gisplan.plan.models import PlanPlace
from gisplan.territory.models import (
    MEASURABLE,
    HealthSite,
    Hospital,
    MunicipalityBoundary,
    PeopleCell,
    PeopleGrid,
    Population,
    School,
    Station,
    TerritoryEdition,
)

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]

#: Age groups of every people figure, first and last age included.
AGE_GROUPS = {
    "people": (0, 200),
    "people_0_14": (0, 14),
    "people_15_64": (15, 64),
    "people_65_plus": (65, 200),
}


@dataclass(frozen=True)
class StationInputs:
    ids: list[int]
    codes: list[str]
    names: list[str]
    points_m: Floats

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class PeopleInputs:
    """People by age group (columns in the order of AGE_GROUPS) on municipalities, and on cells if loaded."""

    territory_edition: str
    municipality_areas: Geometries
    municipality_people: Floats
    grid: str = ""
    cells: Geometries = field(default_factory=lambda: np.empty(0, dtype=object))
    cell_people: Floats = field(default_factory=lambda: np.empty((0, len(AGE_GROUPS))))


@dataclass(frozen=True)
class PlaceInputs:
    """Places that can be measured, by the column of the bands that counts them."""

    geometries: dict[str, Geometries]


def geometries(queryset: QuerySet[object], column: str) -> Geometries:
    """The column as shapely geometries, in the queryset's order."""
    rows = queryset.annotate(wkb_of_column=AsWKB(column)).values_list("wkb_of_column", flat=True)
    return np.asarray(shapely.from_wkb([bytes(wkb) for wkb in rows]), dtype=object)


def station_inputs(codes: Sequence[str] | None = None) -> StationInputs:
    """The stations with a measurable position; all of them, or those with the given codes."""
    stations = Station.objects.filter(precision__in=MEASURABLE, location__isnull=False).order_by("code")
    if codes is not None:
        unknown = sorted(set(codes) - set(stations.values_list("code", flat=True)))
        if unknown:
            raise AnalysisError(
                f"Expected codes of located stations, found {', '.join(unknown)}: "
                "`gisplan stations` lists the codes."
            )
        stations = stations.filter(code__in=codes)
    rows = list(stations)
    if not rows:
        raise AnalysisError(
            "Expected at least one station with a known position, found none in this territory: "
            "load a register of stations first."
        )
    return StationInputs(
        ids=[station.pk for station in rows],
        codes=[station.code for station in rows],
        names=[station.name for station in rows],
        points_m=np.array([station.location.coords for station in rows], dtype=float),
    )


def people_inputs() -> PeopleInputs:
    """People on the latest edition's municipalities, and on the newest grid of cells or sections."""
    edition = TerritoryEdition.objects.filter(populations__isnull=False).order_by("-valid_from").first()
    if edition is None:
        raise AnalysisError("Expected a loaded territory, found none: run `gisplan load_territory` first.")
    boundaries = MunicipalityBoundary.objects.filter(
        edition=edition, municipality__populations__edition=edition
    ).order_by("municipality__istat_code")
    populations = Population.objects.filter(
        edition=edition, municipality__boundaries__edition=edition
    ).order_by("municipality__istat_code")
    people = [
        _people_by_group(females, males) for females, males in populations.values_list("females", "males")
    ]
    areas = geometries(boundaries, "geometry")
    municipality_people = np.array(people, dtype=float)
    grid = PeopleGrid.objects.order_by("-reference_year", "code").first()
    if grid is None:
        return PeopleInputs(edition.code, areas, municipality_people)
    rows = PeopleCell.objects.filter(grid=grid).order_by("code")
    cells = geometries(rows, "geometry")
    totals = np.array(list(rows.values_list("people", flat=True)), dtype=float)
    return PeopleInputs(
        edition.code,
        areas,
        municipality_people,
        grid=grid.code,
        cells=cells,
        cell_people=_with_age_structure(totals, cells, areas, municipality_people),
    )


def _people_by_group(females: Sequence[int], males: Sequence[int]) -> list[int]:
    return [
        sum(females[first : last + 1]) + sum(males[first : last + 1]) for first, last in AGE_GROUPS.values()
    ]


def _with_age_structure(totals: Floats, cells: Geometries, areas: Geometries, people: Floats) -> Floats:
    """A cell's people by age, with the age structure of the municipality that holds its centre.

    A cell outside every municipality keeps its total; its ages are not known (nan).
    """
    shares = np.full((len(cells), people.shape[1]), np.nan)
    shares[:, 0] = 1.0
    cell, area = shapely.STRtree(areas).query(shapely.centroid(cells), predicate="intersects")
    shares[cell] = people[area] / np.maximum(people[area, :1], 1)
    return totals[:, None] * shares


def place_inputs() -> PlaceInputs:
    """Schools, public hospitals, community health sites and interventions whose position is known."""
    registers = {
        "schools": School.objects.all(),
        "hospitals": Hospital.objects.filter(kind=Hospital.Kind.PUBLIC),
        "health_sites": HealthSite.objects.all(),
    }
    found = {
        name: geometries(
            places.filter(precision__in=MEASURABLE, location__isnull=False).order_by("code"), "location"
        )
        for name, places in registers.items()
    }
    return PlaceInputs(found | {"interventions": _intervention_places()})


def _intervention_places() -> Geometries:
    """One point or area for each measurable place of an intervention: its station, or its own geometry."""
    places = PlanPlace.objects.filter(intervention__isnull=False, precision__in=MEASURABLE).order_by("id")
    at_stations = places.filter(station__location__isnull=False).annotate(at=F("station__location"))
    drawn = places.filter(station__isnull=True, geometry__isnull=False)
    return np.concatenate([geometries(at_stations, "station__location"), geometries(drawn, "geometry")])


def digest(parts: Iterable[object]) -> str:
    """SHA-256 of texts, numbers, arrays and geometries in the order given."""
    whole = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            data = (
                b"".join(shapely.to_wkb(part))
                if part.dtype == object
                else np.ascontiguousarray(part).tobytes()
            )
        else:
            data = repr(part).encode()
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()
