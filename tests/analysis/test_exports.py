"""Every kind of run as CSV, XLSX and GeoPackage: units in the headers, the ground of each row, what it stands on."""

import csv
from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest

from gisplan.analysis.access import AccessRequest, run_access
from gisplan.analysis.exports import run_tables, write_run
from gisplan.analysis.hub_network import run_ranking
from gisplan.analysis.hubs import save_hub
from gisplan.analysis.models import Run
from gisplan.analysis.networks import load_network
from gisplan.analysis.profile import hub_profile, keep_profile
from gisplan.analysis.requests import catchment_request
from gisplan.analysis.runs import run_catchments
from gisplan.analysis.scenarios import Change, add_change, create_scenario, run_scenario
from gisplan.territory.models import Municipality
from tests.analysis.conftest import CENTRE_M, TO_DEGREES

CENTRE = TO_DEGREES.transform(*CENTRE_M)
TEN = catchment_request((5, 10))


def hub() -> Run:
    from django.contrib.auth.models import User

    return save_hub(*CENTRE, TEN, name="Polo", user=User.objects.create(username="planner"))


def scenario() -> Run:
    made = create_scenario("Spostare")
    add_change(
        made,
        Change("move", station_code="osm-1", position=TO_DEGREES.transform(CENTRE_M[0] - 900, CENTRE_M[1])),
    )
    return run_scenario(made)


KINDS: dict[str, tuple[Callable[[], Run], str, list[str]]] = {
    "catchments": (lambda: run_catchments(TEN), "people [people]", ["bands"]),
    "hub_catchment": (hub, "people [people]", ["hub_catchment"]),
    "hub_profile": (
        lambda: keep_profile(hub_profile(*CENTRE), name="Polo"),
        "area_km2 [km²]",
        ["hub_profile"],
    ),
    "hub_ranking": (lambda: run_ranking(TEN), "people [people]", ["ranking", "gap_by_municipality"]),
    "scenario": (scenario, "difference [people]", ["scenario", "difference_by_municipality"]),
    "accessibility": (
        lambda: run_access(AccessRequest("2sfca", "stations", "municipalities", "walk", 30)),
        "2sfca [stations per person]",
        ["access"],
    ),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_of_run_is_written_in_each_format(
    clinic_and_hospital: None, grid_file: Path, tmp_path: Path, kind: str
) -> None:
    load_network(grid_file)
    make, header, layers = KINDS[kind]
    run = make()
    tables = run_tables(run)
    assert write_run(run, tmp_path / "run.csv") == len(tables[0]["rows"])
    with (tmp_path / "run.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert header in rows[0]
    assert len(rows) == len(tables[0]["rows"]) + 1
    write_run(run, tmp_path / "run.xlsx")
    sheets = [str(name) for name, _ in pyogrio.list_layers(tmp_path / "run.xlsx")]
    assert sheets == [*(table["name"] for table in tables), "how_computed"]
    about = pyogrio.read_dataframe(tmp_path / "run.xlsx", layer="how_computed")
    said = dict(zip(about.iloc[:, 0], about.iloc[:, 1], strict=True))
    assert said["input_digest"] == run.input_digest
    assert said["edition: territory"] == "2023"
    assert any("half a mile in ten minutes" in str(value) for value in said.values())  # the speed's source
    write_run(run, tmp_path / "run.gpkg")
    assert [str(name) for name, _ in pyogrio.list_layers(tmp_path / "run.gpkg")] == layers
    for layer in layers:
        frame = pyogrio.read_dataframe(tmp_path / "run.gpkg", layer=layer)
        assert frame.crs.to_epsg() == 32632
        assert frame.geometry.is_valid.all()
        assert set(frame["run"]) == {run.pk}


def test_a_scenario_that_changes_no_ground_still_has_its_municipalities(
    territory: Municipality, tmp_path: Path
) -> None:
    made = create_scenario("Due volte")
    add_change(made, Change("add", "Gemello", position=CENTRE))
    add_change(made, Change("close", station_code="osm-1"))
    run = run_scenario(made)
    write_run(run, tmp_path / "run.gpkg")
    names = [str(name) for name, _ in pyogrio.list_layers(tmp_path / "run.gpkg")]
    assert "difference_by_municipality" in names


def test_a_speed_of_ones_own_is_told_as_such(territory: Municipality) -> None:
    run = run_catchments(catchment_request((5,), speed_kmh=3.6))
    (walk, steps) = run.parameters["speeds"]
    assert (walk["km/h"], steps["km/h"]) == (3.6, 1.2)
    assert walk["source"].startswith("3.6 km/h given with the request")
