"""Every format is read through its one driver, and nothing is written beside the user's file."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.management import call_command
from pyproj import Proj

from layers.errors import ColumnsNotChosen, LayerNotChosen, LayersError, NotWhatItSays, PartMissing
from layers.formats import DRIVERS
from layers.importing import import_layer
from layers.inspection import inspect
from layers.reports import ImportReport
from layers.sources import open_source, read_batches
from layers.tables import TableOptions

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parents[2] / "shapefiles"
Write = Callable[..., Path]
DXF = (
    "0 SECTION 2 HEADER 9 $ACADVER 1 AC1015 0 ENDSEC 0 SECTION 2 BLOCKS 0 BLOCK 8 0 2 albero 10 0.0 20 0.0"
    " 0 CIRCLE 8 0 10 0.0 20 0.0 40 2.0 0 ENDBLK 0 ENDSEC 0 SECTION 2 ENTITIES"
    " 0 LINE 8 MURI 10 395000.0 20 4990000.0 11 395010.0 21 4990000.0"
    " 0 POINT 8 TESTI 10 395000.0 20 4990000.0"
    " 0 INSERT 8 VERDE 2 albero 10 395005.0 20 4990005.0 0 ENDSEC 0 EOF "
).replace(" ", "\n")
KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>d</name>'
    "<Folder><name>Fermate</name><Placemark><name>Agliè</name><ExtendedData><Data name='codice'><value>001168"
    "</value></Data></ExtendedData><Point><coordinates>7.6,45.1</coordinates></Point></Placemark></Folder>"
    "</Document></kml>"
)
GML = (
    '<?xml version="1.0" encoding="utf-8"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2"'
    ' xmlns:x="http://example.org/x"><gml:featureMember><x:luogo gml:id="l1"><x:codice>001168</x:codice>'
    '<x:nome>None</x:nome><x:geom><gml:Point srsName="urn:ogc:def:crs:EPSG::6707"><gml:pos>4990000 395000'
    "</gml:pos></gml:Point></x:geom></x:luogo></gml:featureMember></gml:FeatureCollection>"
)
FEATURE = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [7.6, 45.1]}}


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def dry(path: Path, **given: object) -> ImportReport:
    return import_layer(path, name="sample", dry_run=True, **given)  # type: ignore[arg-type]


def values(path: Path, **given: object) -> dict[str, list[object]]:
    with open_source(path, **given) as source:  # type: ignore[arg-type]
        (batch,) = read_batches(source)
    return {name: batch.column(name).to_pylist() for name in batch.schema.names[:-1]}


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("lon;lat", None),
        ("Longitudine;Latitudine", None),
        ("X;Y", None),
        ("coord_x;coord_y", None),
        ("Est;Nord", None),
        ("stop_lon;stop_lat", None),
        ("a;b", TableOptions(x_column="a", y_column="b")),
    ],
)
def test_table_with_coordinates_is_a_layer(tmp_path: Path, header: str, options: TableOptions | None) -> None:
    path = written(tmp_path, "luoghi.csv", f"nome;{header}\nAgliè;7,77;45,36\nNone;7,54;44,97\n")
    report = dry(path, srid=4326, table=options)
    assert (report.driver, report.features_stored, report.geometry_type) == ("table", 2, "Point")
    assert report.bbox == pytest.approx((7.54, 44.97, 7.77, 45.36), abs=1e-4)
    assert report.encoding_rule == "detection"


def test_table_with_wkt_is_a_layer_of_any_geometry(tmp_path: Path) -> None:
    rows = '1;"LINESTRING (7 45, 7.1 45)"\n2;MULTILINESTRING ((7 45, 7.2 45))\n'
    report = dry(written(tmp_path, "vie.csv", "n;WKT\n" + rows), srid=4326)
    assert (report.geometry_type, report.features_stored) == ("MultiLineString", 2)
    assert [column["name"] for column in report.columns] == ["n"]


def test_table_never_says_its_system(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "lon;lat\n7,5;45\n7,6;45\n")
    with pytest.raises(LayersError) as refused:
        dry(path)
    assert refused.value.code == "crs_missing"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("lon;lat;x;y", "several: lon and lat; x and y"),
        ("a;b;c;d", "none among a, b, c, d"),
    ],
)
def test_place_columns_that_are_not_clear_are_asked_for(tmp_path: Path, header: str, found: str) -> None:
    with pytest.raises(ColumnsNotChosen, match=found):
        dry(written(tmp_path, "a.csv", f"{header}\n7;45;7;45\n"), srid=4326)


@pytest.mark.parametrize(
    "options",
    [TableOptions(x_column="a"), TableOptions(x_column="a", y_column="z"), TableOptions(wkt_column="z")],
)
def test_choice_of_columns_that_cannot_be_is_refused(tmp_path: Path, options: TableOptions) -> None:
    with pytest.raises(ColumnsNotChosen, match=r"^Expected "):
        dry(written(tmp_path, "a.csv", "a;b\n7;45\n7;45\n"), srid=4326, table=options)


def test_columns_of_a_table_have_the_narrowest_type_and_codes_stay_text(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "a.csv",
        "codice;nome;n;ab;giorno;cap;alunni;vuoto;lon;lat\n"
        "001168;None;5;1,5;2021-05-03;10060;<=3;;7,5;45,1\n"
        "001001;NULL;;-2;2021-13-40;10060,0;12;;7,6;45\n",
    )
    report = dry(path, srid=4326)
    assert {column["name"]: column["sql_type"] for column in report.columns} == {
        "codice": "text", "nome": "text", "n": "bigint", "ab": "double precision", "giorno": "text",
        "cap": "double precision", "alunni": "text", "vuoto": "text", "lon": "double precision",
        "lat": "double precision",
    }  # fmt: skip
    found = values(path)
    assert found["codice"] == ["001168", "001001"]
    assert found["nome"] == ["None", "NULL"]
    assert found["n"] == [5, None]
    assert found["vuoto"] == [None, None]
    noted = [(issue.before, issue.after) for issue in report.issues if issue.code == "decimal_comma"]
    assert noted[0] == ("ab: 1,5", "1.5")


def test_coordinates_that_are_no_numbers_are_told_with_their_text(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "n;lon;lat\n1;7,5;45\n2;n.d.;45\n3;;\n4;NaN;inf\n")
    report = dry(path, srid=4326)
    assert [(i.code, i.feature, i.before) for i in report.issues if i.feature is not None] == [
        ("non_finite_coordinates", 1, "'n.d.', '45'"),
        ("null_geometry", 2, None),
        ("non_finite_coordinates", 3, "'NaN', 'inf'"),
    ]


def test_table_in_a_given_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("nome;lon;lat\nAgliè;7;45\n".encode("cp850"))
    report = dry(path, srid=4326, encoding="cp850")
    assert (report.encoding, report.encoding_rule) == ("cp850", "given by the user")
    assert values(path, encoding="cp850")["nome"] == ["Agliè"]


def test_kml_and_kmz_keep_folders_as_layers_and_texts_as_text(tmp_path: Path) -> None:
    path = written(tmp_path, "a.kml", KML)
    report = dry(path)
    assert (report.driver, report.source_layer, report.srid) == ("kml", "Fermate", 4326)
    assert values(path)["codice"] == ["001168"]
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.write(path, "doc.kml")
    assert dry(tmp_path / "a.kmz").features_stored == 1


def test_gml_is_read_east_first_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = written(tmp_path, "a.gml", GML)
    report = dry(path)
    assert (report.driver, report.srid, report.features_stored) == ("gml", 6707, 1)
    assert report.bbox == pytest.approx((7.667, 45.055, 7.667, 45.055), abs=0.001)
    assert values(path)["codice"] == ["001168"]
    assert list(tmp_path.iterdir()) == [path]


def test_flatgeobuf_is_read(tmp_path: Path, write_vector: Write) -> None:
    path = write_vector("a.fgb", [shapely.Point(395000, 4990000)], nome=["Agliè"])
    report = dry(path)
    assert (report.driver, report.srid, report.encoding_rule) == ("flatgeobuf", 32632, "format")


@pytest.mark.parametrize("name", ["a.geojsonl", "a.geojson", "a.ndjson", "a.json"])
@pytest.mark.parametrize("mark", ["", "\x1e"])
def test_newline_delimited_geojson_is_read_under_any_of_its_endings(
    tmp_path: Path, name: str, mark: str
) -> None:
    lines = [mark + json.dumps({**FEATURE, "properties": {"codice": f"00{n}"}}) + "\n" for n in (1, 2)]
    path = written(tmp_path, name, "".join(lines))
    report = dry(path)
    assert (report.driver, report.srid, report.features_stored) == ("geojson lines", 4326, 2)
    assert values(path)["codice"] == ["001", "002"]


def test_drawing_is_read_by_entity_layer_and_family(tmp_path: Path) -> None:
    path = written(tmp_path, "pianta.dxf", DXF)
    assert [layer.name for layer in inspect(path).layers] == ["entities", "MURI", "TESTI", "VERDE"]
    report = dry(path, srid=32632, source_layer="MURI")
    assert (report.driver, report.features_stored, report.geometry_type) == ("dxf", 1, "MultiLineString")
    assert dry(path, srid=32632, source_layer="entities:points").features_stored == 1
    with pytest.raises(LayersError, match="split the layer by family"):
        dry(path, srid=32632)


def test_drawing_has_no_system(tmp_path: Path) -> None:
    with pytest.raises(LayersError) as refused:
        dry(written(tmp_path, "pianta.dxf", DXF), source_layer="MURI")
    assert refused.value.code == "crs_missing"


def test_block_of_a_drawing_lies_where_it_is_inserted(tmp_path: Path) -> None:
    report = dry(written(tmp_path, "pianta.dxf", DXF), srid=32632, source_layer="VERDE")
    assert report.features_stored == 1
    lon, lat = Proj("+proj=utm +zone=32 +ellps=WGS84")(395005, 4990005, inverse=True)
    assert report.bbox == pytest.approx((lon, lat, lon, lat), abs=3e-5)  # a circle of 2 m


def test_layer_of_a_drawing_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(LayerNotChosen, match="choose one of entities, MURI, TESTI, VERDE"):
        dry(written(tmp_path, "pianta.dxf", DXF), srid=32632, source_layer="TETTI")


@pytest.mark.parametrize("suffix", [".dbf", ".shx", ".prj", ".cpg"])
def test_part_of_a_shapefile_points_to_its_shp(tmp_path: Path, suffix: str) -> None:
    for part in (SAMPLES / "bow_tie_polygon").iterdir():
        shutil.copy(part, tmp_path / part.name.upper())
    with pytest.raises(NotWhatItSays, match=r"give the \.shp, AREE\.SHP"):
        dry(tmp_path / f"AREE{suffix.upper()}")
    (tmp_path / "AREE.SHP").unlink()
    with pytest.raises(PartMissing, match=r"Expected AREE\.shp beside"):
        dry(tmp_path / f"AREE{suffix.upper()}")


def test_table_beside_a_shapefile_does_not_count(tmp_path: Path) -> None:
    for part in (SAMPLES / "bow_tie_polygon").iterdir():
        shutil.copy(part, tmp_path)
    written(tmp_path, "legenda.csv", "a;b\n1;2\n")
    assert dry(tmp_path).driver == "shapefile"


def test_no_scratch_folder_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    dry(written(tmp_path, "a.gml", GML))
    dry(written(tmp_path, "a.csv", "lon;lat\n7;45\n7;45\n"), srid=4326)
    assert list(scratch.iterdir()) == []


def test_driver_of_every_format_is_there() -> None:
    assert set(DRIVERS.values()) <= set(pyogrio.list_drivers(read=True))


def test_inspect_offers_the_columns_of_a_place(tmp_path: Path) -> None:
    summary = inspect(written(tmp_path, "a.csv", "nome;lon;lat;x;y\na;7,5;45;1;2\n"))
    assert summary.layers[0].places == (("lon", "lat"), ("x", "y"))
    assert summary.table is not None
    assert (summary.table.delimiter, summary.table.decimal) == (";", ",")
    assert "several" in str(summary.problem)


def test_command_takes_the_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "a.csv", "7,5|45|a\n7,6|45|b\n")
    call_command(
        "import_layer", str(path), "--srid", "4326", "--dry-run", "--no-header", "--delimiter", "|",
        "--x-column", "column_1", "--y-column", "column_2", "--decimal", ",",
    )  # fmt: skip
    assert "dry_run: 2 of 2 features" in capsys.readouterr().out


def test_wide_real_layer_is_the_same_by_csv_and_geopackage(tmp_path: Path, write_vector: Write) -> None:
    points = shapely.points(np.linspace(390000, 400000, 500), np.linspace(4.98e6, 5e6, 500))
    gpkg = write_vector("a.gpkg", list(points), n=list(range(500)))
    lines = [f"{n},{float(point.x)!r},{float(point.y)!r}" for n, point in enumerate(points)]
    csv = written(tmp_path, "a.csv", "n,x,y\n" + "\n".join(lines) + "\n")
    assert dry(csv, srid=32632).bbox == dry(gpkg).bbox
