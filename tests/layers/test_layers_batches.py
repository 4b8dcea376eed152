"""Layers as files: whole, in batches, each value of its kind, and spreadsheets with their limits."""

from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest
import shapely

from layers import workbooks
from layers.importing import import_layer
from layers.models import Version
from layers.serving import batches
from layers.workbooks import Workbook

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
VALUES = [
    {"nome": f"q{n}", "fid": n * 10, "quota": n + 0.5, "pubblico": n % 2 == 0, "giorno": "2024-02-29"}
    for n in range(7)
]


@pytest.fixture
def version(write_geojson: Write, monkeypatch: pytest.MonkeyPatch) -> Version:
    """Seven squares in batches of three; the second one has no name."""
    monkeypatch.setattr(batches, "BATCH", 3)
    squares = [shapely.box(7 + n / 10, 45, 7.05 + n / 10, 45.05) for n in range(7)]
    values = [row | ({"nome": None} if n == 1 else {}) for n, row in enumerate(VALUES)]
    import_layer(write_geojson(list(zip(squares, values, strict=True)), "quadrati.geojson"))
    return Version.objects.select_related("layer").get(layer__name="quadrati", is_current=True)


def test_a_geopackage_holds_every_feature_of_every_batch_with_its_ground(
    version: Version, tmp_path: Path
) -> None:
    path = tmp_path / "out.gpkg"
    batches.append_to_geopackage(version, path, layer="uno")
    batches.append_to_geopackage(version, path, layer="due")
    assert [name for name, _ in pyogrio.list_layers(path)] == ["uno", "due"]
    found = pyogrio.read_dataframe(path, layer="due")
    assert list(found["id"]) == [1, 2, 3, 4, 5, 6, 7]
    assert list(found["fid"]) == [row["fid"] for row in VALUES]
    assert found["nome"].isna().tolist() == [False, True, *[False] * 5]
    assert list(found["quota"]) == [row["quota"] for row in VALUES]
    assert list(found["pubblico"]) == [row["pubblico"] for row in VALUES]
    assert found.crs.to_epsg() == version.stored_srid
    west, south, east, north = found.to_crs(4326).total_bounds
    assert (west, south, east, north) == pytest.approx((7, 45, 7.65, 45.05), abs=1e-6)


def test_rows_are_those_of_all_batches_and_no_more_than_asked(version: Version) -> None:
    assert [row[0] for row in batches.rows(version)] == [1, 2, 3, 4, 5, 6, 7]
    assert [row[0] for row in batches.rows(version, most=4)] == [1, 2, 3, 4]


def test_a_sheet_keeps_numbers_text_and_gaps_apart(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    rows = [(1, "a & <b>\0", None, True), (2, "=1+1", 2.5, False), (10**17, " due ", float("nan"), True)]
    with Workbook(path) as book:
        assert book.sheet("Dati: comuni/zone", ["n", "testo", "valore", "si"], rows) == "Dati  comuni zone"
        assert book.sheet("DATI  comuni zone", ["x"], []) == "DATI  comuni zone-2"
    assert [name for name, _ in pyogrio.list_layers(path)] == ["Dati  comuni zone", "DATI  comuni zone-2"]
    found = pyogrio.read_dataframe(path, layer="Dati  comuni zone")
    assert list(found["testo"]) == ["a & <b>", "=1+1", " due "]
    assert found["valore"].tolist()[1] == 2.5
    assert found["valore"].isna().tolist() == [True, False, True]
    assert str(found["n"].tolist()[2]) == str(10**17)


def test_a_sheet_ends_at_its_last_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1203)
    path = tmp_path / "out.xlsx"
    with Workbook(path) as book:
        book.sheet("tanti", [f"c{k}" for k in range(30)], ([n] * 30 for n in range(2000)))
    found = pyogrio.read_dataframe(path)
    assert len(found) == 1202
    assert list(found["c29"]) == list(range(1202))


def test_a_cell_holds_no_more_than_a_spreadsheet_allows(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    with Workbook(path) as book:
        book.sheet("lungo", ["n", "testo"], [(1, "x" * 40_000)])
    written = pyogrio.read_dataframe(path)["testo"][0]
    assert len(written) == workbooks.LONGEST_TEXT
    assert written.endswith("x…")
