"""Boundaries for the screen: simplified together, so that neighbours keep one common line."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import Transform
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db.models import QuerySet

from gisplan.territory.models import MunicipalityBoundary, Place, TerritoryEdition

SCREEN_SRID = 4326
TOLERANCE_DEG = 0.0012  # about 100 m: a pixel and a half at zoom 11
DECIMALS = 5  # about a metre

PlaceRow = TypeVar("PlaceRow", bound=Place)


def boundary_features(
    edition: TerritoryEdition, istat_codes: Iterable[str] | None = None
) -> dict[str, dict[str, Any]]:
    """ISTAT code -> GeoJSON geometry in EPSG:4326 of the territory's municipalities, or of the given ones."""
    shapes = _simplified(edition.pk, edition.input_digest)
    return shapes if istat_codes is None else {code: shapes[code] for code in istat_codes if code in shapes}


@lru_cache(maxsize=4)
def _simplified(edition_pk: int, digest: str) -> dict[str, dict[str, Any]]:  # the digest is part of the key
    rows = (
        MunicipalityBoundary.objects.filter(edition_id=edition_pk, municipality__in_territory=True)
        .annotate(on_screen=Transform("geometry", SCREEN_SRID))
        .values_list("municipality__istat_code", "on_screen")
    )
    codes = [code for code, _ in rows]
    shapes = np.array([shapely.from_wkb(bytes(shape.wkb)) for _, shape in rows], dtype=object)
    simple = shapely.coverage_simplify(shapes, TOLERANCE_DEG) if len(shapes) else shapes
    return {code: _geojson(shape) for code, shape in zip(codes, simple, strict=True)}


def _geojson(shape: shapely.Geometry) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda places: np.round(places, DECIMALS))
    return dict(shapely.geometry.mapping(rounded))


def located(places: QuerySet[PlaceRow]) -> QuerySet[PlaceRow]:
    """The places with `on_screen`: their point in EPSG:4326, or None."""
    return places.select_related("municipality").annotate(on_screen=Transform("location", SCREEN_SRID))


def point_geometry(point: Point | None) -> dict[str, Any] | None:
    """GeoJSON of a point in EPSG:4326; None where there is none."""
    if point is None:
        return None
    return {"type": "Point", "coordinates": [round(point.x, DECIMALS), round(point.y, DECIMALS)]}


def screen_geometry(shape: GEOSGeometry) -> dict[str, Any]:
    """GeoJSON in EPSG:4326 of a stored geometry."""
    return _geojson(shapely.from_wkb(bytes(shape.transform(SCREEN_SRID, clone=True).wkb)))
