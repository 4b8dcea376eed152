import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.management import call_command
from pytest_django import Settings

from layers.errors import (
    ArchiveRefused,
    ColumnsNotChosen,
    CrsMissing,
    EncodingRefused,
    FormatNotRead,
    GeometryRefused,
    LayerNotChosen,
    LayersError,
    NotWhatItSays,
    PartMissing,
    SourceDamaged,
    SourceNotFound,
)
from layers.importing import import_layer
from layers.inspection import inspect
from layers.sniff import sniff
from layers.sources import open_source

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[2] / "shapefiles"
Write = Callable[..., Path]


def dry(path: Path, **given: str) -> LayersError:
    with pytest.raises(LayersError) as refused:
        import_layer(path, name="sample", dry_run=True, **given)  # type: ignore[arg-type]
    return refused.value


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x03\x04rest", "zip"),
        (b"SQLite format 3\0" + b"\0" * 60, "sqlite"),
        (b"SQLite format 3\0" + b"\0" * 52 + b"GPKG", "geopackage"),
        (b"\x00\x00\x27\x0a" + b"\0" * 96, "shapefile"),
        (b'\xef\xbb\xbf {"type": "FeatureCollection", "features": []}', "geojson"),
        (b'{"type": "Topology", "objects": {"a": {"type": "Polygon"}}}', "topojson"),
        (b'{"a": 1}', "json"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b'<?xml version="1.0"?><!-- a --><kml xmlns="x"><Placemark/></kml>', "kml"),
        (b"<?xml version='1.0'?><osm version='0.6'></osm>", "osm"),
        (b"<?xml version='1.0'?>\n<graphml xmlns='x'></graphml>", "graphml"),
        (b"a;b\n1;2\n3;4\n", "table"),
        (b"solo una frase\n", "text"),
        (b"\x01\x02\x00\x03", "unknown"),
    ],
)
def test_content_is_told_from_its_bytes(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    assert sniff(path).kind == kind


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson", ".zip"])
def test_web_page_under_any_name_is_refused_and_named(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"scaricato{suffix}"
    path.write_text("<!DOCTYPE html><html><body>404</body></html>")
    error = dry(path)
    assert isinstance(error, NotWhatItSays)
    assert "found a web page" in str(error)


def test_table_without_a_place_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "comuni.csv"
    path.write_text("nome;lon\nTorino;7,68\n")
    error = dry(path)
    assert isinstance(error, ColumnsNotChosen)
    assert "in comuni.csv, found none among nome, lon" in str(error)


def test_index_of_a_shapefile_points_to_its_shp() -> None:
    assert "give the .shp" in str(dry(SAMPLES / "utf8_without_cpg" / "luoghi.shx"))


def test_truncated_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rotto.gpkg"
    path.write_bytes((SAMPLES / "geopackage_two_layers" / "due.gpkg").read_bytes()[:5000])
    assert isinstance(dry(path), SourceDamaged)


def test_broken_geojson_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rotto.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [{"type": "Feature", "geom')
    assert isinstance(dry(path), SourceDamaged)


def test_geojson_in_latin1_is_refused_with_the_column(tmp_path: Path) -> None:
    path = tmp_path / "latin.geojson"
    text = (
        '{"type":"Feature","properties":{"nome":"Agliè"},"geometry":{"type":"Point","coordinates":[7.6,45]}}'
    )
    path.write_bytes(text.encode("latin-1"))
    error = dry(path)
    assert isinstance(error, EncodingRefused | SourceDamaged)


def test_table_without_geometry_in_a_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tabella.gpkg"
    pyogrio.raw.write(path, None, [np.array([1, 2])], ["a"], geometry_type=None, driver="GPKG")
    assert isinstance(dry(path), FormatNotRead)


def test_geometry_collection_is_refused(write_geojson: Write) -> None:
    mixed = shapely.GeometryCollection([shapely.Point(7.6, 45), shapely.LineString([(7.6, 45), (7.7, 45)])])
    error = dry(write_geojson([(mixed, {})]))
    assert isinstance(error, GeometryRefused)
    assert "1 GeometryCollection" in str(error)


def test_layer_name_that_is_not_there_lists_those_that_are() -> None:
    error = dry(SAMPLES / "geopackage_two_layers" / "due.gpkg", source_layer="strade")
    assert isinstance(error, LayerNotChosen)
    assert "choose one of fermate, scuole" in str(error)


def test_folder_with_two_datasets_asks_for_one(tmp_path: Path, write_geojson: Write) -> None:
    write_geojson([(shapely.Point(7.6, 45), {})], "a.geojson")
    write_geojson([(shapely.Point(7.6, 45), {}), (shapely.Point(7.7, 45), {})], "b.geojson")
    assert isinstance(dry(tmp_path), LayerNotChosen)
    with open_source(tmp_path, layer="b") as source:
        assert source.feature_count == 2


def test_folder_with_a_lonely_dbf_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.dbf").write_bytes(b"\x03")
    assert isinstance(dry(tmp_path), PartMissing)


def test_parts_in_capitals_are_found(tmp_path: Path) -> None:
    for part in (SAMPLES / "utf8_without_cpg").iterdir():
        (tmp_path / part.name.upper()).write_bytes(part.read_bytes())
    report = import_layer(tmp_path / "LUOGHI.SHP", dry_run=True)
    assert (report.features_stored, report.encoding) == (3, "utf-8")


def test_encoding_given_by_the_user_wins(tmp_path: Path) -> None:
    report = import_layer(SAMPLES / "cp1252_without_cpg" / "luoghi.shp", encoding="latin-1", dry_run=True)
    assert (report.encoding, report.encoding_rule) == ("iso8859-1", "given by the user")


def test_encoding_that_cannot_read_the_text_names_the_byte() -> None:
    error = dry(SAMPLES / "cp1252_without_cpg" / "luoghi.shp", encoding="utf-8")
    assert isinstance(error, EncodingRefused)
    assert "byte 0xe0 in feature 0" in str(error)


def test_encoding_of_a_geojson_is_not_open_to_choice(write_geojson: Write) -> None:
    assert isinstance(dry(write_geojson([(shapely.Point(7.6, 45), {})]), encoding="cp1252"), EncodingRefused)


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../a.geojson", "/a.geojson", "C:/a.geojson", "x/../../a.geojson", "..\\a.geojson"]
)
def test_member_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    assert isinstance(dry(_zip(tmp_path / "a.zip", {name: b"{}"})), ArchiveRefused)


def test_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.geojson")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "target")
    assert "a link" in str(dry(tmp_path / "a.zip"))


def test_archive_that_grows_beyond_the_limit_is_refused(tmp_path: Path, settings: Settings) -> None:
    settings.LAYERS_ARCHIVE_BYTES = 1_000_000
    error = dry(_zip(tmp_path / "bomb.zip", {"a.geojson": b" " * 1_000_001}))
    assert isinstance(error, ArchiveRefused)
    assert "1,000,001" in str(error)


def test_limit_counts_all_nested_archives_together(tmp_path: Path, settings: Settings) -> None:
    settings.LAYERS_ARCHIVE_BYTES = 1_000_000
    inner = _zip(tmp_path / "inner.zip", {"a.bin": b" " * 600_000}).read_bytes()
    error = dry(_zip(tmp_path / "outer.zip", {"1.zip": inner, "2.zip": inner}))
    assert isinstance(error, ArchiveRefused)


def test_archives_nested_too_deep_are_refused(tmp_path: Path) -> None:
    content = b"x"
    for depth in range(6):
        content = _zip(tmp_path / f"{depth}.zip", {"inner.zip" if depth else "a.txt": content}).read_bytes()
    assert isinstance(dry(tmp_path / "5.zip"), ArchiveRefused)


def test_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"a.geojson": os.urandom(5000)})
    path.write_bytes(path.read_bytes()[:3000])
    assert isinstance(dry(path), ArchiveRefused)


def test_file_of_a_mac_in_an_archive_does_not_count(tmp_path: Path) -> None:
    geojson = (SAMPLES / "geojson_with_z" / "quote.geojson").read_bytes()
    path = _zip(tmp_path / "a.zip", {"a/quote.geojson": geojson, "__MACOSX/a/._quote.geojson": b"x"})
    assert import_layer(path, dry_run=True).features_stored == 2


def test_inspect_tells_layers_columns_and_place() -> None:
    summary = inspect(SAMPLES / "geopackage_two_layers" / "due.gpkg")
    assert (summary.kind, summary.driver) == ("geopackage", "GPKG")
    assert [(layer.name, layer.feature_count, layer.srid) for layer in summary.layers] == [
        ("fermate", 2, 4326),
        ("scuole", 3, 4326),
    ]
    assert summary.layers[1].columns == ("nome",)
    assert summary.layers[1].bbox == pytest.approx((7.6, 45.0, 7.7, 45.1))


def test_inspect_gives_a_place_in_degrees_for_metres() -> None:
    (layer,) = inspect(SAMPLES / "bow_tie_polygon").layers
    assert layer.bbox == pytest.approx((7.667, 45.054, 7.682, 45.056), abs=0.01)


def test_inspect_of_a_shapefile_without_prj_says_what_is_not_known() -> None:
    (layer,) = inspect(SAMPLES / "missing_prj" / "luoghi.shp").layers
    assert (layer.srid, layer.bbox, layer.feature_count) == (None, None, 2)


@pytest.mark.parametrize(
    ("sample", "problem"),
    [
        ("missing_shx", "luoghi.shx"),
        ("png_named_shp/strade.shp", "found a PNG image"),
        ("empty_file/niente.geojson", None),
        ("zip_that_escapes/fuori.zip", "leads out of it"),
    ],
)
def test_inspect_does_not_raise_for_what_an_import_refuses(sample: str, problem: str | None) -> None:
    summary = inspect(SAMPLES / sample)
    assert summary.layers == ()
    assert problem is None or problem in str(summary.problem)


def test_inspect_of_a_table_gives_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "stazioni.csv"
    path.write_bytes("Comune;Località;lon\nAgliè;x;7,7\nNone;y;7,5\n".encode("latin-1"))
    (table,) = inspect(path).layers
    assert table.columns == ("Comune", "Località", "lon")


def test_inspect_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        inspect(tmp_path / "nowhere")


def test_inspect_knows_every_file_of_the_real_data(shared_data: Path) -> None:
    kinds = {
        path.name: inspect(path).kind
        for path in shared_data.rglob("*")
        if path.is_file() and path.suffix in {".csv", ".gpkg", ".geojson", ".graphml", ".pbf", ".shp"}
    }
    assert set(kinds.values()) == {"table", "geopackage", "geojson", "graphml", "osm.pbf", "shapefile"}
    assert all(kind == "table" for name, kind in kinds.items() if name.endswith(".csv"))


def test_command_prints_what_a_file_holds(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("inspect_source", str(SAMPLES / "geopackage_two_layers" / "due.gpkg"))
    assert "scuole: 3 Point, EPSG:4326, columns nome" in capsys.readouterr().out


def test_missing_system_names_the_next_step() -> None:
    error = dry(SAMPLES / "missing_prj" / "luoghi.shp")
    assert isinstance(error, CrsMissing)
    assert "--srid 32632" in str(error)


@pytest.mark.parametrize(
    ("name", "code"), [("urn:ogc:def:crs:EPSG::999999", "crs_unknown"), ("nonsense", "crs_unknown")]
)
def test_geojson_whose_system_is_unknown_is_refused(tmp_path: Path, name: str, code: str) -> None:
    place = {"type": "Point", "coordinates": [7.6, 45.0]}
    whole = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": name}},
        "features": [{"type": "Feature", "properties": {}, "geometry": place}],
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(whole))
    with pytest.raises(LayersError) as refused:
        import_layer(path, dry_run=True)
    assert refused.value.code == code
    whole["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    path.write_text(json.dumps(whole))
    assert import_layer(path, dry_run=True).srid == 4326
