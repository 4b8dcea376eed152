"""Random layers through every writable format and back: equal but for what the format itself loses.

| format | loses |
|---|---|
| shapefile | names beyond 10 bytes, texts beyond 254 bytes; an empty text is null |
| GeoPackage | nothing |
| GeoJSON, newline-delimited GeoJSON | digits of a degree after the seventh: 1 cm |
| FlatGeobuf | the order of features, unless it is written without its index, as here |
| GML | letters of a name that XML does not allow; an empty text is null |
| KML | digits of a degree after the 15th; an empty text is null; integers and dates are text; a column of nothing |
| CSV | an empty text is null; a column of nothing but numbers or dates is one of them |
"""

import datetime
import string
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.importing import import_layer
from layers.serving.features import read_features

pytestmark = pytest.mark.django_db

_LETTERS = string.ascii_letters + string.digits + " àèéìòùÀÈßçñ€’'\"<>&;,|%_-./\\😀中"
_TEXT = st.text(_LETTERS, max_size=20).map(str.strip)
_INTEGERS = st.integers(-(2**31) + 1, 2**31 - 1)
_REALS = st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 4))
_DATES = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1))
_NAMES = st.text(string.ascii_lowercase + "àèì _-123", min_size=1, max_size=9).map(str.strip).filter(bool)


@dataclass(frozen=True)
class Format:
    """`value` is what a value becomes on its way; `tolerance_m` how far a vertex may move."""

    file: str
    driver: str
    srid: int
    value: Callable[[Any], Any]
    tolerance_m: float = 0.0


def same(value: Any) -> Any:
    return value


def kml_value(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return f"{value:%Y/%m/%d}"
    return str(value) if isinstance(value, int) else empty_is_null(value)


def empty_is_null(value: Any) -> Any:
    return None if value == "" else value


FORMATS = (
    Format("a.shp", "ESRI Shapefile", 32632, empty_is_null),
    Format("a.gpkg", "GPKG", 32632, same),
    Format("a.geojson", "GeoJSON", 4326, same, 0.02),
    Format("a.geojsonl", "GeoJSONSeq", 4326, same, 0.02),
    Format("a.fgb", "FlatGeobuf", 32632, same),
    Format("a.gml", "GML", 32632, empty_is_null, 1e-6),
    Format("a.kml", "LIBKML", 4326, kml_value, 0.001),
    Format("a.csv", "CSV", 32632, empty_is_null, 1e-6),
)


@st.composite
def layers(draw: st.DrawFn) -> tuple[list[Any], dict[str, list[Any]]]:
    """Up to six features of one family around Torino, in metres, and a column of each kind."""
    count = draw(st.integers(1, 6))
    kind = draw(st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon"]))
    places = [
        (380_000 + draw(st.integers(0, 40_000)) / 4, 4_970_000 + draw(st.integers(0, 40_000)) / 4)
        for _ in range(count)
    ]
    columns = {
        "testo": [draw(st.none() | _TEXT) for _ in range(count)],
        "intero": [draw(st.none() | _INTEGERS) for _ in range(count)],
        "reale": [draw(st.none() | _REALS) for _ in range(count)],
        "giorno": [draw(st.none() | _DATES) for _ in range(count)],
        draw(_NAMES): [draw(_TEXT) for _ in range(count)],
    }
    return [_geometry(kind, x, y) for x, y in places], columns


def _geometry(kind: str, x: float, y: float) -> Any:
    square = shapely.box(x, y, x + 50, y + 25)
    return {
        "Point": shapely.Point(x, y),
        "LineString": shapely.LineString([(x, y), (x + 10, y + 5), (x + 20, y)]),
        "Polygon": square.difference(shapely.box(x + 10, y + 5, x + 20, y + 10)),
        "MultiPolygon": shapely.MultiPolygon([square, shapely.box(x + 100, y, x + 110, y + 10)]),
    }[kind]


def written(folder: Path, kind: Format, geometries: list[Any], columns: dict[str, list[Any]]) -> Path:
    moved = np.array(geometries, dtype=object)
    if kind.srid == 4326:
        to = _degrees()
        moved = np.array([shapely.transform(g, to) for g in geometries], dtype=object)
    path = folder / kind.file
    options = {"CSV": {"GEOMETRY": "AS_WKT"}, "FlatGeobuf": {"SPATIAL_INDEX": "NO"}}.get(kind.driver, {})
    pyogrio.raw.write(
        path,
        shapely.to_wkb(moved),
        [_array(name, values) for name, values in columns.items()],
        list(columns),
        field_mask=[
            np.array([v is None for v in values]) if name in _KINDS else None
            for name, values in columns.items()
        ],
        geometry_type=geometries[0].geom_type,
        crs=f"EPSG:{kind.srid}",
        driver=kind.driver,
        encoding="UTF-8" if kind.driver == "ESRI Shapefile" else None,
        **options,
    )
    return path


_KINDS = {"intero": np.int64, "reale": np.float64, "giorno": "datetime64[D]"}
_ZEROS = {"intero": 0, "reale": 0.0, "giorno": datetime.date(2000, 1, 1)}


def _array(name: str, values: list[Any]) -> Any:
    """What stands at a null is hidden by the mask."""
    if name not in _KINDS:
        return np.array(values, dtype=object)
    return np.array([_ZEROS[name] if v is None else v for v in values], dtype=_KINDS[name])


def _degrees() -> Callable[[Any], Any]:
    from pyproj import Transformer

    to = Transformer.from_crs(32632, 4326, always_xy=True)
    return lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1]))


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.file)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(layer=layers())
def test_layer_comes_back_equal_but_for_the_formats_own_loss(
    kind: Format, layer: tuple[list[Any], dict[str, list[Any]]]
) -> None:
    geometries, columns = layer
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), kind, geometries, columns)
        report = import_layer(path, name="giro", srid=kind.srid if kind.driver == "CSV" else None)
    assert report.features_stored == len(geometries)
    back = read_features("giro")
    for found, expected in zip(back.geometries, geometries, strict=True):
        assert found.geom_type.removeprefix("Multi") == expected.geom_type.removeprefix("Multi")
        assert shapely.hausdorff_distance(found, expected) <= kind.tolerance_m
        assert found.area == pytest.approx(expected.area, abs=0.1 + kind.tolerance_m * expected.length)
    names = {column["source_name"]: column["name"] for column in report.columns}
    last = list(names.values())[-len(columns) :]  # where names are cut or changed, their order stays
    for position, (name, values) in enumerate(columns.items()):
        column = names.get(name, last[position] if kind.driver in {"GML", "ESRI Shapefile"} else "")
        if kind.driver == "LIBKML" and not column:
            assert not any(values)  # LIBKML leaves out a column of nothing
            continue
        stored = [_plain(value) for value in back.columns[column]]
        expected = [kind.value(value) for value in values]
        if kind.driver == "CSV" and any(isinstance(value, int | float) for value in stored):
            expected = [None if value is None else float(value) for value in expected]
        assert [_comparable(value) for value in stored] == [_close(value) for value in expected], name


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _comparable(value: Any) -> Any:
    return value.date() if isinstance(value, datetime.datetime) else value


def _close(value: Any) -> Any:
    return pytest.approx(value, rel=1e-12, abs=1e-9) if isinstance(value, float) else value
