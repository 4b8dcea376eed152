"""Each rule of repair: the stored value, and one issue with before, after and place."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from layers import curves
from layers.errors import LayersError
from layers.importing import import_layer
from layers.reports import ImportReport
from layers.serving.features import read_features

pytestmark = pytest.mark.django_db

Write = Callable[..., Path]
SQUARE = [[7.6, 45.0], [7.61, 45.0], [7.61, 45.01], [7.6, 45.01], [7.6, 45.0]]


def geojson(tmp_path: Path, geometries: list[dict[str, Any]], **columns: list[Any]) -> Path:
    path = tmp_path / "a.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {name: values[n] for name, values in columns.items()},
            "geometry": geometry,
        }
        for n, geometry in enumerate(geometries)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def issues(report: ImportReport, code: str) -> list[tuple[int | None, str | None, str | None]]:
    return [(issue.feature, issue.before, issue.after) for issue in report.issues if issue.code == code]


def place(report: ImportReport, code: str) -> tuple[float, float] | None:
    return next(issue.lon_lat for issue in report.issues if issue.code == code)


def test_open_ring_is_closed(tmp_path: Path) -> None:
    path = geojson(tmp_path, [{"type": "Polygon", "coordinates": [SQUARE[:-1]]}])
    report = import_layer(path, name="a")
    assert issues(report, "ring_closed") == [(0, None, "Polygon")]
    assert place(report, "ring_closed") == pytest.approx((7.605, 45.005))
    assert report.features_stored == 1


def test_vertices_that_repeat_are_removed(tmp_path: Path) -> None:
    line = [[7.6, 45], [7.6, 45], [7.7, 45], [7.7, 45], [7.7, 45]]
    report = import_layer(geojson(tmp_path, [{"type": "LineString", "coordinates": line}]), name="a")
    assert issues(report, "repeated_vertices") == [(0, "5 vertices", "2 vertices")]
    assert place(report, "repeated_vertices") == pytest.approx((7.65, 45.0))


def test_rings_that_touch_where_one_ends_are_no_repeats(tmp_path: Path) -> None:
    other = [[7.6, 45.0], [7.59, 45.0], [7.59, 44.99], [7.6, 44.99], [7.6, 45.0]]
    path = geojson(tmp_path, [{"type": "MultiPolygon", "coordinates": [[SQUARE], [other]]}])
    assert issues(import_layer(path, name="a"), "repeated_vertices") == []


def test_collection_gives_the_parts_of_the_layers_family(tmp_path: Path) -> None:
    polygon = {"type": "Polygon", "coordinates": [SQUARE]}
    point = {"type": "Point", "coordinates": [7.6, 45]}
    both = {"type": "GeometryCollection", "geometries": [point, polygon]}
    lost = {"type": "GeometryCollection", "geometries": [point]}
    report = import_layer(geojson(tmp_path, [polygon, both, lost]), name="a")
    assert issues(report, "collection_reduced") == [
        (1, "GeometryCollection of 1 Point, 1 Polygon", "MultiPolygon of 1")
    ]
    assert issues(report, "collapsed_geometry") == [(2, "GeometryCollection of 1 Point", None)]
    assert (report.features_stored, report.geometry_type) == (2, "MultiPolygon")


def test_collections_of_one_family_are_a_layer_of_it(tmp_path: Path) -> None:
    both = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [SQUARE]}] * 1}
    assert import_layer(geojson(tmp_path, [both]), name="a").geometry_type == "MultiPolygon"


def test_collection_that_holds_several_families_alone_is_refused(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": SQUARE[:2]}
    both = {"type": "GeometryCollection", "geometries": [line, {"type": "Polygon", "coordinates": [SQUARE]}]}
    with pytest.raises(LayersError) as refused:
        import_layer(geojson(tmp_path, [both]), dry_run=True)
    assert refused.value.code == "geometry_refused"


def test_layer_of_two_families_is_taken_in_parts(tmp_path: Path) -> None:
    path = geojson(
        tmp_path,
        [{"type": "Point", "coordinates": [7.6, 45]}, {"type": "Polygon", "coordinates": [SQUARE]}],
        n=[1, 2],
    )
    assert import_layer(path, name="a", source_layer="a:polygons").geometry_type == "MultiPolygon"
    assert list(read_features("a").columns["n"]) == [2]


def arc_gml(tmp_path: Path) -> Path:
    path = tmp_path / "archi.gml"
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2"'
        ' xmlns:x="http://example.org/x"><gml:featureMember><x:arco gml:id="a1"><x:n>1</x:n><x:geom><gml:Curve'
        ' srsName="urn:ogc:def:crs:EPSG::25832"><gml:segments><gml:Arc><gml:posList>395000 4990000 395100 4990100'
        " 395200 4990000</gml:posList></gml:Arc></gml:segments></gml:Curve></x:geom></x:arco></gml:featureMember>"
        "</gml:FeatureCollection>"
    )
    return path


def test_arc_becomes_chords_on_its_circle(tmp_path: Path) -> None:
    report = import_layer(arc_gml(tmp_path), name="a")
    assert issues(report, "curve_linearised") == [(0, "CircularString", "LineString")]
    (line,) = read_features("a").geometries
    radii = np.hypot(*(shapely.get_coordinates(line) - (395100, 4990000)).T)
    assert radii == pytest.approx(np.full(len(radii), 100.0), abs=0.05)
    assert line.length == pytest.approx(np.pi * 100, rel=1e-3)


def wkb(kind: int, *parts: bytes) -> bytes:
    return struct.pack("<BII", 1, kind, len(parts)) + b"".join(parts)


def string(kind: int, *points: tuple[float, float]) -> bytes:
    return struct.pack("<BII", 1, kind, len(points)) + b"".join(struct.pack("<dd", *p) for p in points)


@pytest.mark.parametrize(
    ("value", "area", "length", "name"),
    [
        (wkb(10, string(8, (0, 0), (2, 0), (0, 0))), np.pi, 2 * np.pi, "CurvePolygon"),
        (wkb(12, wkb(10, string(8, (0, 0), (2, 0), (0, 0)))), np.pi, 2 * np.pi, "MultiSurface"),
        (
            wkb(9, string(2, (-1, 0), (0, 0)), string(8, (0, 0), (1, 1), (2, 0))),
            0,
            1 + np.pi,
            "CompoundCurve",
        ),
        (wkb(11, string(8, (0, 0), (1, -1), (2, 0)), string(2, (0, 0), (2, 0))), 0, 2 + np.pi, "MultiCurve"),
        (string(8, (0, 0), (1, 0), (2, 0)), 0, 2, "CircularString"),
        (string(8, (0, 0), (-1, 1), (0, 2), (1, 3), (2, 2)), 0, 2 * np.pi, "CircularString"),
    ],
)
def test_curve_has_the_area_and_length_of_its_circle(
    value: bytes, area: float, length: float, name: str
) -> None:
    geometry, said = curves.linear(value)
    assert said == name
    assert geometry.area == pytest.approx(area, rel=3e-3)
    assert geometry.length == pytest.approx(length, rel=1e-3)


@pytest.mark.parametrize(
    "value",
    [
        b"", b"\x01", string(8, (0, 0))[:-3], struct.pack("<BII", 1, 9, 4_000_000_000), wkb(10), wkb(99),
        b"\x01\x0c\x00\x00\x00\x01\x00\x00\x00" * 40, wkb(9, string(8, (0, 0), (1, 1), (2, 0))[:20]),
    ],
)  # fmt: skip
def test_bytes_that_are_no_curve_are_no_geometry_and_no_error(value: bytes) -> None:
    good = string(8, (0, 0), (1, 1), (2, 0))
    read = curves.read_wkb(np.array([value, good, None], dtype=object))
    assert read.geometries[0] is None
    assert read.geometries[1].geom_type == "LineString"
    assert list(read.curves) == [1]


def test_dates_and_numbers_of_a_dbf_that_are_none_become_null(write_vector: Write) -> None:
    path = write_vector(
        "a.shp",
        [shapely.Point(395000 + n, 4990000) for n in range(5)],
        giorno=np.array(["2021-05-03"] * 5, dtype="datetime64[D]"),
        quanti=np.array([10.5] * 5),
        n=list(range(5)),
    )
    dbf = path.with_suffix(".dbf")
    raw = dbf.read_bytes()
    header, length = int.from_bytes(raw[8:10], "little"), int.from_bytes(raw[10:12], "little")
    rows = [bytearray(raw[header + n * length : header + (n + 1) * length]) for n in range(5)]
    width = raw[32 + 32 + 16]
    rows[1][1:9], rows[2][1:9], rows[3][1:9] = b"00000000", b"20231345", b"        "
    rows[4][9 : 9 + width] = b"*" * width
    rows[0][9 : 9 + width] = b"12abc".ljust(width)
    dbf.write_bytes(raw[:header] + b"".join(rows) + b"\x1a")
    report = import_layer(path, name="a")
    assert issues(report, "date_unreadable") == [(1, "giorno: 00000000", None), (2, "giorno: 20231345", None)]
    assert issues(report, "number_unreadable") == [
        (0, "quanti: 12abc", None), (4, "quanti: " + "*" * width, None),
    ]  # fmt: skip
    columns = read_features("a").columns
    assert [value is None for value in columns["giorno"]] == [False, True, True, True, False]
    assert [value is None for value in columns["quanti"]] == [True, False, False, False, True]
    assert place(report, "date_unreadable") == pytest.approx((7.667, 45.055), abs=0.01)


def test_text_that_holds_numbers_dates_or_null_stays_text_and_is_noted(write_vector: Write) -> None:
    path = write_vector(
        "a.gpkg",
        [shapely.Point(395000, 4990000), shapely.Point(395001, 4990000)],
        prezzo=["12,5", "7"],
        giorno=["2021-05-03", ""],
        nome=["NULL", "None"],
        altro=["1,5", "x"],
    )
    report = import_layer(path, name="a")
    assert issues(report, "number_as_text") == [(None, "prezzo: 12,5", None)]
    assert issues(report, "date_as_text") == [(None, "giorno: 2021-05-03", None)]
    columns = read_features("a").columns
    assert list(columns["prezzo"]) == ["12,5", "7"]
    assert list(columns["nome"]) == ["NULL", "None"]
    assert import_layer(path, name="b", strict=True).status == "stored"


def test_key_that_repeats_is_noted(write_vector: Write) -> None:
    points = [shapely.Point(395000 + n, 4990000) for n in range(4)]
    path = write_vector("a.gpkg", points, codice=["001", "002", "001", "001"], FID_1=[1, 1, 2, 2])
    assert issues(import_layer(path, name="a"), "key_repeated") == [(None, "codice: 001, 3 times", None)]


def test_column_name_of_ten_letters_may_be_cut(write_vector: Write) -> None:
    path = write_vector("a.shp", [shapely.Point(395000, 4990000)], denominazi=["x"], nome=["y"])
    assert issues(import_layer(path, name="a"), "column_name_cut") == [(None, "denominazi", None)]


def test_issue_of_an_invalid_ring_points_at_the_bad_place(write_vector: Write) -> None:
    bow = shapely.Polygon([(395000, 4990000), (395100, 4990100), (395100, 4990000), (395000, 4990100)])
    report = import_layer(write_vector("a.gpkg", [bow], n=[1]), name="a")
    cross = import_layer(write_vector("b.gpkg", [shapely.Point(395050, 4990050)], n=[1]), name="b").bbox
    assert cross is not None
    assert place(report, "invalid_geometry") == pytest.approx(cross[:2], abs=1e-6)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": [SQUARE[:-1]]},
        {"type": "Polygon", "coordinates": [[*SQUARE[:2], *SQUARE[1:]]]},
        {"type": "Polygon", "coordinates": [[[x, y, 200] for x, y in SQUARE]]},
    ],
)
def test_strict_refuses_what_would_be_repaired(tmp_path: Path, geometry: dict[str, Any]) -> None:
    path = geojson(tmp_path, [geometry])
    assert import_layer(path, name="a").status == "stored"
    with pytest.raises(LayersError) as refused:
        import_layer(path, name="b", strict=True)
    assert refused.value.code == "repair_refused"


def test_report_shows_first_rows_and_five_names_with_accents_first(write_vector: Write) -> None:
    count = 30
    path = write_vector(
        "a.gpkg",
        [shapely.Point(395000 + n, 4990000) for n in range(count)],
        nota=["però"] * count,
        nome=[f"Rivoli {n}" for n in range(20)] + ["Agliè", "Leinì", *["None"] * 8],
        n=list(range(count)),
    )
    for report in (import_layer(path, dry_run=True), import_layer(path, name="a")):
        assert report.text_samples[:3] == ["Agliè", "Leinì", "però"]
        assert len(report.text_samples) == 5
        assert len(report.preview) == 10
        assert report.preview[3] == {"nota": "però", "nome": "Rivoli 3", "n": 3}
        json.dumps(report.as_dict())
        assert report.bbox is not None


def test_preview_is_json_whatever_the_type(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapely.points([7.6], [45.0])),
        [np.array(["2021-05-03T10:00"], dtype="datetime64[ms]"), np.array([np.nan]), np.array([True])],
        ["quando", "quanto", "si"],
        geometry_type="Point",
        crs="EPSG:4326",
    )
    (row,) = import_layer(path, dry_run=True).preview
    assert json.loads(json.dumps(row)) == row
    assert str(row["quando"]).startswith("2021-05-03T10:00")
