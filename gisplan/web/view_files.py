"""A view as data: a workbook with a sheet a table, and a GeoPackage with a layer a layer, written a batch at a time."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyogrio.raw
import shapely
from django.conf import settings
from django.utils.translation import gettext as _

from gisplan.analysis.inputs import Geometries
from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapLayer
from layers import crs
from layers.models import Version
from layers.serving import batches
from layers.workbooks import MOST_ROWS, Workbook, free_name

_SCALARS = (bool, int, float, str)
About = Sequence[tuple[str, str]]


def projected(geometries: Geometries) -> Geometries:
    """Degrees to the metres of the stored system."""
    if not len(geometries):
        return geometries
    moved: Geometries = crs.transform(geometries, crs.WGS84, settings.STORED_SRID).geometries
    return moved


def version_of(layer: MapLayer) -> Version | None:
    """The imported version behind a layer of a map, which holds more than the map shows."""
    return Version.objects.select_related("layer").get(pk=int(layer.source)) if layer.source else None


def workbook(about: About, tables: Sequence[PrintTable], imported: Sequence[MapLayer]) -> IO[bytes]:
    """XLSX: what the view is, a sheet for each table that has rows, and one for each imported layer, whole."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "view.xlsx"
        with Workbook(path) as book:
            book.sheet("gisplan", [_("Voce"), _("Valore")], about)
            for table in tables:
                if table.rows:
                    rows = ([_cell(value) for value in row] for row in table.rows)
                    book.sheet(table.name, _distinct(table.columns), rows)
            for layer in imported:
                if version := version_of(layer):
                    columns = _distinct(["id", *(column["name"] for column in version.columns)])
                    book.sheet(layer.key, columns, batches.rows(version, most=MOST_ROWS - 1))
        return path.open("rb")  # the name goes with the folder, the file with its last reader


def too_long(imported: Sequence[MapLayer]) -> list[tuple[MapLayer, Version]]:
    """The layers of which a sheet holds only the first rows."""
    found = [(layer, version_of(layer)) for layer in imported]
    return [(layer, one) for layer, one in found if one and one.feature_count > MOST_ROWS - 1]


def geopackage(
    layers: Sequence[tuple[str, MapLayer]], about: About, tables: Sequence[PrintTable]
) -> IO[bytes]:
    """The layers by name in the stored system, imported ones whole, the tables, and what the view is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "view.gpkg"
        _write(path, "gisplan", None, {"what": [a for a, _ in about], "value": [b for _, b in about]})
        taken = {"gisplan"}
        for name, layer in layers:
            version = version_of(layer)
            if version:
                batches.append_to_geopackage(version, path, layer=_taken(name, taken))
            elif layer.located:
                _write_layer(path, layer, _taken(name, taken))
        for table in tables:
            if table.rows:
                names = _distinct(table.columns)
                columns = {name: [_cell(row[k]) for row in table.rows] for k, name in enumerate(names)}
                _write(path, _taken(f"table_{table.name}", taken), None, columns)
        return path.open("rb")


def _taken(name: str, taken: set[str]) -> str:
    new = free_name(name, taken)
    taken.add(new.lower())
    return new


def _write_layer(path: Path, layer: MapLayer, name: str) -> None:
    located = layer.located
    shapes = np.array([shapely.from_geojson(json.dumps(one["geometry"])) for one in located], dtype=object)
    fields = [(layer.id_field, "code"), (layer.name_field, "name")]
    fields += [(field, label) for field, label in layer.popup if field != layer.id_field]
    if layer.class_field:
        fields.append((layer.class_field, "class"))
    names = _distinct([label for _, label in fields])
    columns = {
        shown: [_cell(one["properties"].get(field)) for one in located]
        for shown, (field, _) in zip(names, fields, strict=True)
    }
    _write(path, name, projected(shapes), columns)


def _write(path: Path, name: str, shapes: Geometries | None, columns: Mapping[str, list[Any]]) -> None:
    """One more layer; without shapes it is a table."""
    typed = [_typed(values) for values in columns.values()]
    pyogrio.raw.write(
        path,
        geometry=None if shapes is None else shapely.to_wkb(shapes),
        field_data=[data for data, _ in typed],
        field_mask=[mask for _, mask in typed],
        fields=list(columns),
        layer=name,
        driver="GPKG",
        geometry_type=None if shapes is None else _geometry_type(shapes),
        crs=None if shapes is None else f"EPSG:{settings.STORED_SRID}",
        append=path.exists(),
    )


def _geometry_type(shapes: Geometries) -> str:
    kinds = {shape.geom_type for shape in shapes}
    return kinds.pop() if len(kinds) == 1 else "Unknown"


def _cell(value: Any) -> Any:
    """What a spreadsheet may hold: numbers and text; lists and the rest as text."""
    if value is None or isinstance(value, _SCALARS):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _typed(values: list[Any]) -> tuple[Any, Any]:
    missing = np.array([value is None for value in values], dtype=bool)
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        return np.array([0.0 if value is None else float(value) for value in values]), missing
    return np.array(["" if value is None else str(value) for value in values], dtype=object), missing


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, each once whatever its case: a second one gets a number."""
    found: list[str] = []
    for name in names:
        new, k = name, 2
        while new.lower() in {one.lower() for one in found}:
            new, k = f"{name} {k}", k + 1
        found.append(new)
    return found
