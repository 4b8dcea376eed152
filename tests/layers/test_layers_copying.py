"""Rows in COPY's binary format arrive as the same values written as SQL literals by PostgreSQL itself."""

import datetime
import json
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest
import shapely
from django.db import connection

from layers import copying, store
from layers.errors import ValueRefused
from layers.fields import Column, sql_type

pytestmark = pytest.mark.django_db
UTC = datetime.UTC
COLUMNS: list[tuple[Any, list[Any]]] = [
    (pa.bool_(), [True, None, False]),
    (pa.int8(), [-128, None, 127]),
    (pa.uint8(), [0, None, 255]),
    (pa.int16(), [-32768, None, 32767]),
    (pa.uint16(), [0, None, 65535]),
    (pa.int32(), [-(2**31), None, 2**31 - 1]),
    (pa.uint32(), [0, None, 2**32 - 1]),
    (pa.int64(), [-(2**63), None, 2**63 - 1]),
    (pa.float32(), [0.1, None, -1.5e30]),
    (pa.float64(), [0.1, None, float("inf")]),
    (pa.string(), ["", None, "Agliè 😀, \"x\"\n\\N"]),
    (pa.large_string(), ["a" * 100_000, None, ""]),
    (pa.binary(), [b"", None, b"\0\xff\n"]),
    (pa.date32(), [datetime.date(1, 1, 1), None, datetime.date(2026, 2, 28)]),
    (pa.time64("us"), [datetime.time(0), None, datetime.time(23, 59, 59, 999_999)]),
    (pa.timestamp("ms"), [datetime.datetime(1850, 1, 1, 12), None, datetime.datetime(2026, 2, 28, 1, 2, 3)]),
    (pa.timestamp("us", tz="UTC"), [datetime.datetime(1999, 12, 31, 23, tzinfo=UTC), None, datetime.datetime.now(UTC)]),
    (pa.decimal128(20, 6), [Decimal("-12345678.000100"), None, Decimal("0.000001")]),
    (pa.decimal128(20, 0), [Decimal(0), None, Decimal(10) ** 12]),
    (pa.list_(pa.int32()), [[1, 2], None, []]),
]  # fmt: skip


def stored(
    geometries: Any, srid: int, columns: list[tuple[Any, list[Any]]], geometry_type: str = "Geometry"
) -> list[tuple[Any, ...]]:
    arrays = [pa.array(values, kind) for kind, values in columns]
    named = [Column(f"c{n}", f"c{n}", sql_type(kind)) for n, (kind, _) in enumerate(columns)]
    store.create_table("sample", named, geometry_type=geometry_type, srid=srid)
    with store.copy_into("sample", named) as copy:
        types = [column.sql_type for column in named]
        copy.write(
            copying.rows(
                np.arange(1, len(geometries) + 1),
                arrays,
                types,
                geometries,
                geometry_type=geometry_type,
                srid=srid,
            )
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT *, ST_AsEWKT(geom) FROM layers.sample ORDER BY id")
        return list(cursor.fetchall())


@pytest.mark.parametrize(("kind", "values"), COLUMNS, ids=[str(kind) for kind, _ in COLUMNS])
def test_each_type_arrives_with_its_extremes_and_nulls(kind: Any, values: list[Any]) -> None:
    points = shapely.points([[7.6, 45.0], [-0.0, 1e-9], [1e300, 2]])
    found = [row[1] for row in stored(points, 4326, [(kind, values)])]
    expected = [value.as_py() for value in pa.array(values, kind)]
    if pa.types.is_list(kind):
        found = [None if value is None else json.loads(value) for value in found]
    if pa.types.is_binary(kind):
        found = [None if value is None else bytes(value) for value in found]
    if pa.types.is_float32(kind):
        found = [None if value is None else float(np.float32(value)) for value in found]
    assert found == expected


def test_many_columns_stand_in_their_order() -> None:
    columns = [
        (pa.int32(), [1, 2, None]),
        (pa.string(), ["a", "bb", "ccc"]),
        (pa.float64(), [0.5, 1.5, 2.5]),
    ] * 30
    found = stored(shapely.points([[1, 2], [3, 4], [5, 6]]), 32632, columns)
    for number, row in enumerate(found):
        assert list(row[1:-2]) == [values[number] for _, values in columns]


@pytest.mark.parametrize(
    "geometries",
    [
        [shapely.Point(7.123456789012345, 45)],
        [shapely.MultiPoint([(1, 2), (3, 4)])],
        [shapely.MultiLineString([[(1, 2), (3, 4)], [(5, 6), (7, 8)]])],
        [
            shapely.MultiPolygon([shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))]),
            shapely.Point(1, 2),
        ],
    ],
)
def test_geometry_arrives_with_its_system(geometries: list[Any]) -> None:
    found = [row[-1] for row in stored(np.array(geometries, dtype=object), 32632, [])]
    read = [shapely.from_wkt(text.removeprefix("SRID=32632;")) for text in found]
    assert all(text.startswith("SRID=32632;") for text in found)
    assert all(shapely.equals_exact(one, other) for one, other in zip(read, geometries, strict=True))


