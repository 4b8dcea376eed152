"""Kept results as GeoPackages: the features of a run, and each of its tables whose rows have a known place."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.inputs import Geometries, geometries
from gisplan.analysis.models import Band, Run
from gisplan.analysis.reaching import BAND_COLUMNS
from gisplan.analysis.results import headers, tables_of
from gisplan.territory.models import MunicipalityBoundary, Station
from layers import crs
from layers.writing import OutLayer, write_layers

#: Columns whose value names a place of a register.
KEYS = ("station_code", "istat_code", "code")


def gpkg_of(run: Run) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.gpkg"
        write_geopackage_of(run, path)
        return path.read_bytes()


def write_geopackage_of(run: Run, path: Path) -> int:
    """In the stored CRS, the unit in each header; the number of features of the first layer."""
    layers = [_bands(run)] if not run.result else [*_features(run), *_tables(run)]
    if not layers:
        raise AnalysisError(
            f"Expected a result with places on the ground, found none in run {run.pk}: take the .csv or .xlsx."
        )
    write_layers(path, layers)
    return len(layers[0].geometries)


def _layer(run: Run, name: str, shapes: Any, kind: str, columns: Mapping[str, list[Any]]) -> OutLayer:
    numbered = {**columns, "run": [run.pk] * len(shapes)}
    return OutLayer(name, np.asarray(shapes, dtype=object), numbered, kind, settings.STORED_SRID)


def _bands(run: Run) -> OutLayer:
    """A catchment run as the layer `bands`, whose columns are promised to whoever reads it."""
    bands = list(Band.objects.filter(run=run).select_related("station").order_by("station__code", "minutes"))
    columns: dict[str, list[object]] = {
        "station_code": [band.station.code for band in bands],
        "station_name": [band.station.name for band in bands],
    }
    columns |= {name: [getattr(band, name) for band in bands] for name in BAND_COLUMNS}
    shapes = shapely.from_wkb([bytes(band.geometry.wkb) for band in bands])
    return _layer(run, "bands", shapes, "MultiPolygon", columns)


def _features(run: Run) -> list[OutLayer]:
    """The drawn result: bands of a hub, ground gained and lost."""
    found = [one for one in run.result.get("features", {}).get("features", []) if one["geometry"]]
    if not found:
        return []
    shapes = np.asarray(shapely.from_geojson([json.dumps(one["geometry"]) for one in found]), dtype=object)
    moved = crs.transform(shapes, crs.WGS84, settings.STORED_SRID).geometries
    rows = [one["properties"] for one in found]
    columns = {name: [row.get(name) for row in rows] for name in rows[0]}
    return [_layer(run, run.method, *_of_one_kind(moved), columns)]


def _of_one_kind(shapes: Geometries) -> tuple[Geometries, str]:
    """Polygons, single or multiple, as multiple ones; other shapes as they are."""
    kinds = {shape.geom_type for shape in shapes}
    if kinds <= {"Polygon", "MultiPolygon"}:
        multiple = [shapely.multipolygons(shapely.get_parts(shape)) for shape in shapes]
        return np.array(multiple, dtype=object), "MultiPolygon"
    return shapes, kinds.pop() if len(kinds) == 1 else "Unknown"


def _tables(run: Run) -> list[OutLayer]:
    layers = []
    for table in tables_of(run.result):
        placed = _placed(table)
        if placed is None:
            continue
        kind, shapes = placed
        kept = [k for k, shape in enumerate(shapes) if shape is not None]
        columns = {name: [table["rows"][k][i] for k in kept] for i, name in enumerate(headers(table))}
        if kept:
            layers.append(_layer(run, table["name"], [shapes[k] for k in kept], kind, columns))
    return layers


def _placed(table: Mapping[str, Any]) -> tuple[str, list[Any]] | None:
    """The ground of each row, None where it is not known; None for a table that names no places."""
    names = table["columns"]
    if {"x_m", "y_m"} <= set(names):
        x, y = names.index("x_m"), names.index("y_m")
        return "Point", [shapely.Point(row[x], row[y]) for row in table["rows"]]
    key = next((name for name in KEYS if name in names), None)
    if key is None:
        return None
    kind, places = _stations() if key == "station_code" else _municipalities()
    at = names.index(key)
    return kind, [places.get(row[at]) for row in table["rows"]]


def _stations() -> tuple[str, dict[str, Any]]:
    located = Station.objects.filter(location__isnull=False).order_by("code")
    points = geometries(located, "location")
    return "Point", dict(zip(located.values_list("code", flat=True), points, strict=True))


def _municipalities() -> tuple[str, dict[str, Any]]:
    rows = MunicipalityBoundary.objects.order_by("municipality__istat_code", "edition__valid_from")
    shapes = geometries(rows, "geometry")
    return "MultiPolygon", dict(
        zip(rows.values_list("municipality__istat_code", flat=True), shapes, strict=True)
    )
