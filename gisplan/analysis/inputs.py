"""From querysets to arrays: the only place that does so. Coordinates are metres in the stored CRS."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Model, QuerySet
from numpy.typing import NDArray

from gisplan.analysis.errors import AnalysisError
from gisplan.plan.models import PlanPlace
from gisplan.territory.models import (
    AGES,
    MEASURABLE,
    HealthSite,
    Hospital,
    MunicipalityBoundary,
    PeopleGrid,
    Place,
    Population,
    School,
    Station,
    TerritoryEdition,
)
from gisplan.territory.queries import in_territory
from layers.serving.features import read_features

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
P = TypeVar("P", bound=Place)

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
    """People by age group (columns in the order of AGE_GROUPS) and by single age; everyone on cells, if loaded."""

    territory_edition: str
    codes: list[str]
    names: list[str]
    in_territory: NDArray[np.bool_]
    municipalities: Geometries
    municipality_people: Floats
    by_age: Floats
    grid: str
    cells: Geometries
    cell_people: Floats


@dataclass(frozen=True)
class PlaceInputs:
    """Points that can be measured, and whose they are: several places of one owner count once."""

    points_m: Floats
    owners: Integers


def geometries(queryset: QuerySet[Model], column: str) -> Geometries:
    """The column as shapely geometries, in the queryset's order."""
    rows = queryset.annotate(wkb_of_column=AsWKB(column)).values_list("wkb_of_column", flat=True)
    return np.asarray(shapely.from_wkb([bytes(wkb) for wkb in rows]), dtype=object)


def located_stations() -> QuerySet[Station]:
    located = in_territory(Station).filter(precision__in=MEASURABLE, location__isnull=False)
    return located.order_by("code")


def station_inputs(codes: Sequence[str] | None = None) -> StationInputs:
    """The stations with a measurable position; all of them, or those with the given codes."""
    stations = located_stations()
    if codes is not None:
        stations = stations.filter(code__in=codes)
    rows = list(stations.annotate(wkb=AsWKB("location")).values_list("pk", "code", "name", "wkb"))
    unknown = sorted(set(codes or ()) - {code for _pk, code, *_ in rows})
    if unknown:
        raise AnalysisError(
            f"Expected codes of located stations, found {', '.join(unknown)}: `gisplan stations` lists the codes."
        )
    if not rows:
        raise AnalysisError(
            "Expected at least one station with a known position, found none in this territory: "
            "load a register of stations first."
        )
    ids, known, names, wkb = zip(*rows, strict=True)
    points = shapely.from_wkb([bytes(one) for one in wkb])
    return StationInputs(list(ids), list(known), list(names), shapely.get_coordinates(points))


def people_inputs() -> PeopleInputs:
    """People on the latest edition's municipalities, and on the newest grid of cells or sections."""
    edition = TerritoryEdition.objects.filter(populations__isnull=False).order_by("-valid_from").first()
    if edition is None:
        raise AnalysisError("Expected a loaded territory, found none: run `gisplan load_territory` first.")
    boundaries = MunicipalityBoundary.objects.filter(
        edition=edition, municipality__populations__edition=edition
    )
    populations = Population.objects.filter(edition=edition, municipality__boundaries__edition=edition)
    rows = list(
        populations.order_by("municipality__istat_code").values_list(
            "females",
            "males",
            "municipality__istat_code",
            "municipality__name",
            "municipality__in_territory",
        )
    )
    grid, cells, cell_people = _people_grid()
    by_age = np.array([np.add(females, males) for females, males, *_ in rows], np.float64).reshape(-1, AGES)
    by_group = [by_age[:, first : last + 1].sum(axis=1) for first, last in AGE_GROUPS.values()]
    return PeopleInputs(
        edition.code,
        [row[2] for row in rows],
        [row[3] for row in rows],
        np.array([row[4] for row in rows], dtype=bool),
        geometries(boundaries.order_by("municipality__istat_code"), "geometry"),
        np.column_stack(by_group),
        by_age,
        grid,
        cells,
        cell_people,
    )


def _people_grid() -> tuple[str, Geometries, Floats]:
    """The newest grid with its areas and everyone in them; empty where none is loaded."""
    grid = PeopleGrid.objects.select_related("layer").first()
    if grid is None:
        return "", np.empty(0, dtype=object), np.empty(0)
    features = read_features(grid.layer, properties=[grid.people_column])
    people = np.array(
        [0 if value is None else value for value in features.columns[grid.people_column]], float
    )
    return str(grid), features.geometries, people


def place_inputs() -> dict[str, PlaceInputs]:
    """By column of the bands: schools, hospitals (no private clinics), health sites, interventions."""
    return {
        "schools": _register(School.objects.all()),
        "hospitals": _register(Hospital.objects.exclude(kind=Hospital.Kind.PRIVATE_CLINIC)),
        "health_sites": _register(HealthSite.objects.all()),
        "interventions": _intervention_places(),
    }


def _register(places: QuerySet[P]) -> PlaceInputs:
    located = places.filter(precision__in=MEASURABLE, location__isnull=False).order_by("code")
    return _points(geometries(located, "location"), located.values_list("pk", flat=True))


def _intervention_places() -> PlaceInputs:
    """The stations that interventions name, and a point on what was drawn for them."""
    places = PlanPlace.objects.filter(intervention__isnull=False, precision__in=MEASURABLE).order_by("pk")
    at_stations = places.filter(station__location__isnull=False)
    drawn = places.filter(station__isnull=True, geometry__isnull=False)
    points = np.concatenate(
        [
            geometries(at_stations, "station__location"),
            shapely.point_on_surface(geometries(drawn, "geometry")),
        ]
    )
    owners = [
        *at_stations.values_list("intervention", flat=True),
        *drawn.values_list("intervention", flat=True),
    ]
    return _points(points, owners)


def _points(points: Geometries, owners: Iterable[int]) -> PlaceInputs:
    return PlaceInputs(shapely.get_coordinates(points), np.fromiter(owners, dtype=np.int64))


class Digest:
    """SHA-256 of texts, numbers, arrays and geometries in the order given, which can be gone on with."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()

    def of(self, parts: Iterable[object]) -> "Digest":
        """That of what was read before and of these parts; this one stays as it is."""
        following = Digest()
        following._whole = self._whole.copy()
        for part in parts:
            data = _bytes_of(part)
            following._whole.update(len(data).to_bytes(8, "big") + data)
        return following

    @property
    def text(self) -> str:
        return self._whole.hexdigest()


def _bytes_of(part: object) -> bytes:
    if not isinstance(part, np.ndarray):
        return repr(part).encode()
    if part.dtype == object:
        return b"".join(shapely.to_wkb(part))
    return np.ascontiguousarray(part).tobytes()


def digest(parts: Iterable[object]) -> str:
    """The whole digest of the parts."""
    return Digest().of(parts).text
