"""Kept results as files for QGIS and spreadsheets: GeoPackage, CSV and XLSX, with the unit in each header."""

import csv
import io
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from django.conf import settings

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.inputs import Geometries, geometries
from gisplan.analysis.models import Band, Run
from gisplan.analysis.reaching import BAND_COLUMNS
from gisplan.analysis.results import Table, headers, tables_of
from gisplan.territory.models import MunicipalityBoundary, Station
from layers import crs
from layers.writing import write_geopackage

SUFFIXES = (".gpkg", ".csv", ".xlsx")


def write_bands(run: Run, path: Path) -> int:
    """Write a catchment run as the layer `bands` of a GeoPackage in the stored CRS; the number of rows."""
    bands = list(Band.objects.filter(run=run).select_related("station").order_by("station__code", "minutes"))
    columns: dict[str, list[object]] = {
        "station_code": [band.station.code for band in bands],
        "station_name": [band.station.name for band in bands],
    }
    columns |= {name: [getattr(band, name) for band in bands] for name in BAND_COLUMNS}
    columns["run"] = [run.pk] * len(bands)
    write_geopackage(
        path,
        layer="bands",
        geometries=np.asarray(shapely.from_wkb([bytes(band.geometry.wkb) for band in bands]), dtype=object),
        columns=columns,
        geometry_type="MultiPolygon",
        srid=settings.STORED_SRID,
    )
    return len(bands)


def run_tables(run: Run) -> list[dict[str, Any]]:
    """The tables of a run: those it keeps, or its bands."""
    if run.result:
        features = run.result.get("features", {}).get("features", [])
        own = [features_table(features)] if features and "minutes" in features[0]["properties"] else []
        return [*tables_of(run.result), *own]
    bands = Band.objects.filter(run=run).select_related("station").order_by("station__code", "minutes")
    rows = [
        [band.station.code, band.station.name, *(getattr(band, name) for name in BAND_COLUMNS)]
        for band in bands.defer("geometry")
    ]
    return [Table("bands", ["station_code", "station", *BAND_COLUMNS], rows).as_json()]


def features_table(features: list[dict[str, Any]]) -> dict[str, Any]:
    """The bands of a hub, the smallest first."""
    rows = [[one["properties"][name] for name in BAND_COLUMNS] for one in reversed(features)]
    return Table("bands", list(BAND_COLUMNS), rows).as_json()


def check_out(path: Path) -> None:
    """Refuse a name or a place before the work is done; a file that is there is never replaced in silence."""
    if path.suffix.lower() not in SUFFIXES:
        raise AnalysisError(
            f"Expected a file name that ends in {', '.join(SUFFIXES)}, found {path.name}: rename it."
        )
    if path.exists():
        raise AnalysisError(f"Expected a new file to write, found {path}: choose another name.")
    if not path.parent.is_dir():
        raise AnalysisError(f"Expected an existing folder to write {path.name} in, found none: make it.")


def write_run(run: Run, path: Path) -> int:
    """Write a run as the file's name says; the number of rows of its first table."""
    check_out(path)
    tables = run_tables(run)
    if path.suffix.lower() == ".gpkg":
        return _write_geopackage(run, tables[0], path)
    content = xlsx_of(tables) if path.suffix.lower() == ".xlsx" else csv_of(tables[0]).encode("utf-8-sig")
    path.write_bytes(content)
    return len(tables[0]["rows"])


def csv_of(table: Mapping[str, Any]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(headers(table))
    writer.writerows(table["rows"])
    return written.getvalue()


def xlsx_of(tables: list[dict[str, Any]]) -> bytes:
    """One sheet a table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.xlsx"
        for k, table in enumerate(tables):
            columns = [_typed([row[i] for row in table["rows"]]) for i in range(len(table["columns"]))]
            pyogrio.raw.write(
                str(path),
                geometry=None,
                field_data=[data for data, _ in columns],
                field_mask=[mask for _, mask in columns],
                fields=headers(table),
                layer=table["name"][:31],
                driver="XLSX",
                geometry_type=None,
                crs=None,
                append=k > 0,
            )
        return path.read_bytes()


def gpkg_of(run: Run) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.gpkg"
        _write_geopackage(run, run_tables(run)[0], path)
        return path.read_bytes()


def _typed(values: list[Any]) -> tuple[Any, Any]:
    """Numbers as numbers, the rest as text, and the mask of what is not known."""
    missing = np.array([value is None for value in values], dtype=bool)
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, int | float) and not isinstance(value, bool) for value in present):
        return np.array([0.0 if value is None else float(value) for value in values]), missing
    return np.array(["" if value is None else str(value) for value in values], dtype=object), missing


def _write_geopackage(run: Run, table: Mapping[str, Any], path: Path) -> int:
    """Bands or features with their ground; a table of municipalities or stations with theirs."""
    if not run.result:
        return write_bands(run, path)
    features = run.result.get("features", {}).get("features", [])
    if features:
        shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in features if one["geometry"]])
        moved: Geometries = crs.transform(np.asarray(shapes), crs.WGS84, settings.STORED_SRID).geometries
        rows = [one["properties"] for one in features if one["geometry"]]
        columns = {name: [row.get(name) for row in rows] for name in rows[0]}
        kind = "MultiPolygon"
    else:
        kind, places = _places_of(table)
        known = [row for row in table["rows"] if row[_key(table)] in places]
        moved = np.array([places[row[_key(table)]] for row in known], dtype=object)
        columns = {name: [row[i] for row in known] for i, name in enumerate(headers(table))}
    columns["run"] = [run.pk] * len(moved)
    write_geopackage(
        path,
        layer=run.method,
        geometries=moved,
        columns=columns,
        geometry_type=kind,
        srid=settings.STORED_SRID,
    )
    return len(moved)


def _key(table: Mapping[str, Any]) -> int:
    """Position of the column that names the place."""
    return next(
        k for k, name in enumerate(table["columns"]) if name in {"station_code", "istat_code", "code"}
    )


def _places_of(table: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if table["columns"][_key(table)] == "station_code":
        stations = Station.objects.filter(location__isnull=False).order_by("code")
        points = geometries(stations, "location")
        return "Point", dict(zip(stations.values_list("code", flat=True), points, strict=True))
    rows = MunicipalityBoundary.objects.order_by("municipality__istat_code", "edition__valid_from")
    shapes = geometries(rows, "geometry")
    return "MultiPolygon", dict(
        zip(rows.values_list("municipality__istat_code", flat=True), shapes, strict=True)
    )
