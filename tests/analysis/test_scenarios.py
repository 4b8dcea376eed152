"""Ranking, access gap, scenarios and measures on the made territory, where every figure follows from arithmetic."""

import csv
import math
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from django.contrib.gis.geos import Point

from gisplan.__main__ import main
from gisplan.analysis.access import AccessRequest, run_access
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.exports import run_tables
from gisplan.analysis.hub_network import run_ranking
from gisplan.analysis.models import Run, Scenario
from gisplan.analysis.networks import load_network
from gisplan.analysis.requests import catchment_request
from gisplan.analysis.scenarios import Change, add_change, answers, create_scenario, run_scenario
from gisplan.analysis.staleness import is_stale
from gisplan.territory.models import Municipality, Station
from tests.analysis.conftest import CENTRE_M, PEOPLE_PER_KM2, TO_DEGREES, write_geojson

TEN = catchment_request((10,))
CIRCLE_PEOPLE = math.pi * (10 * 4.8 / 60 / 1.3) ** 2 * PEOPLE_PER_KM2


def tables(run: Run) -> dict[str, list[dict[str, object]]]:
    return {
        table["name"]: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
        for table in run_tables(run)
    }


def lonlat(dx_m: float, dy_m: float) -> tuple[float, float]:
    return TO_DEGREES.transform(CENTRE_M[0] + dx_m, CENTRE_M[1] + dy_m)


def test_the_ranking_adds_its_parts_and_the_gap_adds_up_to_everybody(territory: Municipality) -> None:
    found = tables(run_ranking(TEN))
    first, second = found["ranking"]
    assert (first["station"], first["rank"], first["score"]) == ("Centrale", 1, 1)
    assert second["score"] == 0  # the other circle leaves the municipality: fewer in every term
    for row in found["ranking"]:
        parts = [row[name] for name in row if name.startswith("part_")]
        assert sum(parts) == pytest.approx(row["score"], abs=0.002)  # type: ignore[arg-type]
    assert first["people"] == first["people_alone"] == pytest.approx(CIRCLE_PEOPLE, rel=0.01)
    assert found["overlap"] == []
    (gap,) = found["gap_by_municipality"]
    assert gap["people"] == 64_000
    assert gap["reached"] + gap["not_reached"] + gap["not_placed"] == pytest.approx(64_000, abs=0.1)  # type: ignore[operator]
    assert gap["reached"] == pytest.approx(first["people"] + second["people"], abs=0.1)  # type: ignore[operator]


def test_two_hubs_at_one_place_share_all_their_people_and_none_is_alone(territory: Municipality) -> None:
    Station.objects.filter(code="osm-2").update(location=Station.objects.get(code="osm-1").location)
    found = tables(run_ranking(TEN, weights={"people": 1, "people_alone": 1}))
    (pair,) = found["overlap"]
    assert (pair["share_of_first"], pair["share_of_second"]) == (1, 1)
    assert [row["people_alone"] for row in found["ranking"]] == [0, 0]


@pytest.mark.parametrize(
    "weights", [{"beauty": 1.0}, {"people": -1.0}, {"people": 0.0}, {"people": math.nan}]
)
def test_weights_that_mean_nothing_are_refused(territory: Municipality, weights: dict[str, float]) -> None:
    with pytest.raises(AnalysisError, match="--weight expects"):
        run_ranking(TEN, weights=weights)


