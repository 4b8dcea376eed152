"""What the commands of hubs refuse, in one sentence and with nothing kept; and what they show while they work."""

import io
import sys
from pathlib import Path

import pytest

from gisplan.__main__ import main
from gisplan.analysis.models import Run, Scenario, StreetNetwork
from gisplan.territory.models import Municipality, Station
from tests.analysis.conftest import CENTRE_M

NOWHERE = "2.35,48.85"
ACCESS = ["accessibility", "--supply", "stations"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["catchments", "--all", "--minutes", "121"],
            "--minutes expects whole numbers from 1 to 120, found 121",
        ),
        (["catchments", "--all", "--minutes", "nan"], "invalid int value: 'nan'"),
        (
            ["catchments", "--all", "--walk-kmh", "nan"],
            "--walk-kmh expects a speed from 1 to 10 km/h, found nan",
        ),
        (["catchments", "--all", "--mode", "boat"], "invalid choice: 'boat'"),
        (["catchments", "--all", "--mode", "bike", "--bike-kmh", "100"], "from 4 to 45 km/h, found 100"),
        (["rank_hubs", "--minutes", "10000"], "--minutes expects whole numbers from 1 to 120, found 10000"),
        (
            ["rank_hubs", "--weight", "people"],
            "--weight expects TERM=NUMBER such as people=0.5, found 'people'",
        ),
        (["rank_hubs", "--weight", "people=x"], "found 'people=x'"),
        (["rank_hubs", "--weight", "people=nan"], "--weight expects numbers of 0 or more"),
        (["rank_hubs", "--weight", "beauty=1"], "found 'beauty'"),
        (["rank_hubs", "--weight", "people=1", "people=2"], "each term once, found 'people' twice"),
        (["rank_hubs", "--out", "."], "Expected a file name to write, found the folder .:"),
        (["rank_hubs", "--headways", "absent.csv"], "Expected a CSV file in UTF-8 at absent.csv"),
        (["rank_hubs", "--out", "x.shp"], "ends in .gpkg, .csv, .xlsx, found x.shp"),
        (["scenario"], "Expected the name of a scenario or --list"),
        (
            ["scenario", "Nuovo", "--list", "--out", "a.csv"],
            "Expected --list alone, found a name, --out beside it",
        ),
        (["scenario", "--list", "--close", "osm-2"], "Expected --list alone, found --close beside it"),
        (
            [*ACCESS, "--measure", "nearest", "--count", "5"],
            "Expected --count with the measure k_nearest alone, found it with nearest: leave it out.",
        ),
        (["scenario", "Nuovo"], "found 'Nuovo': give --create"),
        (["scenario", "Nuovo", "--create"], "Expected changes in the scenario 'Nuovo', found none"),
        (["scenario", " ", "--create"], "Expected a name of 1 to 120 characters"),
        (["scenario", "Nuovo", "--create", "--minutes", "0"], "found 0"),
        (
            ["scenario", "Nuovo", "--create", "--add", "A", "7.58"],
            "Expected LON,LAT such as 7.58,45.08, found '7.58'",
        ),
        (["scenario", "Nuovo", "--create", "--add", "A", NOWHERE], "Expected a position in Torino"),
        (
            ["scenario", "Nuovo", "--create", "--add", "A", "nan,45"],
            "lon expects degrees from -180 to 180, found nan",
        ),
        (["scenario", "Nuovo", "--create", "--move", "osm-9", NOWHERE], "found 'osm-9'"),
        (["scenario", "Nuovo", "--create", "--close", "osm-9"], "found 'osm-9'"),
        (["scenario", "Nuovo", "--create", "--add", " ", "7.66,45.05"], "Expected a name after --add"),
        (
            ["scenario", "Nuovo", "--create", "--link", "L", "7.66,45.05", NOWHERE],
            "Expected a position in Torino",
        ),
        ([*ACCESS, "--measure", "beauty"], "invalid choice: 'beauty'"),
        (
            [*ACCESS, "--measure", "nearest", "--minutes", "0"],
            "--minutes expects a whole number from 1 to 120, found 0",
        ),
        (
            [*ACCESS, "--measure", "k_nearest", "--count", "0"],
            "--count expects a whole number from 1 to 10, found 0",
        ),
        ([*ACCESS, "--measure", "nearest"], "Expected a street network open to walk near the people"),
        (
            ["accessibility", "--measure", "2sfca", "--supply", "pubs"],
            "--supply expects hospitals, schools, stations",
        ),
        (["accessibility", "--measure", "2sfca", "--supply", "hospitals"], "found none of 0"),
        (
            ["accessibility", "--measure", "2sfca", "--supply", "layer:x"],
            "Expected the name of a published layer",
        ),
        (["load_network", "."], "."),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_kept(
    territory: Municipality, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err
    assert not Run.objects.exists()
    assert not StreetNetwork.objects.exists()


@pytest.mark.parametrize("words", [["--create", "--add", "A", NOWHERE], ["--create", "--minutes", "500"]])
def test_a_refused_scenario_is_not_left_behind(territory: Municipality, words: list[str]) -> None:
    assert main(["scenario", "Nuovo", *words]) == 2
    assert not Scenario.objects.exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        (["load_network", "GRID"], "step"),
        (["catchments", "--all", "--minutes", "5"], "hub"),
        (["rank_hubs", "--minutes", "5"], "hub"),
        (["scenario", "S", "--create", "--close", "osm-1", "--minutes", "5"], "hub"),
        ([*ACCESS, "--measure", "nearest"], "origin"),
    ],
)
def test_a_bar_is_shown_on_a_terminal_and_nowhere_else(
    territory: Municipality,
    grid_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    unit: str,
) -> None:
    station = Station.objects.get(code="osm-1")
    for k in range(10):
        station.pk, station.code = None, f"osm-1{k}"
        station.location = f"SRID=32632;POINT({CENTRE_M[0] + 100 * k} {CENTRE_M[1]})"
        station.save()
    typed = [str(grid_file) if word == "GRID" else word for word in words]
    if words[0] != "load_network":
        main(["load_network", str(grid_file)])
    capsys.readouterr()
    terminal = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        assert main(typed) == 0
    assert "100%" in terminal.getvalue()
    assert f"{unit}/s" in terminal.getvalue() or f"s/{unit}" in terminal.getvalue()
    assert capsys.readouterr().err == ""
    Run.objects.all().delete()
    Scenario.objects.all().delete()
    if words[0] == "load_network":
        StreetNetwork.objects.all().delete()
    assert main(typed) == 0
    assert capsys.readouterr().err == ""
