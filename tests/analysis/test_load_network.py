"""`load_network` with what its user says of the file: fields, crossings, barriers, and the counts it prints."""

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gisplan.__main__ import main
from gisplan.analysis.models import StreetNetwork
from gisplan.analysis.networks import load_network, open_network
from gisplan.analysis.street_files import StreetOptions
from gisplan.territory.models import Municipality
from layers.streets import StreetFields
from tests.analysis.conftest import CENTRE_M, write_geojson

Capture = pytest.CaptureFixture[str]
X, Y = CENTRE_M


def line(*points: tuple[float, ...]) -> shapely.LineString:
    return shapely.LineString([(X + x, Y + y, *rest) for x, y, *rest in points])


@pytest.fixture
def cross(tmp_path: Path) -> Path:
    """Two streets that cross in the middle without a common vertex; the first is one-way and drives 36 km/h."""
    lines = [line((-500, 0), (500, 0)), line((0, -500), (0, 500))]
    rows = [{"SENSO": "FT", "VEL": 36, "TIPO": "U"}, {"SENSO": "", "VEL": 18, "TIPO": "U"}]
    return write_geojson(tmp_path / "cross.geojson", lines, rows)


@pytest.mark.usefixtures("territory")
def test_named_fields_reach_the_network(cross: Path) -> None:
    words = ["--oneway-field", "senso", "--oneway-forward-values", "FT", "--speed-field", "VEL"]
    words += ["--class-field", "TIPO", "--class-value", "U=residential"]
    assert main(["load_network", str(cross), *words]) == 0
    built = open_network(StreetNetwork.objects.get().digest)
    car_min = np.sort(built.edge_min("car"), axis=1)
    np.testing.assert_allclose(np.sort(car_min[:, 0]), [1000 / 600, 1000 / 300], rtol=1e-3)
    assert np.isinf(car_min[:, 1]).sum() == 1


@pytest.mark.usefixtures("territory")
def test_crossings_are_joined_only_where_asked(cross: Path) -> None:
    load_network(cross, name="apart")
    load_network(cross, name="joined", options=StreetOptions(node_crossings=True))
    found = dict(StreetNetwork.objects.values_list("name", "edges"))
    assert found == {"apart": 2, "joined": 4}


@pytest.mark.usefixtures("territory")
def test_same_file_read_in_another_way_is_not_known(cross: Path) -> None:
    assert load_network(cross).is_new
    assert not load_network(cross).is_new
    again = load_network(cross, options=StreetOptions(node_crossings=True))
    assert again.is_new
    assert StreetNetwork.objects.get().edges == 4


@pytest.mark.usefixtures("territory")
def test_river_of_another_file_becomes_a_barrier_and_a_far_one_does_not(cross: Path, tmp_path: Path) -> None:
    rivers = [line((30, -600), (30, -100), (30, 600)), line((3000, 0), (3000, 100))]
    water = write_geojson(tmp_path / "rivers.geojson", rivers, [{}, {}])
    row = load_network(cross, options=StreetOptions(barriers=(water,))).row
    barriers_m = open_network(row.digest).barrier_m
    np.testing.assert_allclose(barriers_m[:, [0, 2]], X + 30, atol=0.1)
    assert len(barriers_m) == 2


def test_counts_of_the_build_are_printed_also_when_it_is_known(
    territory: Municipality, tmp_path: Path, capsys: Capture
) -> None:
    lines = [((0, 0, 240), (100, 0, 250)), ((100, 0, 250), (200, 0, 240)), ((0, 900, 240), (50, 900, 240))]
    path = tmp_path / "few.gpkg"
    pyogrio.raw.write(
        path,
        shapely.to_wkb([line(*points) for points in lines]),
        [np.array(["residential", "residential", "construction"])],
        ["highway"],
        geometry_type="LineString Z",
        crs="EPSG:32632",
    )
    for _ in range(2):
        assert main(["load_network", str(path)]) == 0
        shown = capsys.readouterr().out.splitlines()
        assert shown[0].startswith("few: 3 nodes, 2 edges, 1 components, 1 stations inside")
        assert "  dead ends: 2" in shown
        assert "  edges with a slope: 2, steeper than 1 in 2: 0" in shown
        assert "  km of street: all 0.2, walk 0.2, bike 0.2, car 0.2" in shown
        assert "  dropped, closed to all: 1" in shown
        assert "  barrier segments: 0" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--oneway-field", "SENS"], "Expected a field 'SENS' in cross.geojson, found SENSO, VEL, TIPO"),
        (["--oneway-forward-values", "FT"], "Expected --oneway-field with the values named for it"),
        (["--class-field", "TIPO", "--class-value", "U"], "--class-value expects VALUE=CLASS"),
        (["--barriers", "absent.gpkg"], "absent.gpkg"),
        (["--join-m", "-1"], "Expected a snapping tolerance of 0 m or more, found -1.0"),
    ],
)
def test_a_slip_is_one_sentence_and_nothing_is_kept(
    territory: Municipality, cross: Path, capsys: Capture, words: list[str], said: str
) -> None:
    assert main(["load_network", str(cross), *words]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert not StreetNetwork.objects.exists()


def test_metres_said_to_be_degrees_are_refused(
    territory: Municipality, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "metres.geojson"
    street = {
        "type": "Feature",
        "properties": {},
        "geometry": json.loads(shapely.to_geojson(line((0, 0), (9, 0)))),
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [street]}))
    assert main(["load_network", str(path), "--srid", "4326"]) == 2
    shown = capsys.readouterr()
    assert f"Expected longitudes from -180 to 180 in metres.geojson, found {X:g}" in shown.err
    assert shown.err.count("\n") == 1
    assert not StreetNetwork.objects.exists()
    assert main(["load_network", str(path), "--srid", "32632"]) == 0


def test_the_reader_of_fields_is_part_of_what_is_known(cross: Path, territory: Municipality) -> None:
    first = load_network(cross).row.file_digest
    named = load_network(cross, options=StreetOptions(fields=StreetFields(speed="VEL"))).row.file_digest
    assert first != named
    assert json.loads(cross.read_text())["features"]
