"""Car minutes between the municipalities of the loaded territory."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from pytest_django import Settings

from gisplan.analysis.errors import RequestRefused
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
    settings.SEED_DIR = tmp_path
    times = road_times()
    assert times.parameters["seats_known"] == 1
    assert times.minutes(["001901"], ["001902"]).item() == pytest.approx(4 * 1.3 + 3, abs=0.01)


def test_a_code_without_boundary_is_refused(valley: TerritoryEdition) -> None:
    with pytest.raises(RequestRefused, match="found 009999: choose municipalities that have a boundary"):
        road_times().minutes(["009999"], ["001901"])


def test_an_empty_database_is_refused() -> None:
    with pytest.raises(RequestRefused, match="found none: run `gisplan load_territory` first"):
        territory_facts()
