"""load_territory and stations, as typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from gisplan.__main__ import main

Changed = Callable[[str, str, str], Path]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]


def test_stations_lists_code_name_and_municipality(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stations", "--json"]) == 0
    stations = json.loads(capsys.readouterr().out)
    assert len(stations) == 106
    collegno = next(row for row in stations if row["code"] == "osm-1597711071")
    assert collegno == {
        "code": "osm-1597711071",
        "name": "Collegno",
        "municipality": "Collegno",
        "kind": "rail",
    }


def test_stations_as_text_has_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stations"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 106
    assert "osm-1782576468\tCuorgné\tCuorgnè\trail" in lines


def test_loading_again_says_that_nothing_changed_and_lists_what_does_not_match(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["load_territory"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Territory already loaded, nothing changed.")
    assert "  municipalities: 312\n" in printed
    assert "005079 Moransengo: has people but no boundary in the tables of 2023" in printed


def test_a_bad_seed_row_is_one_sentence_on_stderr_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], settings: Settings, changed_seed: Changed
) -> None:
    settings.SEED_DIR = changed_seed("hospitals", ",private_clinic,", ",clinic,")
    assert main(["load_territory"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "hospitals.csv, row 2, column kind" in printed.err
