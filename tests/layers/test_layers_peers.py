"""Other programs read a published layer through its view, signed in with nothing but the read-only role."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
from django.db import connection

from layers.access import connection_text
from layers.importing import import_layer
from layers.models import Layer
from layers.styles import qml, sld

Write = Callable[..., Path]
USER = "somebody_at_qgis"
QGIS_SCRIPT = Path(__file__).with_name("qgis_reads.py")
STYLE = {
    "kind": "graduated",
    "column": "n",
    "classes": [{"from": 0, "to": 10, "color": "#ffeecc"}, {"from": 10, "to": 20, "color": "#cc0000"}],
}


@pytest.fixture
def layer(committed_layers: None, write_geojson: Write) -> Iterator[Layer]:
    rows = [(shapely.box(7.6 + k, 45, 7.61 + k, 45.01), {"nome": "Leinì", "n": 5 * k}) for k in range(5)]
    import_layer(write_geojson(rows), name="luoghi", title="Luoghi", who="anna")
    layer = Layer.objects.get()
    layer.is_public, layer.style = True, STYLE
    layer.save()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {USER} LOGIN IN ROLE gisplan_reader")
    yield layer
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE {USER}")


def environment() -> dict[str, str]:
    """The system's programs with the system's PROJ; whatever password the tests use serves this user not."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GISPLAN", "PYTHON", "PG"))
    }
    return {**kept, "QT_QPA_PLATFORM": "offscreen", "PGUSER": USER}


@pytest.fixture
def signed_in(layer: Layer) -> Layer:
    """Skipped where the server asks this user for a password."""
    try:
        address().close()
    except psycopg.OperationalError as error:
        pytest.skip(f"the server does not let in a user without password: {error}")
    return layer


def address() -> "psycopg.Connection[Any]":
    given = connection.settings_dict
    return psycopg.connect(
        dbname=given["NAME"], host=given["HOST"], port=given["PORT"] or 5432, user=USER, autocommit=True
    )


def test_a_plain_client_finds_the_layer_in_the_catalogue_and_reads_it(signed_in: Layer) -> None:
    with address() as own:
        found = own.execute(
            "SELECT f_table_name, f_geometry_column, srid, type FROM geometry_columns WHERE f_table_schema = 'layers'"
            " AND has_table_privilege(format('%I.%I', f_table_schema, f_table_name), 'SELECT')"
        ).fetchall()
        assert found == [("luoghi", "geom", 32632, "MULTIPOLYGON")]
        wkb = own.execute(
            "SELECT ST_AsBinary(ST_Transform(geom, 4326)) FROM layers.luoghi WHERE id = 1"
        ).fetchone()
        assert wkb is not None
        read = shapely.from_wkb(bytes(wkb[0]))
        assert shapely.symmetric_difference(read, shapely.box(7.6, 45, 7.61, 45.01)).area < 1e-9
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            own.execute("SELECT * FROM layers.luoghi_v1")


def test_ogrinfo_reads_the_view(signed_in: Layer) -> None:
    program = shutil.which("ogrinfo")
    if program is None:
        pytest.skip("ogrinfo is not installed (Debian: gdal-bin)")
    formats = subprocess.run(
        [program, "--formats"], capture_output=True, text=True, check=True, env=environment()
    )
    if "PostgreSQL -vector-" not in formats.stdout:
        pytest.skip("this ogrinfo has no PostgreSQL driver")
    given = connection.settings_dict
    source = (
        f"PG:dbname='{given['NAME']}' host='{given['HOST']}' port='{given['PORT'] or 5432}' user='{USER}'"
    )
    done = subprocess.run(
        [program, "-ro", "-al", "-so", source, "layers.luoghi"],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    for line in (
        "Geometry: Multi Polygon",
        "Feature Count: 5",
        "nome: String (0.0)",
        'ID["EPSG",32632]',
        "FID Column = id",
    ):
        assert line in done.stdout or (line.startswith("FID") and "id: Integer (0.0)" in done.stdout), (
            done.stdout
        )


def qgis_python() -> str:
    """An interpreter of the system that has PyQGIS."""
    for program in ("/usr/bin/python3", shutil.which("python3")):
        if program and Path(program).exists():
            done = subprocess.run(
                [program, "-c", "import qgis.core"], capture_output=True, check=False, env=environment()
            )
            if done.returncode == 0:
                return program
    pytest.skip("PyQGIS is not installed (Debian: python3-qgis)")


def test_qgis_reads_the_view_by_the_text_of_the_page_and_draws_both_styles_alike(
    signed_in: Layer, tmp_path: Path
) -> None:
    program = qgis_python()
    files = {"luoghi.qml": qml(signed_in), "luoghi.sld": sld(signed_in)}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program, QGIS_SCRIPT, connection_text(signed_in), *(tmp_path / name for name in files)],
        capture_output=True,
        text=True,
        check=False,
        env={**environment(), "HOME": str(tmp_path)},
    )
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    colours = [[1, "#ffeecc"], [2, "#ffeecc"], [3, "#ffeecc"], [4, "#cc0000"], [5, "#cc0000"]]
    assert found == {
        "valid": True,
        "count": 5,
        "crs": "EPSG:32632",
        "wkb": 6,  # multipolygon
        "fields": ["id", "nome", "n"],
        "read": 5,
        "qml_read": True,
        "qml": colours,
        "sld_read": True,
        "sld": colours,
    }
