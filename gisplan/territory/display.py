"""Boundaries and places for the screen; boundaries are simplified together, so that neighbours keep one line."""

from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import shapely
from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db.models import QuerySet

from gisplan.territory.models import Municipality, MunicipalityBoundary, Place, TerritoryEdition

SCREEN_SRID = 4326
# Tolerance in degrees, and the decimals that go with it.
OVERVIEW = (0.0012, 4)  # about 100 m: a pixel at zoom 10, where the whole territory is on the screen
DETAIL = (0.0002, 5)
DECIMALS = 5  # about a metre

PlaceRow = TypeVar("PlaceRow", bound=Place)
Bounds = tuple[float, float, float, float]
Geometries = dict[str, dict[str, Any]]


def boundary_geometries(edition: TerritoryEdition, *, detailed: bool = False) -> Geometries:
    """ISTAT code -> GeoJSON in EPSG:4326 of each municipality; with `detailed` the neighbours' too."""
    if detailed:
        return _simplified(edition.pk, edition.input_digest, DETAIL, in_territory=None)
    return _simplified(edition.pk, edition.input_digest, OVERVIEW, in_territory=True)


@lru_cache(maxsize=4)
def _simplified(
    edition_pk: int,
    digest: str,  # an edition that was loaded anew is another key
    detail: tuple[float, int],
    *,
    in_territory: bool | None,
) -> Geometries:
    boundaries = MunicipalityBoundary.objects.filter(edition_id=edition_pk)
    if in_territory is not None:
        boundaries = boundaries.filter(municipality__in_territory=in_territory)
    rows = boundaries.annotate(on_screen=Transform("geometry", SCREEN_SRID)).values_list(
        "municipality__istat_code", "on_screen"
    )
    codes = [code for code, _ in rows]
    shapes = np.array([shapely.from_wkb(bytes(shape.wkb)) for _, shape in rows], dtype=object)
    tolerance_deg, decimals = detail
    simple = shapely.coverage_simplify(shapes, tolerance_deg) if len(shapes) else shapes
    return {code: _geojson(shape, decimals) for code, shape in zip(codes, simple, strict=True)}


def territory_bounds(edition: TerritoryEdition) -> Bounds:
    """West, south, east, north in degrees of the whole territory."""
    return _bounds(edition.pk, edition.input_digest)


@lru_cache(maxsize=4)
def _bounds(edition_pk: int, digest: str) -> Bounds:
    inside = MunicipalityBoundary.objects.filter(edition_id=edition_pk, municipality__in_territory=True)
    bounds: Bounds = inside.aggregate(all=Extent(Transform("geometry", SCREEN_SRID)))["all"]
    return bounds


def bounds_of(municipalities: QuerySet[Municipality]) -> Bounds | None:
    """The same of some municipalities, in any edition; None where there are none."""
    shapes = MunicipalityBoundary.objects.filter(municipality__in=municipalities.values("pk"))
    bounds: Bounds | None = shapes.aggregate(all=Extent(Transform("geometry", SCREEN_SRID)))["all"]
    return bounds


def points(places: QuerySet[PlaceRow]) -> list[tuple[PlaceRow, dict[str, Any] | None]]:
    """Each place with the GeoJSON of its point in EPSG:4326; None where it has none."""
    rows: QuerySet[Any] = places.select_related("municipality")
    rows = rows.annotate(on_screen=Transform("location", SCREEN_SRID))
    return [(row, None if row.on_screen is None else _point(row.on_screen)) for row in rows]


def _point(point: Point) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(point.x, DECIMALS), round(point.y, DECIMALS)]}


def screen_geometry(shape: GEOSGeometry) -> dict[str, Any]:
    """GeoJSON in EPSG:4326 of a stored geometry."""
    return _geojson(shapely.from_wkb(bytes(shape.transform(SCREEN_SRID, clone=True).wkb)))


def screen_bounds(shape: GEOSGeometry, *, margin_m: float = 0) -> Bounds:
    """West, south, east, north in degrees of a stored geometry and the metres around it."""
    around = shape.buffer(margin_m) if margin_m else shape
    bounds: Bounds = around.transform(SCREEN_SRID, clone=True).extent
    return bounds


def _geojson(shape: shapely.Geometry, decimals: int = DECIMALS) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda places: np.round(places, decimals))
    return dict(shapely.geometry.mapping(rounded))
