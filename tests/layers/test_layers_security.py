"""Hostile files end in one sentence: nothing is fetched, nothing outside is read, every limit is a setting."""

import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import shapely
from pytest_django import Settings

from layers import gdal, sources
from layers.errors import (
    FormatNotRead,
    LayersError,
    SourceChanged,
    SourceTooLarge,
    StreetsRefused,
)
from layers.formats import DRIVERS
from layers.gdal import Dataset
from layers.importing import import_layer
from layers.inspection import inspect
from layers.streets import read_streets

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
SAMPLES = Path(__file__).parents[2] / "shapefiles"
PLACE = shapely.Point(7.6, 45.0)
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>{}</Placemark></Document></kml>'
POINT = "<name>{}</name><Point><coordinates>7.6,45</coordinates></Point>"
GML = (
    '<?xml version="1.0"?>{}<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/"'
    ' xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink"{}>'
    '<gml:featureMember><ogr:luoghi fid="a.0"><ogr:geom>{}</ogr:geom><ogr:nome>{}</ogr:nome></ogr:luoghi>'
    "</gml:featureMember></ogr:FeatureCollection>"
)
GML_POINT = '<gml:Point srsName="EPSG:4326"><gml:coordinates>7.6,45</gml:coordinates></gml:Point>'


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Not on the terminal."""


@pytest.fixture
def web() -> Iterator[_Server]:
    """A server of this machine that remembers what it was asked for."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "secret.txt"
    path.parent.mkdir()
    path.write_text("7.6,45 parola-segreta")
    return path


def ends(path: Path, **given: object) -> str:
    """The sentence of the refusal, or the report as text where the file was read."""
    try:
        report = import_layer(path, name="sample", dry_run=True, **given)  # type: ignore[arg-type]
    except LayersError as error:
        assert str(error).startswith("Expected ")
        return str(error)
    return str(report.as_dict())


def entities(declared: str) -> str:
    return f"<!DOCTYPE x [{declared}]>"


def laughs() -> str:
    """Ten entities, each ten times the one before: a billion letters."""
    lines = ['<!ENTITY a0 "ha">', *(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11))]
    return entities("".join(lines))


# --- Entities of XML -----------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["kml", "gml"])
def test_billion_laughs_are_not_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"luoghi.{suffix}"
    text = KML.format(POINT.format("&a10;")) if suffix == "kml" else GML.format("", "", GML_POINT, "&a10;")
    path.write_text(laughs() + text if suffix == "kml" else text.replace("?>", "?>" + laughs(), 1))
    assert "ha" * 100 not in ends(path)


@pytest.mark.parametrize("suffix", ["kml", "gml", "graphml", "osm"])
@pytest.mark.parametrize("kind", ["file", "http"])
def test_external_entity_is_neither_read_nor_fetched(
    tmp_path: Path, web: _Server, secret: Path, suffix: str, kind: str
) -> None:
    target = f"file://{secret}" if kind == "file" else f"{web.url}/entity"
    declared = entities(f'<!ENTITY e SYSTEM "{target}"><!ENTITY % p SYSTEM "{target}"> %p;')
    body = {
        "kml": KML.format(POINT.format("&e;")),
        "gml": GML.format("", "", GML_POINT, "&e;").split("?>", 1)[1],
        "graphml": '<graphml><graph><node id="1">&e;</node></graph></graphml>',
        "osm": '<osm version="0.6"><node id="1" lat="45" lon="7"><tag k="name" v="&e;"/></node></osm>',
    }[suffix]
    path = tmp_path / f"luoghi.{suffix}"
    path.write_text(f'<?xml version="1.0"?>{declared}{body}')
    said = ends(path)
    if suffix in {"graphml", "osm"}:
        with pytest.raises(StreetsRefused, match=r"^Expected "):
            read_streets(path)
    assert "parola-segreta" not in said
    assert web.asked == []


def test_schema_and_linked_parts_of_a_gml_are_not_fetched(tmp_path: Path, web: _Server) -> None:
    places = (
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://ogr.maptools.org/'
        f' {web.url}/schema.xsd"'
    )
    path = tmp_path / "luoghi.gml"
    path.write_text(GML.format("", places, GML_POINT, f'<x xlink:href="{web.url}/part.gml#a"/>'))
    assert "'status': 'dry_run'" in ends(path)
    link = GML.format("", "", f'<gml:Point xlink:href="{web.url}/point.gml#a"/>', "x")
    path.write_text(link)
    ends(path)
    assert web.asked == []


