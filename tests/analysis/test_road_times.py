"""Car minutes between the municipalities of the loaded territory."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from pytest_django import Settings

from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.networks import load_network
from gisplan.analysis.road_times import road_times, territory_facts
from gisplan.territory.models import Municipality, TerritoryEdition
from tests.analysis.conftest import VALLEY, lon_lat

pytestmark = pytest.mark.django_db


def test_minutes_between_municipalities_are_those_of_their_hops(valley: TerritoryEdition) -> None:
    times = road_times()
    assert times.codes == tuple(VALLEY)
    hop, ends = 6 * 1.3, 2 * 1.5
    found = times.minutes(["001901"], ["001901", "001902", "001903", "004901"])
    assert found.tolist() == [[0, pytest.approx(hop + ends), pytest.approx(2 * hop + ends), np.inf]]
    assert times.minutes(["001903", "001902"], ["001901"]).tolist() == [
        [pytest.approx(2 * hop + ends)],
        [pytest.approx(hop + ends)],
    ]


def test_times_say_how_they_were_made(valley: TerritoryEdition) -> None:
    times = road_times()
    assert times.method == times.parameters["method"] == "schematic"
    assert times.parameters["terrain_known"] == 4
    assert times.parameters["detour"]["local"]["plain"] == 1.3


def test_times_stay_in_memory_until_a_municipality_changes(valley: TerritoryEdition) -> None:
    first = road_times()
    assert road_times() is first
    Municipality.objects.filter(istat_code="001902").update(altitude_m=2_300)
    changed = road_times()
    assert changed.digest != first.digest
    assert changed.minutes(["001901"], ["001902"]).item() > first.minutes(["001901"], ["001902"]).item()


def test_terrain_that_is_not_loaded_is_not_known(valley: TerritoryEdition) -> None:
    Municipality.objects.update(altitude_m=None, altimetric_zone=None)
    times = road_times()
    assert times.parameters["terrain_known"] == 0
    assert times.minutes(["001901"], ["001902"]).item() == pytest.approx(6 * 1.417 / 55 * 60 + 3)


def test_a_known_seat_is_the_centre_and_one_outside_its_municipality_is_not(
    valley: TerritoryEdition, settings: Settings, tmp_path: Path
) -> None:
    east = lon_lat(shapely.Point(405_000, 5_003_000))  # 2 km east of the middle of Alta
    lines = ["istat_code,lon,lat,match,source", *(f"{code},{east.x},{east.y},name,-" for code in VALLEY)]
    (tmp_path / "municipal_seats.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "motorway_legs.csv").write_text("from_istat_code,to_istat_code\n")
    settings.SEED_DIR = tmp_path
    times = road_times()
    assert times.parameters["seats_known"] == 1
    assert times.minutes(["001901"], ["001902"]).item() == pytest.approx(4 * 1.3 + 3, abs=0.01)


def test_a_motorway_of_the_seeds_joins_municipalities_that_are_loaded(
    valley: TerritoryEdition, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "municipal_seats.csv").write_text("istat_code,lon,lat,match,source\n")
    legs = "from_istat_code,to_istat_code\n001901,001903\n001901,009999\n"
    (tmp_path / "motorway_legs.csv").write_text(legs)
    settings.SEED_DIR = tmp_path
    times = road_times()
    assert times.parameters["motorway_legs"] == 1
    assert times.minutes(["001901"], ["001903"]).item() == pytest.approx(12 * 1.18 / 120 * 60 + 3)
    assert times.minutes(["001901"], ["001902"]).item() == pytest.approx(6 * 1.3 + 3)


def test_a_code_without_boundary_is_refused(valley: TerritoryEdition) -> None:
    with pytest.raises(RequestRefused, match="found 009999: choose municipalities that have a boundary"):
        road_times().minutes(["009999"], ["001901"])


def test_an_empty_database_is_refused() -> None:
    with pytest.raises(RequestRefused, match="found none: run `gisplan load_territory` first"):
        territory_facts()


def road_file(path: Path, kilometres: list[tuple[float, float]]) -> Path:
    """OpenStreetMap XML of one secondary road of 60 km/h through points in km from the corner of the valley."""
    places = [lon_lat(shapely.Point(400_000 + x * 1000, 5_000_000 + y * 1000)) for x, y in kilometres]
    nodes = "".join(
        f'<node id="{k}" lon="{one.x:.7f}" lat="{one.y:.7f}" version="1"/>' for k, one in enumerate(places, 1)
    )
    refs = "".join(f'<nd ref="{k}"/>' for k in range(1, len(places) + 1))
    tags = '<tag k="highway" v="secondary"/><tag k="maxspeed" v="60"/>'
    path.write_text(
        f'<osm version="0.6">{nodes}<way id="1" version="1">{refs}{tags}</way></osm>', encoding="utf-8"
    )
    return path


def test_a_road_network_of_the_whole_territory_is_used_in_place_of_the_schematic_one(
    valley: TerritoryEdition, settings: Settings, tmp_path: Path
) -> None:
    settings.NETWORKS_DIR = tmp_path / "networks"
    before = road_times()
    load_network(road_file(tmp_path / "whole.osm", [(2.5, 3), (3, 3), (9, 3), (15, 3), (15.5, 3)]))
    times = road_times()
    assert (before.method, times.method) == ("schematic", "network")
    assert (times.parameters["network"], times.parameters["municipalities_on_network"]) == ("whole", 3)
    row = times.minutes(["001901"], list(VALLEY))[0]
    car_kmh = 0.8 * 60
    assert row.tolist() == [
        0,
        pytest.approx(6 / car_kmh * 60, rel=0.01),
        pytest.approx(12 / car_kmh * 60, rel=0.01),
        np.inf,
    ]


def test_a_network_of_a_part_of_the_territory_is_not_used(
    valley: TerritoryEdition, settings: Settings, tmp_path: Path
) -> None:
    settings.NETWORKS_DIR = tmp_path / "networks"
    load_network(road_file(tmp_path / "part.osm", [(2.5, 3), (3, 3), (9, 3)]))
    assert road_times().method == "schematic"