def test_a_headway_gives_the_category_and_without_one_it_is_not_known(
    territory: Municipality, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "headways.csv"
    table.write_text("station_code;headway_min;mode_group\nosm-1;7,5;rail\n")
    assert main(["rank_hubs", "--headways", str(table)]) == 0
    assert "2 hubs, 0 pairs share people" in capsys.readouterr().out
    found = {row["station_code"]: row["category"] for row in tables(Run.objects.get())["ranking"]}
    assert found == {"osm-1": 1, "osm-2": None}
    table.write_text("station_code,headway_min,mode_group\nosm-1,0,rail\n")
    assert main(["rank_hubs", "--headways", str(table)]) == 2
    assert "in line 2 of headways.csv, found 0: correct it." in capsys.readouterr().err


def test_a_new_hub_far_from_others_adds_its_circle_and_a_closed_one_takes_it_away(
    territory: Municipality,
) -> None:
    more, less = create_scenario("Uno in più"), create_scenario("Uno in meno")
    add_change(more, Change("add", "Nuovo", position=lonlat(-2_500, 0)))
    add_change(less, Change("close", station_code="osm-1"))
    (gain,) = tables(run_scenario(more))["totals"]
    (loss,) = tables(run_scenario(less))["totals"]
    assert (gain["hubs_today"], gain["hubs_then"], loss["hubs_then"]) == (2, 3, 1)
    assert gain["difference"] == pytest.approx(CIRCLE_PEOPLE, rel=0.01)
    assert loss["difference"] == pytest.approx(-CIRCLE_PEOPLE, rel=0.01)


def test_a_moved_hub_inside_the_same_density_reaches_as_many_elsewhere(territory: Municipality) -> None:
    scenario = create_scenario("Spostare")
    add_change(scenario, Change("move", station_code="osm-1", position=lonlat(-2_000, 0)))
    run = run_scenario(scenario)
    (totals,) = tables(run)["totals"]
    assert totals["difference"] == pytest.approx(0, abs=1)
    kinds = {feature["properties"]["change"] for feature in run.result["features"]["features"]}
    assert kinds == {"gained", "lost"}
    with pytest.raises(AnalysisError, match="Expected one change of Centrale"):
        add_change(scenario, Change("close", station_code="osm-1"))


def test_a_bridge_over_a_river_reaches_the_other_bank(territory: Municipality, tmp_path: Path) -> None:
    """Two parallel streets 300 m apart and nothing between: the link opens the second one."""
    import shapely

    x0, y0 = CENTRE_M
    lines = [
        shapely.LineString([(x0 + k, y0 + dy), (x0 + k + 100, y0 + dy)])
        for dy in (0, 300)
        for k in range(-1_500, 1_500, 100)
    ]
    load_network(write_geojson(tmp_path / "banks.geojson", lines, [{"highway": "residential"}] * len(lines)))
    Station.objects.filter(code="osm-2").delete()
    scenario = create_scenario("Passerella")
    add_change(scenario, Change("link", "Ponte", position=lonlat(50, 0), to_position=lonlat(50, 300)))
    run = run_scenario(scenario)
    (totals,) = tables(run)["totals"]
    # 800 m of walk: 50 along, 300 across, 450 left to each side of the other bank, each 50 m wide.
    gained_m2 = 2 * 450 * 50 + 250 * 50
    assert totals["difference"] == pytest.approx(gained_m2 / 1e6 * PEOPLE_PER_KM2, rel=0.06)
    assert run_scenario(scenario).pk == run.pk
    assert not is_stale(run)
    Station.objects.filter(code="osm-1").update(location=Station.objects.get(code="osm-1").location)
    assert not is_stale(run)


def test_a_link_without_streets_near_it_is_refused(territory: Municipality, grid_file: Path) -> None:
    load_network(grid_file)
    scenario = create_scenario("Nel vuoto")
    add_change(scenario, Change("link", "x", position=lonlat(0, 0), to_position=lonlat(3_500, 3_500)))
    with pytest.raises(AnalysisError, match="a street near both ends of the link 'x'"):
        run_scenario(scenario)


def test_the_scenario_command_keeps_nothing_of_what_it_refuses(
    territory: Municipality, capsys: pytest.CaptureFixture[str]
) -> None:
    lon, lat = lonlat(-2_500, 0)
    words = ["scenario", "Prova", "--create", "--add", "A", f"{lon},{lat}"]
    assert main([*words, "--close", "osm-9"]) == 2
    assert "found 'osm-9'" in capsys.readouterr().err
    assert not Scenario.objects.exists()
    assert main(words) == 0
    assert "2 hubs today, 3 then" in capsys.readouterr().out


def test_without_streets_accessibility_is_refused_and_says_what_to_load(territory: Municipality) -> None:
    with pytest.raises(AnalysisError, match="run `gisplan load_network FILE`"):
        run_access(AccessRequest("nearest", "stations", "municipalities", "walk", 30))


def test_nearest_on_the_grid_is_the_walk_and_what_is_out_of_reach_is_flagged(
    territory: Municipality, grid_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_network(grid_file)
    Station.objects.filter(code="osm-1").update(
        location=f"SRID=32632;POINT({CENTRE_M[0] + 800} {CENTRE_M[1]})"
    )
    target = tmp_path / "access.csv"
    words = ["accessibility", "--measure", "nearest", "--supply", "stations", "--minutes", "30"]
    assert main([*words, "--out", str(target)]) == 0
    assert "nearest of stations [min] within 30 min by walk at 4.8 km/h on grid" in capsys.readouterr().out
    (row,) = tables(Run.objects.get(method="accessibility"))["access"]
    assert row["nearest"] == pytest.approx(
        10, abs=0.1
    )  # from the middle of the square, 800 m along the streets
    assert target.read_text("utf-8-sig").splitlines()[0] == "code,place,people [people],nearest [min],status"
    short = run_access(AccessRequest("cumulative", "stations", "municipalities", "walk", 5))
    (row,) = tables(short)["access"]
    assert (row["cumulative"], row["status"]) == (0, "unreachable")


@pytest.mark.parametrize("measure", ["2sfca", "e2sfca", "3sfca"])
def test_supply_per_person_gives_back_the_supply(
    territory: Municipality, grid_file: Path, measure: str
) -> None:
    load_network(grid_file)
    run = run_access(AccessRequest(measure, "stations", "municipalities", "walk", 30))
    (row,) = tables(run)["access"]
    assert row[measure] * row["people"] == pytest.approx(1, rel=1e-6)  # type: ignore[operator]
    assert np.isclose(float(row["people"]), 64_000)  # type: ignore[arg-type]


def test_a_scenario_whose_changes_are_others_is_not_answered_by_its_run(territory: Municipality) -> None:
    scenario = create_scenario("Spostare")
    first = add_change(scenario, Change("move", station_code="osm-1", position=lonlat(-2_000, 0)))
    run = run_scenario(scenario)
    assert answers(run, scenario)
    first.delete()  # as many changes as before, but another
    add_change(scenario, Change("move", station_code="osm-1", position=lonlat(-1_000, 0)))
    assert not answers(run, scenario)
    assert answers(run_scenario(scenario), scenario)


def test_a_new_station_makes_scenarios_and_rankings_of_all_stations_stale_and_no_other(
    territory: Municipality,
) -> None:
    scenario = create_scenario("Chiudere")
    add_change(scenario, Change("close", station_code="osm-1"))
    every, some = run_ranking(TEN), run_ranking(catchment_request((10,), codes=["osm-1", "osm-2"]))
    compared = run_scenario(scenario)
    assert every.pk != some.pk
    assert [is_stale(run) for run in (every, some, compared)] == [False] * 3
    new = Station.objects.get(code="osm-1")
    new.pk, new.code = None, "osm-3"
    new.save()
    # the station is an input of the ground's places too: only the codes decide here
    assert [is_stale(run) for run in (every, some, compared)] == [True, False, True]


def test_the_ground_gained_and_lost_has_its_people_and_its_area(territory: Municipality) -> None:
    scenario = create_scenario("Spostare")
    add_change(scenario, Change("move", station_code="osm-1", position=lonlat(-2_000, 0)))
    found = run_scenario(scenario).result["features"]["features"]
    for one in found:
        area_km2 = one["properties"]["area_km2"]
        assert area_km2 == pytest.approx(CIRCLE_PEOPLE / PEOPLE_PER_KM2, rel=0.01)
        assert one["properties"]["people"] == pytest.approx(area_km2 * PEOPLE_PER_KM2, rel=1e-3)


@pytest.mark.parametrize("measure", ["nearest", "k_nearest", "cumulative", "gravity", "bfca"])
def test_each_measure_is_that_of_an_independent_search(
    territory: Municipality, grid_file: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, measure: str
) -> None:
    """Three places on the streets, the demand in the middle: minutes are metres along the grid over 80 m a minute."""
    load_network(grid_file)
    station = Station.objects.get(code="osm-1")
    along_m = {"osm-1": (600, 0), "osm-2": (400, 400), "osm-3": (-1_200, 0)}
    for code, (dx, dy) in along_m.items():
        station.pk, station.code = None, code
        Station.objects.filter(code=code).delete()
        station.location = Point(CENTRE_M[0] + dx, CENTRE_M[1] + dy, srid=32632)
        station.save()
    minutes = np.sort([(abs(dx) + abs(dy)) / 80 for dx, dy in along_m.values()])
    steps = np.select([minutes <= 4, minutes <= 8, minutes <= 12], [1.0, 0.68, 0.22], 0.0)
    bell = np.where(minutes <= 12, np.exp(-(minutes**2) / (2 * 4.0**2)), 0.0)
    # balanced (Páez and others 2019): people share themselves out over the places by weight, and the levels of
    # service of the places, each 1 / (people × weight / all weights), add up
    expected = {
        "nearest": [minutes[0]],
        "k_nearest": list(minutes[:2]),
        "cumulative": [float((minutes <= 12).sum())],
        "gravity": [float(bell.sum())],
        "bfca": [sum(steps.sum() / weight / 64_000 for weight in steps[steps > 0])],
    }[measure]
    target = tmp_path / "access.csv"
    words = ["accessibility", "--measure", measure, "--supply", "stations", "--minutes", "12"]
    words += ["--count", "2"] if measure == "k_nearest" else []
    assert main([*words, "--out", str(target)]) == 0
    with target.open(encoding="utf-8-sig", newline="") as file:
        (row,) = list(csv.DictReader(file))
    figures = [float(value) for name, value in row.items() if name.startswith((measure, "nearest"))]
    assert figures == pytest.approx(expected, rel=0.01)
    assert row["status"] == "reached"


def test_cells_as_demand_keep_their_place_and_add_up_to_everybody(
    territory: Municipality, grid_file: Path, tmp_path: Path
) -> None:
    load_network(grid_file)
    words = ["accessibility", "--measure", "2sfca", "--supply", "stations", "--demand", "cells"]
    target = tmp_path / "cells.gpkg"
    assert main([*words, "--minutes", "60", "--out", str(target)]) == 0
    frame = pyogrio.read_dataframe(target)
    assert frame["people [people]"].sum() == pytest.approx(64_000)
    assert (frame.geometry.x - frame["x_m [m]"]).abs().max() < 0.01
    assert frame["2sfca [stations per person]"].iloc[0] * 64_000 == pytest.approx(1, rel=1e-6)