def test_icons_and_network_links_of_a_kml_are_not_fetched(tmp_path: Path, web: _Server) -> None:
    path = tmp_path / "luoghi.kml"
    link = f"<NetworkLink><Link><href>{web.url}/more.kml</href></Link></NetworkLink>"
    text = KML.format(POINT.format("a")).replace("</Document>", f"{link}</Document>")
    path.write_text(text)
    assert "'status': 'dry_run'" in ends(path)
    assert web.asked == []


# --- Names of drivers and places in contents -----------------------------------------------------


def vrt(source: str) -> str:
    return (
        f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{source}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


@pytest.mark.parametrize("suffix", ["geojson", "csv", "kml", "gml", "dxf", "gpkg", "shp", "fgb", "geojsonl"])
def test_virtual_dataset_under_any_name_opens_nothing(tmp_path: Path, web: _Server, suffix: str) -> None:
    path = tmp_path / f"luoghi.{suffix}"
    path.write_text(vrt(f"/vsicurl/{web.url}/a.geojson"))
    assert ends(path).startswith("Expected ")
    for driver in set(DRIVERS.values()) - {"CSV"}:  # for which any text is a table
        with pytest.raises(LayersError, match=r"^Expected "):
            gdal.list_layers(Dataset(path, driver))
    assert web.asked == []


@pytest.mark.parametrize(
    "content",
    [
        "{url}/a.geojson",
        '"{url}/a.geojson"',
        '{{"type":"FeatureCollection","url":"{url}/a.geojson"}}',
        "/vsicurl/{url}/a.geojson",
        "PG:host=127.0.0.1 port={port}",
        "MYSQL:a,host=127.0.0.1,port={port}",
        "WFS:{url}/wfs",
        "<WFSDataSource>{url}/wfs</WFSDataSource>",
        '{{"type":"FeatureCollection","features":[],"exceededTransferLimit":true,"properties":{{}}}}',
    ],
)
@pytest.mark.parametrize("suffix", ["geojson", "csv"])
def test_connection_text_as_content_reaches_no_server(
    tmp_path: Path, web: _Server, content: str, suffix: str
) -> None:
    path = tmp_path / f"luoghi.{suffix}"
    path.write_text(content.format(url=web.url, port=web.server_port) + "\n")
    assert ends(path).startswith("Expected ")
    assert web.asked == []


@pytest.mark.parametrize(
    "prefix", ["/vsicurl/{url}/", "/vsizip//vsicurl/{url}/", "/vsis3/bucket/", "/vsistdin/"]
)
def test_place_of_gdal_is_no_path(web: _Server, prefix: str) -> None:
    assert "found nothing there" in ends(Path(prefix.format(url=web.url) + "a.geojson"))
    for driver in DRIVERS.values():
        with pytest.raises(LayersError, match=r"^Expected "):
            gdal.list_layers(Dataset(Path(prefix.format(url=web.url) + "a.geojson"), driver))
    assert web.asked == []


def test_zip_is_not_opened_by_gdal(tmp_path: Path, write_geojson: Write) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(write_geojson([(PLACE, {})]), "luoghi.geojson")
    for place in (tmp_path / "a.zip", Path(f"/vsizip/{tmp_path}/a.zip/luoghi.geojson")):
        with pytest.raises(LayersError, match=r"^Expected "):
            gdal.list_layers(Dataset(place, "GeoJSON"))


@pytest.mark.parametrize("name", ["a!b.geojson", "a?b#c.geojson", "a%20b.geojson", "zip!http:.geojson"])
def test_signs_of_an_address_in_a_name_are_only_a_name(write_geojson: Write, name: str) -> None:
    assert import_layer(write_geojson([(PLACE, {})], name), name="sample", dry_run=True).features_stored == 1


def test_folder_whose_name_ends_in_zip_is_a_folder(tmp_path: Path, write_geojson: Write) -> None:
    folder = tmp_path / "consegna.zip"
    folder.mkdir()
    place = write_geojson([(PLACE, {})]).rename(folder / "luoghi.geojson")
    assert import_layer(place, dry_run=True).features_stored == 1


# --- Paths ---------------------------------------------------------------------------------------


def test_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.geojson")
    with pytest.raises(FormatNotRead, match="found a pipe, socket or device"):
        import_layer(tmp_path / "a.geojson", dry_run=True)


def test_device_is_refused() -> None:
    with pytest.raises(FormatNotRead, match="found a pipe, socket or device"):
        inspect("/dev/zero")


def test_pipe_beside_a_shapefile_is_no_part_of_it(tmp_path: Path) -> None:
    for part in (SAMPLES / "utf8_without_cpg").iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes())
    os.mkfifo(tmp_path / "luoghi.cpg")
    assert import_layer(tmp_path / "luoghi.shp", dry_run=True).features_stored == 3


