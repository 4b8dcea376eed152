"""The profile of a hub on the made territory, where people, ages, places and rings follow from arithmetic."""

import math
from pathlib import Path
from typing import Any

import pyogrio
import pytest

from gisplan.__main__ import main
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.headways import Headway, read_headways, store_headways, stored_headways
from gisplan.analysis.hub_network import run_ranking
from gisplan.analysis.models import HubService, Run
from gisplan.analysis.networks import load_network
from gisplan.analysis.profile import HubProfile, hub_profile, keep_profile, place_of
from gisplan.analysis.requests import catchment_request
from gisplan.analysis.staleness import is_stale
from gisplan.territory.models import Hospital, Municipality, Station
from tests.analysis.conftest import CENTRE_M, PEOPLE_PER_KM2, TO_DEGREES, write_geojson

CENTRE = TO_DEGREES.transform(*CENTRE_M)
RAIL = Headway(7.5, "rail", "orario esposto, novembre 2026")


def rows_of(found: HubProfile, name: str) -> list[dict[str, Any]]:
    (table,) = (table for table in found.tables if table.name == name)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_people_of_each_age_and_of_each_school_age_follow_the_ground(
    territory: Municipality, grid_file: Path
) -> None:
    load_network(grid_file)
    found = hub_profile(*CENTRE, minutes=(5, 10))
    area_km2 = {
        (row["mode"], row["minutes"]): row["area_km2"] for row in rows_of(found, "profile_catchments")
    }
    assert set(area_km2) == {(mode, minutes) for mode in ("walk", "bike", "car") for minutes in (5, 10)}
    assert area_km2["walk", 10] == pytest.approx(
        1.28, rel=0.25
    )  # a square with a diagonal of 1.6 km, and its edge
    people = {row["age_group"]: row for row in rows_of(found, "profile_people")}
    for (mode, minutes), km2 in area_km2.items():
        key = f"{mode}_{minutes}"
        everyone = people["people"][key]
        assert everyone == pytest.approx(km2 * PEOPLE_PER_KM2, rel=1e-3)
        assert people["people_65_plus"][key] == pytest.approx(everyone / 5, rel=1e-3)
        assert people["people_6_10"][key] == pytest.approx(everyone / 5, rel=1e-3)  # all children are 7
        assert people["people_3_5"][key] == people["people_14_18"][key] == 0


def test_services_are_counted_by_kind_and_absence_is_not_known(
    clinic_and_hospital: None, grid_file: Path
) -> None:
    load_network(grid_file)
    Hospital.objects.filter(kind="private_clinic").update(location=None)
    found = {row["kind"]: row for row in rows_of(hub_profile(*CENTRE, minutes=(2, 5)), "profile_services")}
    assert (found["public_hospital"]["walk_2"], found["public_hospital"]["walk_5"]) == (None, 1)
    assert (found["private_clinic"]["walk_5"], found["private_clinic"]["not_located"]) == (None, 1)
    assert found["primaria"]["car_5"] is None


def test_the_class_follows_mode_headway_and_distance_and_is_not_known_without_them(
    territory: Municipality,
) -> None:
    known = rows_of(hub_profile(*CENTRE, headways=[RAIL, Headway(60, "bus")]), "profile_quality")
    assert [row["quality_class"] for row in known] == ["A", "A", "B", "C"]
    for row in known:
        ring_km2 = math.pi * (row["to_m"] ** 2 - row["from_m"] ** 2) / 1e6
        assert row["people"] == pytest.approx(ring_km2 * PEOPLE_PER_KM2, rel=0.01)
    unknown = rows_of(hub_profile(*CENTRE), "profile_quality")
    assert {row["quality_class"] for row in unknown} == {None}
    rare = rows_of(hub_profile(*CENTRE, headways=[Headway(600, "bus")]), "profile_quality")
    assert {row["quality_class"] for row in rare} == {"none"}


def test_without_a_street_for_cars_there_is_no_catchment_by_car_and_it_is_said(
    territory: Municipality, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shapely

    x, y = CENTRE_M
    path = write_geojson(tmp_path / "path.geojson", [shapely.LineString([(x - 500, y), (x + 500, y)])], [{}])
    load_network(path)
    found = hub_profile(*CENTRE, minutes=(5,))
    assert found.without == ["car"]
    assert main(["hub_profile", "osm-1", "--minutes", "5"]) == 0
    assert "profile of Centrale in Ponente; no street open to car" in capsys.readouterr().out


def test_a_kept_profile_is_one_run_that_knows_when_it_is_stale_and_is_written_with_units(
    clinic_and_hospital: None, tmp_path: Path
) -> None:
    found = hub_profile(*CENTRE, headways=[RAIL])
    run = keep_profile(found, name="Centrale")
    assert keep_profile(hub_profile(*CENTRE, headways=[RAIL]), name="Centrale").pk == run.pk
    assert not is_stale(run)
    target = tmp_path / "profile.gpkg"
    assert main(["hub_profile", "osm-1", "--out", str(target)]) == 0
    frame = pyogrio.read_dataframe(target)
    assert set(frame["mode"]) == {"walk", "bike"}
    Hospital.objects.filter(kind="private_clinic").update(
        kind="other"
    )  # the ground's places stay as they were
    assert is_stale(run)


def test_kept_headways_serve_the_ranking_which_is_stale_once_they_change(
    territory: Municipality, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ten = catchment_request((10,))
    before = run_ranking(ten)
    table = tmp_path / "headways.csv"
    table.write_text("station_code;headway_min;mode_group\nosm-1;60;rail\nosm-1;4;bus\n")
    assert main(["load_headways", str(table)]) == 2
    assert "Expected a source for the headway of osm-1" in capsys.readouterr().err
    assert not HubService.objects.exists()
    assert main(["load_headways", str(table), "--source", "orario esposto"]) == 0
    assert "2 headways kept" in capsys.readouterr().out
    assert stored_headways() == {"osm-1": Headway(4, "bus", "orario esposto")}  # category 2 before 4
    assert is_stale(before)
    after = run_ranking(ten)
    assert after.pk != before.pk
    assert not is_stale(after)
    assert place_of("osm-1").headways == [
        Headway(4, "bus", "orario esposto"),
        Headway(60, "rail", "orario esposto"),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("osm-1,,rail", "Expected a headway in minutes in line 2 of h.csv, found ''"),
        ("osm-1,nan,rail", "found nan"),
        ("osm-1,-5,rail", "found -5"),
        ("osm-1,5,boat", "found 'boat'"),
        ("osm-1,5,rail\nosm-1,6,rail", "found osm-1 rail again in line 3"),
    ],
)
def test_a_headway_that_means_nothing_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "h.csv"
    path.write_text(f"station_code,headway_min,mode_group\n{line}\n")
    with pytest.raises(AnalysisError) as refused:
        read_headways(path)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["hub_profile", "osm-9"], "Expected the code of a located station or LON,LAT"),
        (["hub_profile", "9.19,45.46"], "Expected a position in"),
        (["hub_profile", "osm-1", "--minutes", "0"], "--minutes expects whole numbers"),
        (["load_headways", "absent.csv"], "Expected a CSV file in UTF-8 at absent.csv"),
    ],
)
def test_the_commands_refuse_in_one_sentence(
    territory: Municipality, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert not Run.objects.exists()


def test_a_headway_of_an_unknown_station_is_refused_and_none_is_kept(territory: Municipality) -> None:
    with pytest.raises(AnalysisError, match="found 'osm-9'"):
        store_headways([("osm-1", RAIL), ("osm-9", RAIL)])
    assert not HubService.objects.exists()
    assert Station.objects.count() == 2