@pytest.mark.parametrize(
    ("kind", "singles"),
    [
        ("MultiPoint", [shapely.Point(1, 2), shapely.Point(3, 4)]),
        (
            "MultiLineString",
            [shapely.LineString([(1, 2), (3, 4)]), shapely.LineString([(5, 6), (7, 8), (9, 9)])],
        ),
        (
            "MultiPolygon",
            [shapely.box(0, 0, 1, 1), shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2))],
        ),
    ],
)
def test_single_geometries_become_multi_where_the_layer_is_so(kind: str, singles: list[Any]) -> None:
    alone = [row[-1] for row in stored(np.array(singles, dtype=object), 32632, [], kind)]
    expected = [getattr(shapely, kind)([single]) for single in singles]
    read = [shapely.from_wkt(text.removeprefix("SRID=32632;")) for text in alone]
    assert all(shapely.equals_exact(one, other) for one, other in zip(read, expected, strict=True))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE layers.sample")
    mixed = np.array([singles[0], expected[1]], dtype=object)
    assert [row[-1] for row in stored(mixed, 32632, [], kind)] == alone


def test_rows_of_x_and_y_are_points() -> None:
    places = np.array([[7.123456789012345, 45.0], [-0.0, 1e-300]])
    with_objects = stored(shapely.points(places), 4326, [])
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE layers.sample")
    assert stored(places, 4326, []) == with_objects


def test_text_in_a_column_of_json_is_a_text_of_json() -> None:
    values = pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a": 1}', "", "abc", "NaN", None, '"x"']))
    store.create_table("sample", [Column("c", "c", "jsonb")], geometry_type="Point", srid=4326)
    with store.copy_into("sample", [Column("c", "c", "jsonb")]) as copy:
        copy.write(
            copying.rows(
                range(6),
                [values],
                ["jsonb"],
                shapely.points(np.zeros((6, 2))),
                geometry_type="Point",
                srid=4326,
            )
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM layers.sample ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == ['{"a": 1}', '""', '"abc"', '"NaN"', None, '"x"']


def test_no_rows_are_no_bytes() -> None:
    assert (
        copying.rows(
            [],
            [pa.array([], pa.int32())],
            ["integer"],
            np.array([], dtype=object),
            geometry_type="Point",
            srid=4326,
        )
        == b""
    )


def test_value_that_the_database_refuses_is_one_sentence() -> None:
    column = Column("c", "c", "jsonb")
    store.create_table("sample", [column], geometry_type="Point", srid=4326)
    with pytest.raises(ValueRefused, match=r"^Expected values that PostgreSQL can hold, found: .*u0000"):  # noqa: SIM117
        with store.copy_into("sample", [column]) as copy:
            values = pa.array([r'"\u0000"'])
            copy.write(
                copying.rows(
                    [1], [values], ["jsonb"], shapely.points([[1, 2]]), geometry_type="Point", srid=4326
                )
            )
    assert issubclass(psycopg.errors.UntranslatableCharacter, psycopg.DataError)
