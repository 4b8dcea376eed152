import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.core.management import call_command
from django.db import connection

from layers import store
from layers.errors import LayersError, NameRefused, NothingLeft, RepairRefused, SourceNotFound
from layers.importing import import_layer
from layers.models import ImportIssue, ImportRun, Layer, Version
from layers.serving.features import read_features

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
PLACES = [
    (shapely.Point(7.6, 45.0), {"nome": "None", "abitanti": 8}),
    (shapely.Point(7.7, 45.1), {"nome": ""}),
]


def relations() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'layers'::regnamespace")
        return {row[0] for row in cursor.fetchall()}


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_istat_provinces_in_a_zip_keep_their_accents(shared_data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "ProvCM01012026_g.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in (shared_data / "boundaries" / "istat_provcm_2026").iterdir():
            packed.write(part, f"ProvCM01012026_g/{part.name}")
    report = import_layer(archive, name="province")
    assert (report.features_read, report.features_stored, report.srid) == (110, 110, 32632)
    assert (report.encoding, report.encoding_rule) == ("utf-8", "detection")
    assert rows("SELECT count(*), min(sigla) FROM layers.province WHERE den_uts = 'Forlì-Cesena'") == [
        (1, "FC")
    ]


def test_every_vector_file_of_the_real_data_is_stored_or_refused_with_a_sentence(shared_data: Path) -> None:
    ends = {}
    for path in sorted(shared_data.rglob("*")):
        if path.is_file() and path.suffix.lower() in {
            ".shp",
            ".gpkg",
            ".geojson",
            ".graphml",
            ".pbf",
            ".zip",
            ".csv",
        }:
            try:
                ends[path.name] = import_layer(path, name="file").features_stored
            except LayersError as error:
                assert str(error).startswith("Expected ")
                ends[path.name] = error.code
    stored = {name: end for name, end in ends.items() if isinstance(end, int)}
    assert stored == {
        "ProvCM01012026_g_WGS84.shp": 110,
        "Torino.shp": 1396,
        "istat_2026_municipalities_no_codes.gpkg": 458,
        "limits_P_1_municipalities.geojson": 312,
        "osm_places.gpkg": 626,
        "torino_named_streets_noded.gpkg": 19352,
        "valli_di_lanzo_project_area.geojson": 19,
    }
    assert {end for end in ends.values() if isinstance(end, str)} == {
        "columns_not_chosen",
        "crs_missing",
        "format_not_read",
    }


def test_table_is_typed_and_indexed_and_the_view_shows_it(write_geojson: Write) -> None:
    report = import_layer(write_geojson(PLACES), title="Luoghi")
    assert report.table == "luoghi_v1"
    assert relations() >= {"luoghi", "luoghi_v1", "luoghi_v1_pkey", "luoghi_v1_geom_idx"}
    types = dict(
        rows(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'layers.luoghi'::regclass AND attnum > 0"
        )
    )
    assert types == {"id": "integer", "nome": "text", "abitanti": "integer", "geom": "geometry(Point,32632)"}
    layer = Layer.objects.get(name="luoghi")
    assert (layer.title, layer.current and layer.current.table_name) == ("Luoghi", "luoghi_v1")


def test_empty_text_null_and_the_place_called_none_are_kept_apart(write_geojson: Write) -> None:
    import_layer(write_geojson([*PLACES, (shapely.Point(7.8, 45.2), {"nome": None, "abitanti": 0})]))
    columns = read_features("luoghi").columns
    assert columns == {"nome": ["None", "", None], "abitanti": [8, None, 0]}


def test_text_that_looks_like_csv_arrives_as_it_is(write_geojson: Write) -> None:
    awkward = [
        'say "yes"',
        "a,b;c",
        "line\nbreak",
        "\\N",
        "\\.",
        "back\\slash",
        "tab\t",
        "'; DROP TABLE x; --",
    ]
    import_layer(write_geojson([(shapely.Point(7.6, 45.0), {"nome": text}) for text in awkward]))
    assert read_features("luoghi").columns["nome"] == awkward


def test_dates_lists_and_booleans_keep_their_types(write_geojson: Write) -> None:
    properties = {
        "giorno": "2026-01-31",
        "ora": "2026-01-31T10:00:00Z",
        "si": True,
        "voti": [1, 2],
        "oggetto": {"a": 1},
    }
    report = import_layer(write_geojson([(shapely.Point(7.6, 45.0), properties)]))
    types = {column["name"]: column["sql_type"] for column in report.columns}
    assert types["giorno"] == "date"
    assert types["ora"] == "timestamp with time zone"
    assert types["si"] == "boolean"
    assert types["voti"] == "jsonb"
    assert rows("SELECT giorno::text, voti::text, si FROM layers.luoghi") == [("2026-01-31", "[1, 2]", True)]


def test_second_version_with_other_columns_moves_the_view_and_keeps_the_grants(write_geojson: Write) -> None:
    import_layer(write_geojson(PLACES))
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON layers.luoghi TO PUBLIC")
    other = write_geojson([(shapely.Point(7.6, 45.0), {"quota": 1.5})], "altro.geojson")
    report = import_layer(other, name="luoghi")
    assert (report.version, report.table) == (2, "luoghi_v2")
    assert rows("SELECT id, quota FROM layers.luoghi") == [(1, 1.5)]
    assert rows("SELECT has_table_privilege('public', 'layers.luoghi', 'SELECT')") == [(True,)]
    assert rows("SELECT count(*) FROM layers.luoghi_v1") == [(2,)]
    assert list(Version.objects.filter(is_current=True).values_list("table_name", flat=True)) == ["luoghi_v2"]


def test_same_file_with_the_same_options_makes_no_new_version(write_geojson: Write) -> None:
    path = write_geojson(PLACES)
    import_layer(path)
    again = import_layer(path)
    assert (again.status, again.version, again.table, again.features_stored) == (
        "unchanged",
        1,
        "luoghi_v1",
        2,
    )
    assert Version.objects.count() == 1
    assert import_layer(path, srid=4326).version == 2


def test_version_that_was_repaired_does_not_answer_a_strict_import(write_geojson: Write) -> None:
    path = write_geojson([*PLACES, (None, {})])
    import_layer(path)
    with pytest.raises(RepairRefused):
        import_layer(path, strict=True)


def test_strict_version_answers_the_same_import_again(write_geojson: Write) -> None:
    path = write_geojson(PLACES)
    import_layer(path, strict=True)
    assert [import_layer(path, strict=strict).status for strict in (True, False)] == [
        "unchanged",
        "unchanged",
    ]


def test_shapefile_packed_again_makes_no_new_version(tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "shapefiles"
    import_layer(sample / "utf8_without_cpg", name="luoghi")
    assert import_layer(sample / "nested_zip" / "consegna.zip", name="luoghi").status == "unchanged"


def test_dry_run_reports_and_writes_nothing(write_geojson: Write) -> None:
    report = import_layer(write_geojson([*PLACES, (None, {})]), dry_run=True)
    assert (report.status, report.features_read, report.features_stored) == ("dry_run", 3, 2)
    assert [issue.code for issue in report.issues] == ["null_geometry"]
    assert relations() == set()
    assert (Layer.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_failure_while_storing_leaves_no_table_and_no_version(
    write_geojson: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(store, "index_table", fail)
    with pytest.raises(Exception, match="division by zero"):
        import_layer(write_geojson(PLACES))
    assert relations() == set()
    assert (Layer.objects.count(), Version.objects.count()) == (0, 0)
    assert ImportRun.objects.get().status == "failed"


def test_refusal_keeps_the_version_that_is_served(write_geojson: Write) -> None:
    import_layer(write_geojson(PLACES))
    bad = write_geojson([(shapely.Point(-51, -30), {})], "lontano.geojson")
    with pytest.raises(LayersError):
        import_layer(bad, name="luoghi")
    assert rows("SELECT count(*) FROM layers.luoghi") == [(2,)]
    assert relations() == {"luoghi", "luoghi_v1", "luoghi_v1_pkey", "luoghi_v1_geom_idx"}


def test_strict_refuses_what_would_be_repaired_and_stores_nothing(write_geojson: Write) -> None:
    with pytest.raises(RepairRefused, match="first null_geometry at feature 2"):
        import_layer(write_geojson([*PLACES, (None, {})]), strict=True)
    assert relations() == set()


def test_file_whose_features_are_all_left_out_is_refused(write_geojson: Write) -> None:
    with pytest.raises(NothingLeft, match="found 2 without"):
        import_layer(write_geojson([(None, {"a": 1}), (None, {"a": 2})]))


@pytest.mark.parametrize("name", ["Luoghi", "1luoghi", "luoghi; drop", "", "a" * 51, "luoghi_v2", 'a"b'])
def test_name_that_is_not_safe_is_refused(write_geojson: Write, name: str) -> None:
    with pytest.raises(NameRefused, match="lower-case letters"):
        import_layer(write_geojson(PLACES), name=name)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="found nothing there"):
        import_layer(tmp_path / "nowhere.shp")


def test_issues_and_runs_are_kept_with_who_made_them(write_geojson: Write) -> None:
    import_layer(write_geojson([*PLACES, (None, {})]), who="anna")
    run = ImportRun.objects.get()
    assert (run.who, run.status, run.layer and run.layer.name) == ("anna", "stored", "luoghi")
    assert run.finished is not None
    issue = ImportIssue.objects.get(run=run)
    assert (issue.code, issue.feature) == ("null_geometry", 2)


def test_phases_come_in_order_with_rows(write_geojson: Write) -> None:
    seen: list[str] = []
    report = import_layer(write_geojson(PLACES), progress=lambda name, done, total: seen.append(name))
    assert [phase.name for phase in report.phases] == [
        "read", "decode", "reproject", "repair", "check", "store", "publish",
    ]  # fmt: skip
    assert all(phase.rows == 2 for phase in report.phases)
    assert set(seen) == {phase.name for phase in report.phases}


def test_batches_join_without_loss(tmp_path: Path, write_vector: Write) -> None:
    number = 45_000
    x_m = 380_000 + np.arange(number, dtype=float)
    points = list(shapely.points(x_m, 4_990_000))
    report = import_layer(write_vector("molti.gpkg", points, n=np.arange(number)))
    assert report.features_stored == number
    features = read_features("molti")
    assert features.ids.tolist() == list(range(1, number + 1))
    assert features.columns["n"] == list(range(number))
    assert (shapely.get_x(features.geometries) == x_m).all()


def test_monte_mario_is_shifted_and_the_report_names_the_operation(write_vector: Write) -> None:
    report = import_layer(
        write_vector("boaga.gpkg", [shapely.Point(1_394_000, 4_990_000)], crs="EPSG:3003", a=[1])
    )
    assert report.operation == "Inverse of Italy zone 1 + Monte Mario to WGS 84 (4) + UTM zone 32N"
    assert report.accuracy_m == 4.0


def test_given_system_wins_over_the_declared_one_and_is_recorded(write_vector: Write) -> None:
    path = write_vector("punti.gpkg", [shapely.Point(1_394_000, 4_990_000)], crs="EPSG:32632", a=[1])
    report = import_layer(path, srid=3003)
    assert report.srid == 3003
    assert [(issue.code, issue.before, issue.after) for issue in report.issues] == [
        ("crs_overridden", "EPSG:32632", "EPSG:3003")
    ]


def test_bow_tie_and_spike_are_repaired_to_valid_polygons(write_vector: Write) -> None:
    bow = shapely.Polygon([(395000, 4990000), (395100, 4990100), (395100, 4990000), (395000, 4990100)])
    spike = shapely.Polygon(
        [(396000, 4990000), (396100, 4990000), (396200, 4990000), (396100, 4990000), (396100, 4990100)]
    )
    flat = shapely.Polygon([(397000, 4990000), (397100, 4990000), (397050, 4990000)])
    report = import_layer(write_vector("aree.gpkg", [bow, spike, flat], a=[1, 2, 3]))
    assert [(issue.code, issue.feature) for issue in report.issues] == [
        ("invalid_geometry", 0),
        ("invalid_geometry", 1),
        ("collapsed_geometry", 2),
    ]
    features = read_features("aree")
    assert features.ids.tolist() == [1, 2]
    assert shapely.is_valid(features.geometries).all()
    assert shapely.area(features.geometries).tolist() == pytest.approx([5000, 5000])


def test_command_writes_its_report_on_refusal_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.json"
    sample = Path(__file__).parents[2] / "shapefiles" / "missing_prj" / "luoghi.shp"
    with pytest.raises(LayersError):
        call_command("import_layer", str(sample), "--report", str(target))
    written = json.loads(target.read_text(encoding="utf-8"))
    assert (written["status"], written["reason_code"], written["srid"]) == ("refused", "crs_missing", None)
    assert capsys.readouterr().out == ""


def test_command_prints_counts(write_geojson: Write, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_layer", str(write_geojson(PLACES)), "--title", "Luoghi")
    assert "stored: 2 of 2 features" in capsys.readouterr().out


def test_unpacked_folders_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    shutil.copy(Path(__file__).parents[2] / "shapefiles" / "nested_zip" / "consegna.zip", tmp_path)
    import_layer(tmp_path / "consegna.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["consegna.zip"]


def test_batch_without_any_geometry_does_not_stop_the_import(
    write_vector: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.gdal.BATCH_ROWS", 2)
    here = shapely.Point(1_394_000, 4_990_000)
    path = write_vector("punti.gpkg", [here, here, None, None, here], crs="EPSG:3003", a=[1, 2, 3, 4, 5])
    report = import_layer(path)
    assert (report.features_read, report.features_stored) == (5, 3)
    assert read_features("punti").ids.tolist() == [1, 2, 5]
    assert report.bbox == pytest.approx((7.655, 45.055, 7.655, 45.055), abs=0.01)
