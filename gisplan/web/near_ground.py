"""What a page draws only from nearer, streets and catchments, where a sheet or a file is near enough for it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import cos, log2, radians
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.utils.translation import gettext as _

from gisplan.analysis.band_tiles import bands_within, newest_band_ids
from gisplan.analysis.ground_tiles import degrees_box
from gisplan.analysis.inputs import Geometries
from gisplan.analysis.railways import railway_lines, railways_within
from gisplan.analysis.street_tiles import drawable_networks, streets_within
from gisplan.maps.spec import Bounds, MapLayer, MapSpec, Source
from gisplan.web.features import collection, feature
from gisplan.web.layer_overviews import sheet_box
from gisplan.web.map_view import SCREEN_PX
from layers import crs

Shaped = tuple[int, dict[str, Any]]  # place of the class, and GeoJSON in degrees
_TILE_PX = 512  # of the page's vector tiles: their zoom is one less than the map's
_DOTS = 2000  # what a sheet can show from side to side
_M_PER_DEGREE = 111_320


def with_near_ground(spec: MapSpec) -> MapSpec:
    """The layers of tiles that have no source, drawn where the bounds are near enough; elsewhere as they were."""
    bounds = spec.extent()
    zoom = int(log2(SCREEN_PX[0] * 360 / (_TILE_PX * (bounds[2] - bounds[0]))))
    layers = (
        _filled(layer, sheet_box(bounds), zoom)
        if layer.tiles and not layer.source and layer.visible and zoom >= layer.tiles.first_zoom
        else layer
        for layer in spec.layers
    )
    return replace(spec, layers=tuple(layers), bounds=bounds)


def street_sources(specs: Sequence[MapSpec]) -> tuple[Source, ...]:
    """The files of the streets, where any are drawn."""
    if not any(layer.key in ("streets", "railways") for spec in specs for layer in spec.layers):
        return ()
    names = ", ".join(row.file_name for row in drawable_networks())
    return (Source(_("Strade: %(files)s") % {"files": names}),)


def _filled(layer: MapLayer, bounds: Bounds, zoom: int) -> MapLayer:
    west, south, east, north = bounds
    dot_m = (east - west) * _M_PER_DEGREE * cos(radians((south + north) / 2)) / _DOTS
    found = _SHAPES[layer.key](bounds, zoom, dot_m) if layer.key in _SHAPES else []
    if not found:
        return layer
    places = {place for place, _shape in found}
    return replace(
        layer,
        data=collection(
            feature(shape, id=f"{layer.key}-{place}", name=layer.title, c=place) for place, shape in found
        ),
        classes=tuple(one for one in layer.classes if one.value in places),
        tiles=None,
    )


def _bands(bounds: Bounds, zoom: int, dot_m: float) -> list[Shaped]:
    return bands_within(newest_band_ids(), bounds, tolerance_m=dot_m)


def _streets(bounds: Bounds, zoom: int, dot_m: float) -> list[Shaped]:
    return _joined(streets_within(drawable_networks(), degrees_box(*bounds), zoom=zoom), dot_m)


def _railways(bounds: Bounds, zoom: int, dot_m: float) -> list[Shaped]:
    found = railways_within(railway_lines(drawable_networks()), degrees_box(*bounds), zoom=zoom)
    return _joined(found, dot_m)


def _joined(found: Mapping[int, Geometries], dot_m: float) -> list[Shaped]:
    """Each class as one shape, in degrees."""
    shapes = []
    for place, lines in found.items():
        whole = np.array([shapely.multilinestrings(shapely.simplify(lines, dot_m))], dtype=object)
        (moved,) = crs.transform(whole, settings.STORED_SRID, crs.WGS84).geometries
        shapes.append((place, json.loads(shapely.to_geojson(moved))))
    return shapes


_SHAPES: dict[str, Callable[[Bounds, int, float], list[Shaped]]] = {
    "bands": _bands,
    "streets": _streets,
    "railways": _railways,
}