def test_link_beside_a_layer_gives_the_reader_nothing_else(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "luoghi.csv"
    path.write_text("nome,lon,lat\na,7.6,45\n")
    (tmp_path / "luoghi.vrt").symlink_to(secret)
    (tmp_path / "luoghi.csvt").symlink_to(secret)
    assert "parola-segreta" not in ends(path, srid=4326)


@pytest.mark.parametrize("change", ["grows", "is replaced", "goes"])
def test_file_that_changes_while_it_is_read_is_refused(
    write_geojson: Write, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = write_geojson([(PLACE, {"nome": "a"})])
    read = sources.read_batches

    def changing(source: sources.Source) -> Iterator[object]:
        yield from read(source)
        if change == "grows":
            path.write_bytes(path.read_bytes() + b"\n")
        elif change == "is replaced":
            path.with_suffix(".new").write_bytes(path.read_bytes())
            path.with_suffix(".new").replace(path)
        else:
            path.unlink()

    monkeypatch.setattr(sources, "read_batches", changing)
    with pytest.raises(SourceChanged, match=r"^Expected luoghi\.geojson to stay as it is"):
        import_layer(path)


# --- Sizes ---------------------------------------------------------------------------------------


def test_vertices_of_one_feature_have_a_limit(write_vector: Write, settings: Settings) -> None:
    line = shapely.LineString(np.linspace((380_000, 4_990_000), (390_000, 4_995_000), 1_001))
    path = write_vector(
        "linee.gpkg", [shapely.LineString([(380_000, 4_990_000), (380_001, 4_990_000)]), line]
    )
    settings.LAYERS_FEATURE_VERTICES = 1_001
    assert import_layer(path, dry_run=True).features_stored == 2
    settings.LAYERS_FEATURE_VERTICES = 1_000
    with pytest.raises(
        SourceTooLarge, match=r"at most 1,000 vertices in one feature.*found 1,001 in feature 1"
    ):
        import_layer(path, dry_run=True)
    settings.LAYERS_FEATURE_VERTICES = 100
    with pytest.raises(SourceTooLarge, match=r"found 16,\d+ bytes in feature 1"):
        import_layer(path, dry_run=True)


def test_file_of_too_many_vertices_is_refused_before_its_end(
    write_vector: Write, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gdal, "BATCH_ROWS", 100)
    line = shapely.LineString(np.linspace((380_000, 4_990_000), (390_000, 4_995_000), 100))
    path = write_vector("linee.gpkg", [line] * 1_000)
    settings.LAYERS_FILE_VERTICES = 100_000
    assert import_layer(path, dry_run=True).features_stored == 1_000
    settings.LAYERS_FILE_VERTICES = 25_000
    with pytest.raises(SourceTooLarge, match="found 30,000 and more") as refused:
        import_layer(path)
    assert refused.value.report.features_read == 200


def test_layer_of_ten_thousand_columns_is_refused(write_geojson: Write) -> None:
    path = write_geojson([(PLACE, {f"c{number}": 1 for number in range(10_000)})])
    with pytest.raises(SourceTooLarge, match=r"^Expected at most 1,500 columns.*found 10,000"):
        import_layer(path, dry_run=True)


def test_issues_beyond_the_limit_are_counted(write_geojson: Write, settings: Settings) -> None:
    settings.LAYERS_ISSUES_KEPT = 5
    path = write_geojson([(PLACE, {}), *[(None, {})] * 20])
    report = import_layer(path)
    assert (len(report.issues), report.features_stored) == (5, 1)
    assert report.as_dict()["issue_counts"] == {"null_geometry": 20}
