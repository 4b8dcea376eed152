"""What doctor says of layers, each fault made by hand, and what is settled or swept on the way."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
from django.db import connection
from django.utils import timezone

from gisplan.web import doctor
from layers import scratch
from layers.errors import RunBusy
from layers.health import examine
from layers.importing import import_layer
from layers.models import ImportRun, Layer, Version
from layers.runs import running, settle_dead_runs

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]


@pytest.fixture
def path(write_geojson: Write) -> Path:
    made = write_geojson([(shapely.Point(7.6, 45), {"a": 1})])
    import_layer(made, name="luoghi")
    return made


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def found(need: str) -> tuple[bool | None, str]:
    return next((finding.ok, finding.found) for finding in examine() if finding.need == need)


def test_doctor_of_the_product_asks_the_layers(path: Path) -> None:
    needs = {finding.need: finding.ok for finding in doctor.examine()}
    wanted = {
        "imports",
        "layer tables",
        "layer views",
        "staged versions",
        "temporary folders",
        "read-only role",
    }
    assert wanted <= set(needs)
    assert [needs[need] for need in ("imports", "layer tables", "layer views", "read-only role")] == [
        True
    ] * 4


@pytest.mark.parametrize(
    ("accident", "need", "said"),
    [
        ("CREATE TABLE layers.luoghi_v2 (id integer)", "layer tables", "layers.luoghi_v2 has no version"),
        ("DROP TABLE layers.luoghi_v1 CASCADE", "layer tables", "version luoghi_v1 has no table"),
        ("DROP VIEW layers.luoghi", "layer views", "layer luoghi has no view"),
        (
            "CREATE TABLE other_v9 AS TABLE layers.luoghi_v1;"
            " CREATE OR REPLACE VIEW layers.luoghi AS SELECT id, a, geom FROM other_v9",
            "layer views",
            "view layers.luoghi shows other_v9, not luoghi_v1",
        ),
        (
            "DROP VIEW layers.luoghi; CREATE VIEW layers.luoghi AS SELECT id, geom FROM layers.luoghi_v1",
            "layer views",
            "view layers.luoghi lacks or adds a",
        ),
        (
            "DROP VIEW layers.luoghi; CREATE VIEW layers.luoghi AS SELECT id, a::text, geom FROM layers.luoghi_v1",
            "layer views",
            "view layers.luoghi has other types than luoghi_v1",
        ),
        (
            "GRANT SELECT ON layers_layer TO gisplan_reader",
            "read-only role",
            "gisplan_reader sees public.layers_layer",
        ),
        (
            "UPDATE layers_layer SET is_public = true",
            "read-only role",
            "gisplan_reader does not see layers.luoghi",
        ),
    ],
)
def test_what_does_not_agree_is_named(path: Path, accident: str, need: str, said: str) -> None:
    assert found(need)[0] is True
    run(accident)
    assert found(need) == (False, said)


def test_versions_that_wait_for_long_are_a_note(path: Path, write_geojson: Write) -> None:
    other = write_geojson([(shapely.Point(7.6, 45), {"a": 2})], "b.geojson")
    import_layer(other, name="luoghi", publish=False)
    assert found("staged versions") == (True, "1 wait")
    Version.objects.filter(number=2).update(created=timezone.now() - timedelta(days=15))
    assert found("staged versions") == (None, "1 wait for more than 14 days: luoghi_v2")


def test_a_run_without_a_session_is_settled_with_how_far_it_came(path: Path) -> None:
    progress = {"phase": "store", "phases": [{"name": "store", "rows": 4000, "total": 90000, "seconds": 1}]}
    ImportRun.objects.create(file_name="morto.shp", progress=progress)
    ImportRun.objects.create(file_name="nato_morto.shp")
    assert found("imports") == (None, "2 had died and are marked failed now: nato_morto.shp, morto.shp")
    assert found("imports") == (True, "none left running")
    reasons = dict(ImportRun.objects.filter(status="failed").values_list("file_name", "report__reason"))
    assert (
        "was gone in the phase store, after 4,000 of 90,000 rows: nothing of it was stored"
        in reasons["morto.shp"]
    )
    assert "was gone before its first rows: nothing" in reasons["nato_morto.shp"]


def test_a_run_whose_session_lives_is_left_alone(committed_layers: None) -> None:
    known = {"dbname", "user", "password", "host", "port"}
    address = {name: value for name, value in connection.get_connection_params().items() if name in known}
    run_row = ImportRun.objects.create(file_name="vivo.shp")
    with psycopg.connect(**address, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(77803, %s)", [run_row.pk])
        assert settle_dead_runs() == []
        assert found("imports") == (True, "1 running")
        with (
            pytest.raises(RunBusy, match=r"found run .* of vivo\.shp under way"),
            running(run_row, file_name="", who=""),
        ):
            pass
    limit = 100
    while not (dead := settle_dead_runs()) and limit:
        limit -= 1
    assert dead == [run_row]


def test_next_import_settles_and_sweeps(
    path: Path, write_geojson: Write, tmp_path: Path, monkeypatch: Any
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    left = temporary / "layers-abc"
    left.mkdir()
    (left / ".in_use").touch()
    (temporary / "layers-of-somebody").mkdir()  # no lock in it: not ours to take
    ImportRun.objects.create(file_name="morto.shp")
    assert found("temporary folders") == (None, f"1 left by imports that were killed: {left}")
    import_layer(write_geojson([(shapely.Point(7.6, 45), {"a": 2})], "b.geojson"), name="luoghi")
    assert [each.name for each in temporary.iterdir()] == ["layers-of-somebody"]
    assert not ImportRun.objects.filter(status="running").exists()
    shutil.rmtree(temporary)


def test_folder_in_use_is_not_swept(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch.folder() as folder:
        assert scratch.sweep() == []
        (folder / "a").touch()
    assert list(tmp_path.iterdir()) == []


def test_role_that_cannot_be_made_is_a_note(path: Path, settings: Any) -> None:
    settings.LAYERS_READER_ROLE = "nobody_made_this_one"
    assert found("read-only role") == (True, "no nobody_made_this_one yet, made when a layer is published")
    run("CREATE ROLE modest_t")
    run("GRANT ALL ON ALL TABLES IN SCHEMA public TO modest_t")
    run("GRANT ALL ON SCHEMA layers TO modest_t")
    run("SET LOCAL ROLE modest_t")
    assert found("read-only role")[0] is None
    run("RESET ROLE")
    assert Layer.objects.exists()
