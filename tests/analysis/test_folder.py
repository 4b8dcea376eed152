"""A folder of whatever the user has: one outcome a file, told by content and not by name."""

import zipfile
from pathlib import Path

import pytest
import shapely

from gisplan.analysis.folder import load_folder
from gisplan.analysis.models import StreetNetwork
from gisplan.territory.models import Municipality
from layers.models import Layer
from tests.analysis.conftest import CENTRE_M, write_geojson


@pytest.fixture
def folder(territory: Municipality, grid_file: Path, tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    x, y = CENTRE_M
    grid_file.rename(made / "streets.geojson")
    write_geojson(made / "park.geojson", [shapely.box(x, y, x + 500, y + 500)], [{"name": "Parco"}])
    write_geojson(
        made / "elsewhere.geojson", [shapely.box(x + 4e5, y, x + 4.1e5, y + 500)], [{"name": "Lontano"}]
    )
    (made / "table.csv").write_text("code;name\n1;a\n2;b\n")
    (made / "notes.txt").write_text("no table at all")
    (made / "picture.shp").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    with zipfile.ZipFile(made / "timetable.zip", "w") as archive:
        archive.writestr("stops.txt", "stop_id\n1\n")
        archive.writestr("stop_times.txt", "trip_id\n1\n")
    return made


def test_each_file_is_loaded_or_skipped_with_its_reason(folder: Path) -> None:
    told = {outcome.path.name: str(outcome) for outcome in load_folder(folder)}
    assert told["streets.geojson"] == "loaded: street network streets, 1681 nodes, 3280 edges"
    assert told["park.geojson"] == "loaded: layer park, 1 features"
    assert told["elsewhere.geojson"] == "skipped: outside the territory: layer elsewhere"
    assert told["table.csv"] == "skipped: no loader yet: a text table with the columns code, name"
    assert told["timetable.zip"] == "skipped: no loader yet: a public transport timetable (GTFS)"
    assert told["notes.txt"].startswith("skipped: not understood: ")
    assert told["picture.shp"].startswith("skipped: not understood: ")
    assert "a PNG image" in told["picture.shp"]
    assert len(told) == 7


def test_a_second_load_changes_nothing(folder: Path) -> None:
    first = [str(outcome) for outcome in load_folder(folder)]
    assert [str(outcome) for outcome in load_folder(folder)] == first
    assert [layer.versions.count() for layer in Layer.objects.all()] == [1]
    assert StreetNetwork.objects.count() == 1
