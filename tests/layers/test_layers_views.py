"""The view of a layer: moved in one step, with all that hangs on it; who may read it."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
from django.db import ProgrammingError, connection, transaction
from pytest_django import Settings

from layers.access import connection_text, sync_reader_role
from layers.errors import ViewInUse
from layers.importing import import_layer
from layers.models import Layer, Version
from layers.publishing import rollback

Write = Callable[..., Path]
HERE = shapely.Point(7.6, 45.0)
READER = "gisplan_reader"


def run(*statements: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def stored(write: Write, **columns: Any) -> None:
    import_layer(write([(HERE, columns)]), name="luoghi")


def can(role: str, privilege: str, relation: str = "layers.luoghi") -> bool:
    return bool(run(f"SELECT has_table_privilege('{role}', '{relation}', '{privilege}')")[0][0])


@pytest.mark.django_db
def test_what_hangs_on_the_view_stays_when_its_columns_change(write_geojson: Write) -> None:
    stored(write_geojson, a=1, b="x")
    run(
        "CREATE ROLE anna_t", "CREATE ROLE bruno_t", "CREATE ROLE carla_t",
        "GRANT SELECT ON layers.luoghi TO anna_t WITH GRANT OPTION",
        "GRANT SELECT (b, id) ON layers.luoghi TO bruno_t",
        "GRANT CREATE ON SCHEMA layers TO carla_t",
        "ALTER VIEW layers.luoghi OWNER TO carla_t",
        "GRANT SELECT ON layers.luoghi_v1 TO carla_t",
        "COMMENT ON VIEW layers.luoghi IS 'It''s ours'",
        "COMMENT ON COLUMN layers.luoghi.b IS 'bi'",
        "ALTER VIEW layers.luoghi SET (security_barrier = true)",
    )  # fmt: skip
    stored(write_geojson, a="no longer a number", b="y", c=2.5)
    assert run("SELECT a, b, c FROM layers.luoghi") == [("no longer a number", "y", 2.5)]
    assert can("anna_t", "SELECT WITH GRANT OPTION")
    assert not can("bruno_t", "SELECT")
    assert run("SELECT has_column_privilege('bruno_t', 'layers.luoghi', 'b', 'SELECT')") == [(True,)]
    assert run("SELECT has_column_privilege('bruno_t', 'layers.luoghi', 'a', 'SELECT')") == [(False,)]
    assert run(
        "SELECT pg_get_userbyid(relowner), obj_description(oid), reloptions FROM pg_class"
        " WHERE oid = 'layers.luoghi'::regclass"
    ) == [("carla_t", "It's ours", ["security_barrier=true"])]
    assert run("SELECT col_description('layers.luoghi'::regclass, 3)") == [("bi",)]
    run(
        "SET LOCAL ROLE anna_t",
        "RESET ROLE",
        "GRANT USAGE ON SCHEMA layers TO anna_t",
        "SET LOCAL ROLE anna_t",
    )
    assert run("SELECT b FROM layers.luoghi") == [("y",)]  # through carla_t, who may read the new table
    run("RESET ROLE")


@pytest.mark.django_db
def test_default_privileges_do_not_give_back_what_was_taken(write_geojson: Write) -> None:
    run("CREATE ROLE anna_t", "ALTER DEFAULT PRIVILEGES IN SCHEMA layers GRANT SELECT ON TABLES TO anna_t")
    stored(write_geojson, a=1)
    run("REVOKE SELECT ON layers.luoghi FROM anna_t")
    stored(write_geojson, a="x")
    assert not can("anna_t", "SELECT")


@pytest.mark.django_db
def test_views_made_of_a_layer_stay_while_its_columns_do_and_are_named_when_they_cannot(
    write_geojson: Write,
) -> None:
    stored(write_geojson, a=1)
    run("CREATE VIEW mia_vista AS SELECT id, a FROM layers.luoghi")
    stored(write_geojson, b="new", a=2)
    assert run("SELECT a FROM mia_vista") == [(2,)]
    with pytest.raises(ViewInUse, match=r"changes its columns \(a\), found mia_vista: drop it"):
        stored(write_geojson, b="x")
    assert run("SELECT a, b FROM layers.luoghi") == [(2, "new")]
    assert Version.objects.filter(is_current=True).get().number == 2


@pytest.mark.django_db
def test_the_view_has_a_typed_geometry_and_an_integer_id(write_geojson: Write) -> None:
    stored(write_geojson, a=1)
    assert run(
        "SELECT f_geometry_column, coord_dimension, srid, type FROM geometry_columns"
        " WHERE f_table_schema = 'layers' AND f_table_name = 'luoghi'"
    ) == [("geom", 2, 32632, "POINT")]


@pytest.mark.django_db
def test_reader_sees_public_layers_and_nothing_else(write_geojson: Write) -> None:
    stored(write_geojson, a=1)
    import_layer(write_geojson([(HERE, {"a": 1})]), name="riservato")
    layer = Layer.objects.get(name="luoghi")
    assert not can(READER, "SELECT")
    layer.is_public = True
    layer.save()
    for relation, allowed in {
        "layers.luoghi": True,
        "layers.luoghi_v1": False,
        "layers.riservato": False,
        "layers.riservato_v1": False,
        "layers_layer": False,
        "auth_user": False,
    }.items():
        run(f"SET LOCAL ROLE {READER}")
        try:
            with transaction.atomic():
                run(f"SELECT count(*) FROM {relation}")  # noqa: S608
            seen = True
        except ProgrammingError as error:
            assert "permission denied" in str(error)
            seen = False
        run("RESET ROLE")
        assert seen is allowed, relation
    assert not can(READER, "INSERT")
    layer.is_public = False
    layer.save()
    assert not can(READER, "SELECT")


@pytest.mark.django_db
def test_reader_keeps_a_public_layer_through_new_columns_and_rollback(write_geojson: Write) -> None:
    stored(write_geojson, a=1)
    Layer.objects.get().save()
    Layer.objects.update(is_public=True)  # past `save`: the next publication sees it all the same
    stored(write_geojson, a="x")
    assert can(READER, "SELECT")
    rollback(Layer.objects.get())
    assert can(READER, "SELECT")


@pytest.mark.django_db
def test_sync_takes_what_the_role_should_not_see(write_geojson: Write) -> None:
    stored(write_geojson, a=1)
    run(f"GRANT SELECT ON layers.luoghi, layers.luoghi_v1 TO {READER}")
    assert sync_reader_role()
    assert not can(READER, "SELECT")
    assert not can(READER, "SELECT", "layers.luoghi_v1")


@pytest.mark.django_db
def test_without_the_right_to_make_the_role_the_layer_is_stored_all_the_same(
    write_geojson: Write, settings: Settings
) -> None:
    settings.LAYERS_READER_ROLE = "nobody_made_this_one"
    run("CREATE ROLE modest_t")
    run("GRANT ALL ON ALL TABLES IN SCHEMA public TO modest_t", "GRANT ALL ON SCHEMA layers TO modest_t")
    run("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO modest_t", "SET LOCAL ROLE modest_t")
    stored(write_geojson, a=1)
    assert not sync_reader_role()
    run("RESET ROLE")
    assert Version.objects.get().is_current


@pytest.mark.django_db
def test_connection_text_is_what_qgis_reads(write_geojson: Write, settings: Settings) -> None:
    stored(write_geojson, a=1)
    settings.LAYERS_DATABASE_ADDRESS = "gis.example.it:5433"
    name = connection.settings_dict["NAME"]
    assert connection_text(Layer.objects.get()) == (
        f"dbname='{name}' host='gis.example.it' port='5433' key='id' estimatedmetadata='true'"
        ' srid=32632 type=Point table="layers"."luoghi" (geom)'
    )


def test_readers_see_one_version_or_the_other_and_never_nothing(
    committed_layers: None, write_geojson: Write
) -> None:
    stored(write_geojson, a=1)
    stored(write_geojson, a="text now")
    seen: set[Any] = set()
    errors: list[Exception] = []
    ended = threading.Event()
    address = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in {"dbname", "user", "password", "host", "port"}
    }

    def read() -> None:
        try:
            with psycopg.connect(**address, autocommit=True) as own:
                while not ended.is_set():
                    seen.update(own.execute("SELECT string_agg(a::text, ',') FROM layers.luoghi").fetchall())
        except psycopg.Error as error:
            errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    layer = Layer.objects.get()
    for number in [1, 2] * 20:
        rollback(layer, to=number)
    ended.set()
    reader.join()
    assert not errors
    assert seen == {("1",), ("text now",)}
