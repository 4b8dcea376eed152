"""Replace, append and upsert, and the difference that each says before it is published."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import connection

from layers.errors import ColumnsDiffer, KeyRefused, NothingToBuildOn, OptionsRefused, VersionRefused
from layers.importing import import_layer, options_from_json, options_to_json
from layers.models import ImportRun, Layer, Version
from layers.progress import progress_of
from layers.publishing import publish

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
Row = tuple[str, str | None]


def points(write: Write, rows: list[dict[str, Any]], name: str = "luoghi.geojson") -> Path:
    """The place of a row is its `x`, which is no column."""
    places = [
        (shapely.Point(row.get("x", 7.6), 45.0), {k: v for k, v in row.items() if k != "x"}) for row in rows
    ]
    return write(places, name)


def served(columns: str = "id, cod, nome") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM layers.luoghi ORDER BY id")  # noqa: S608
        return list(cursor.fetchall())


def counts(report: Any) -> tuple[int, ...]:
    return tuple(report.difference[kind] for kind in ("added", "changed", "gone", "same"))


@pytest.fixture
def three(write_geojson: Write) -> Path:
    rows = [{"cod": "a", "nome": "uno"}, {"cod": "b", "nome": "due"}, {"cod": "c", "nome": "tre"}]
    path = points(write_geojson, rows)
    import_layer(path, name="luoghi")
    return path


def test_the_first_version_is_all_new(three: Path) -> None:
    difference = Version.objects.get().difference
    assert (difference["against"], difference["added"], difference["same"]) == (None, 3, 0)


def test_upsert_keeps_ids_changes_what_differs_and_adds_the_rest(three: Path, write_geojson: Write) -> None:
    rows = [
        {"cod": "d", "nome": "quattro"},
        {"cod": "c", "nome": "tre"},
        {"cod": "b", "nome": "DUE"},
    ]
    report = import_layer(points(write_geojson, rows, "b.geojson"), name="luoghi", mode="upsert", key="cod")
    assert served() == [(1, "a", "uno"), (2, "b", "DUE"), (3, "c", "tre"), (4, "d", "quattro")]
    assert counts(report) == (1, 1, 0, 2)
    assert report.difference["sample"] == {"added": [4], "changed": [2], "gone": []}
    version = Version.objects.get(number=2)
    assert (version.mode, version.key, version.feature_count) == ("upsert", "cod", 4)
    assert version.based_on is not None
    assert version.based_on.number == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT nome FROM layers.luoghi_v1 ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == ["uno", "due", "tre"]


def test_upsert_sees_a_feature_that_moved(three: Path, write_geojson: Write) -> None:
    report = import_layer(
        points(write_geojson, [{"cod": "a", "nome": "uno", "x": 7.9}], "b.geojson"),
        name="luoghi", mode="upsert", key="cod",
    )  # fmt: skip
    assert counts(report) == (0, 1, 0, 2)
    assert Version.objects.get(number=2).bbox == pytest.approx([7.6, 45.0, 7.9, 45.0], abs=1e-6)


def test_upsert_leaves_alone_the_columns_that_the_file_lacks(three: Path, write_geojson: Write) -> None:
    report = import_layer(
        points(write_geojson, [{"cod": "b", "piani": 3}], "b.geojson"),
        name="luoghi",
        mode="upsert",
        key="cod",
    )
    assert served("id, nome, piani") == [(1, "uno", None), (2, "due", 3), (3, "tre", None)]
    assert counts(report) == (0, 1, 0, 2)
    assert (report.difference["columns_added"], report.difference["columns_gone"]) == (["piani"], [])


def test_append_numbers_the_new_after_the_old_and_counts_what_is_repeated(
    three: Path, write_geojson: Write
) -> None:
    rows = [{"cod": "a", "nome": "uno"}, {"cod": "z", "nome": "zeta"}]
    report = import_layer(points(write_geojson, rows, "b.geojson"), name="luoghi", mode="append")
    assert served()[3:] == [(4, "a", "uno"), (5, "z", "zeta")]
    assert counts(report) == (2, 0, 0, 3)
    assert report.difference["repeated"] == 1
    assert report.difference["sample"]["added"] == [4, 5]


def test_append_with_a_key_refuses_what_is_there(three: Path, write_geojson: Write) -> None:
    path = points(write_geojson, [{"cod": "a", "nome": "altro"}], "b.geojson")
    with pytest.raises(
        KeyRefused, match=r"only new values of the key cod in b\.geojson, found 1 that the layer has"
    ):
        import_layer(path, name="luoghi", mode="append", key="cod")


def test_same_file_is_appended_once(three: Path, write_geojson: Write) -> None:
    path = points(write_geojson, [{"cod": "z", "nome": "zeta"}], "b.geojson")
    assert import_layer(path, name="luoghi", mode="append").status == "stored"
    assert import_layer(path, name="luoghi", mode="append").status == "unchanged"


def test_replace_compares_by_key_where_one_is_given(three: Path, write_geojson: Write) -> None:
    rows = [{"cod": "b", "nome": "DUE"}, {"cod": "c", "nome": "tre"}, {"cod": "d", "nome": "quattro"}]
    report = import_layer(points(write_geojson, rows, "b.geojson"), name="luoghi", key="COD")
    assert counts(report) == (1, 1, 1, 1)
    assert report.difference["sample"] == {"added": [3], "changed": [1], "gone": [1]}
    assert report.difference["key"] == "cod"


def test_replace_without_a_key_compares_whole_features_with_their_number(
    three: Path, write_geojson: Write
) -> None:
    rows = [{"cod": "c", "nome": "tre"}, {"cod": "c", "nome": "tre"}, {"cod": "b", "nome": "DUE"}]
    report = import_layer(points(write_geojson, rows, "b.geojson"), name="luoghi")
    assert counts(report) == (2, 0, 2, 1)
    assert report.difference["sample"]["added"] == [2, 3]


def test_replace_says_columns_and_types_that_change(three: Path, write_geojson: Write) -> None:
    report = import_layer(points(write_geojson, [{"cod": 1, "quota": 2.5}], "b.geojson"), name="luoghi")
    assert report.difference["columns_added"] == ["quota"]
    assert report.difference["columns_gone"] == ["nome"]
    assert report.difference["columns_changed"] == [{"name": "cod", "before": "text", "after": "integer"}]


def test_key_that_became_a_number_still_meets_itself(write_geojson: Write) -> None:
    import_layer(points(write_geojson, [{"cod": "1"}, {"cod": "2"}]), name="luoghi")
    report = import_layer(
        points(write_geojson, [{"cod": 2}, {"cod": 3}], "b.geojson"), name="luoghi", key="cod"
    )
    assert counts(report) == (1, 0, 1, 1)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"cod": "a"}, {"cod": None}], "found 1 features without"),
        ([{"cod": "a"}, {"cod": "a"}, {"cod": "b"}], "found 1 values more than once, such as 'a'"),
        ([{"nome": "a"}], "Expected the key column cod in b.geojson, found the columns nome"),
    ],
)
@pytest.mark.parametrize("mode", ["replace", "upsert"])
def test_key_that_tells_nothing_apart_is_refused(
    three: Path, write_geojson: Write, rows: list[dict[str, Any]], said: str, mode: str
) -> None:
    with pytest.raises(KeyRefused, match=said):
        import_layer(points(write_geojson, rows, "b.geojson"), name="luoghi", mode=mode, key="cod")
    assert served() == [(1, "a", "uno"), (2, "b", "due"), (3, "c", "tre")]
    assert Version.objects.count() == 1


def test_key_that_the_layer_lacks_is_refused(three: Path, write_geojson: Write) -> None:
    path = points(write_geojson, [{"cod": "a", "id_ente": 1}], "b.geojson")
    with pytest.raises(KeyRefused, match="the key column id_ente in luoghi_v1, found the columns cod, nome"):
        import_layer(path, name="luoghi", mode="upsert", key="id_ente")


def test_append_of_other_types_or_geometry_is_one_sentence(three: Path, write_geojson: Write) -> None:
    line = shapely.LineString([(7.6, 45), (7.7, 45)])
    with pytest.raises(ColumnsDiffer) as refused:
        import_layer(write_geojson([(line, {"cod": 5})], "b.geojson"), name="luoghi", mode="append")
    assert "Point in the layer and MultiLineString in the file" in str(refused.value)
    assert "column cod of type text in the layer and integer in the file" in str(refused.value)


def test_append_widens_whole_numbers_and_single_points(write_geojson: Write) -> None:
    import_layer(write_geojson([(shapely.Point(7.6, 45), {"n": 1})]), name="luoghi")
    both = shapely.MultiPoint([(7.6, 45), (7.7, 45)])
    report = import_layer(
        write_geojson([(both, {"n": 5_000_000_000})], "b.geojson"), name="luoghi", mode="append"
    )
    assert served("id, n, GeometryType(geom)") == [(1, 1, "MULTIPOINT"), (2, 5_000_000_000, "MULTIPOINT")]
    assert report.difference["geometry_changed"] == {"before": "Point", "after": "MultiPoint"}
    assert report.difference["columns_changed"] == [{"name": "n", "before": "integer", "after": "bigint"}]


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_nothing_is_appended_to_a_layer_that_is_not_there(write_geojson: Write, mode: str) -> None:
    with pytest.raises(NothingToBuildOn, match="import the file with the mode replace first"):
        import_layer(points(write_geojson, [{"cod": "a"}]), name="luoghi", mode=mode, key="cod")
    assert not Layer.objects.exists()


def test_dry_run_says_the_difference_and_leaves_nothing(three: Path, write_geojson: Write) -> None:
    rows = [{"cod": "c", "nome": "TRE"}, {"cod": "d", "nome": "quattro"}]
    path = points(write_geojson, rows, "b.geojson")
    for mode, expected in (("upsert", (1, 1, 0, 2)), ("replace", (1, 1, 2, 0)), ("append", None)):
        if expected is not None:
            report = import_layer(path, name="luoghi", mode=mode, key="cod", dry_run=True)
            assert counts(report) == expected
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'layers'::regnamespace AND relkind = 'r'"
        )
        assert cursor.fetchone() == (1,)
    assert (Version.objects.count(), ImportRun.objects.count()) == (1, 1)


def test_version_built_on_one_that_is_no_longer_current_is_not_published(
    three: Path, write_geojson: Write
) -> None:
    path = points(write_geojson, [{"cod": "z", "nome": "zeta"}], "b.geojson")
    import_layer(path, name="luoghi", mode="append", publish=False)
    import_layer(points(write_geojson, [{"cod": "q", "nome": "q"}], "c.geojson"), name="luoghi")
    with pytest.raises(
        VersionRefused, match="luoghi_v2 to build on the current version, found version 1 below it"
    ):
        publish(Version.objects.get(number=2))
    assert served() == [(1, "q", "q")]


def test_unknown_mode_and_upsert_without_a_key_are_refused(three: Path) -> None:
    with pytest.raises(OptionsRefused, match="replace, append, upsert, found 'merge'"):
        import_layer(three, mode="merge")
    with pytest.raises(OptionsRefused, match="name the column"):
        import_layer(three, mode="upsert")


def test_what_is_given_about_the_layer_is_kept_and_comes_back_from_json(
    three: Path, write_geojson: Write
) -> None:
    given = options_to_json(
        {"name": "luoghi", "licence": "CC BY 4.0", "reference_date": date(2026, 1, 31), "owner": "Ufficio"}
    )
    assert given["reference_date"] == "2026-01-31"
    run = ImportRun.objects.create(file_name="b.geojson", options={**given, "upload": "x"}, status="waiting")
    path = points(write_geojson, [{"cod": "q"}], "b.geojson")
    import_layer(path, run=run, who="anna", **options_from_json(run.options))
    layer = Layer.objects.get()
    assert (layer.licence, layer.reference_date, layer.owner) == ("CC BY 4.0", date(2026, 1, 31), "Ufficio")
    run.refresh_from_db()
    assert (run.status, run.version and run.version.number, run.layer) == ("stored", 2, layer)


def test_progress_of_a_run_has_every_phase(three: Path) -> None:
    progress = progress_of(ImportRun.objects.get())
    assert progress["phase"] == "publish"
    assert [row["rows"] for row in progress["phases"]] == [3] * 7
    assert [row["total"] for row in progress["phases"]] == [3] * 7
    assert progress["seconds_left"] == 0
    nothing = progress_of(ImportRun.objects.create(file_name="x"))
    assert (nothing["phase"], nothing["phases"], nothing["updated"]) == ("", [], None)
