"""Kept results as tables and files: CSV, XLSX and GeoPackage, with the unit in each header."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.geopackages import write_geopackage_of
from gisplan.analysis.models import Band, Run
from gisplan.analysis.reaching import BAND_COLUMNS
from gisplan.analysis.results import Table, headers, tables_of
from layers.writing import whole_file

SUFFIXES = (".gpkg", ".csv", ".xlsx")


def run_tables(run: Run) -> list[dict[str, Any]]:
    """The tables of a run: those it keeps, or its bands."""
    if run.result:
        features = run.result.get("features", {}).get("features", [])
        own = [features_table(features)] if features and "minutes" in features[0]["properties"] else []
        return [*tables_of(run.result), *own]
    bands = Band.objects.filter(run=run).select_related("station").order_by("station__code", "minutes")
    return [band_table(bands.defer("geometry"))]


def band_table(bands: Iterable[Band]) -> dict[str, Any]:
    """Bands of stations, a row each."""
    rows = [
        [band.station.code, band.station.name, *(getattr(band, name) for name in BAND_COLUMNS)]
        for band in bands
    ]
    return Table("bands", ["station_code", "station", *BAND_COLUMNS], rows).as_json()


def provenance(run: Run) -> dict[str, Any]:
    """What the figures stand on, as a table of its own: it travels with them."""
    rows = [
        ["run", str(run.pk)],
        ["method", run.method],
        ["computed", run.created_at.isoformat(timespec="seconds")],
        ["engine_version", run.engine_version],
        *([f"edition: {kind}", str(code)] for kind, code in run.editions.items()),
        *([f"parameter: {name}", _as_text(value)] for name, value in run.parameters.items()),
        ["input_digest", run.input_digest],
        ["content_digest", run.content_digest],
    ]
    return Table("how_computed", ["name", "value"], rows).as_json()


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def features_table(features: list[dict[str, Any]]) -> dict[str, Any]:
    """The bands of a hub, the smallest first."""
    rows = [[one["properties"][name] for name in BAND_COLUMNS] for one in reversed(features)]
    return Table("bands", list(BAND_COLUMNS), rows).as_json()


def check_out(path: Path, *, overwrite: bool = False) -> None:
    """Refuse a name or a place before the work is done; a file that is there is never replaced in silence."""
    if path.is_dir():
        raise AnalysisError(f"Expected a file name to write, found the folder {path}: add a file name to it.")
    if path.suffix.lower() not in SUFFIXES:
        raise AnalysisError(
            f"Expected a file name that ends in {', '.join(SUFFIXES)}, found {path.name}: rename it."
        )
    if path.exists() and not overwrite:
        raise AnalysisError(
            f"Expected a new file to write, found {path}: choose another name, or give --overwrite."
        )
    if not path.parent.is_dir():
        raise AnalysisError(f"Expected an existing folder to write {path.name} in, found none: make it.")


def write_run(run: Run, path: Path, *, overwrite: bool = False) -> int:
    """Write a run as the file's name says; the number of rows of its first table or layer."""
    check_out(path, overwrite=overwrite)
    if path.suffix.lower() == ".gpkg":
        return write_geopackage_of(run, path)
    tables = run_tables(run)
    content = (
        xlsx_of([*tables, provenance(run)])
        if path.suffix.lower() == ".xlsx"
        else csv_of(tables[0]).encode("utf-8-sig")
    )
    with whole_file(path) as partial:
        partial.write_bytes(content)
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


def _typed(values: list[Any]) -> tuple[Any, Any]:
    """Numbers as numbers, the rest as text, and the mask of what is not known."""
    missing = np.array([value is None for value in values], dtype=bool)
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, int | float) and not isinstance(value, bool) for value in present):
        return np.array([0.0 if value is None else float(value) for value in values]), missing
    return np.array(["" if value is None else str(value) for value in values], dtype=object), missing
