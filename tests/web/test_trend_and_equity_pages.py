"""The pages of trends and of equity on Torino: figures of the register, conserved sums, refusals, who may keep."""

import re

import pytest
from django.test import Client

from gisplan.analysis.access import AccessRequest, run_access
from gisplan.analysis.equity import equity
from gisplan.analysis.models import Run
from gisplan.analysis.scenarios import Change, add_change, create_scenario, run_scenario
from gisplan.analysis.station_reach import keep_station_reach
from gisplan.analysis.trends import trends
from gisplan.territory.profile import people_in_territory
from gisplan.web.answer_pages import rows_of
from gisplan.web.column_names import shown_table

from .conftest import COLLEGNO, COLLEGNO_STREETS, unavailable
from .test_analysis_pages import planner
from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
__all__ = ["planner"]

TRENDS, EQUITY = "/analisi/tendenze/", "/analisi/equita/"


@pytest.fixture
def scenario_run() -> Run:
    scenario = create_scenario("Chiudere Collegno")
    add_change(scenario, Change("close", station_code=COLLEGNO))
    return run_scenario(scenario)


def test_the_trend_of_torino_ends_with_its_residents(client: Client) -> None:
    """The last date's sum over the municipalities is the register's own total."""
    run = trends().keep()
    by_municipality, *_middle, by_date, _long = run.result["tables"]
    people = by_municipality["columns"].index("people_last")
    total, day = people_in_territory() or (0, None)
    assert sum(row[people] for row in by_municipality["rows"]) == total == 2_198_237
    assert [row[:4] for row in by_date["rows"]][-1] == [str(day), "2023", 312, total]
    assert len(by_municipality["rows"]) == 312
    page = client.get(TRENDS).content.decode()
    assert "2.198.237" in page
    assert "legge 6 ottobre 2017, n. 158" in page
    assert f"/analisi/esecuzioni/{run.pk}/" in page


@pytest.mark.parametrize("measure", ["variazione", "vecchiaia", "debolezza"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_each_measure_has_its_map_in_both_languages(client: Client, prefix: str, measure: str) -> None:
    response = client.get(f"{prefix}{TRENDS}?misura={measure}")
    assert response.status_code == 200
    assert not response.cookies
    assert "map_main" in response.content.decode()
    assert not Run.objects.filter(method="trends").exists()  # a visitor's look keeps nothing


def test_years_that_are_not_loaded_are_refused_in_the_readers_language(client: Client) -> None:
    page = client.get(f"{TRENDS}?dal=2023&al=2022")
    assert page.status_code == 400
    assert "Gli anni devono essere due, in ordine, fra 2022, 2023, non 2023–2022" in page.content.decode()
    english = client.get(f"/en{TRENDS}?dal=abc")
    assert english.status_code == 400
    assert "The years must be two, in order, of 2022, 2023, not abc" in english.content.decode()


def test_a_planner_keeps_a_trend_and_a_visitor_cannot(client: Client, planner: Client) -> None:
    assert client.post(TRENDS).status_code == 403
    assert "Conserva" not in read(client, TRENDS)
    assert "Conserva" in read(planner, TRENDS)
    response = planner.post(TRENDS)
    run = Run.objects.get(method="trends")
    assert response.headers["Location"] == f"/analisi/esecuzioni/{run.pk}/"
    page = read(client, f"/analisi/esecuzioni/{run.pk}/")
    assert "Segni di debolezza (0–4)" in page
    assert "non corrisponde più" not in page


def test_a_scenario_is_compared_with_today(client: Client, planner: Client, scenario_run: Run) -> None:
    address = f"{EQUITY}?esecuzione={scenario_run.pk}"
    page = client.get(address).content.decode()
    assert page.count("<polyline") == 3  # equality, today, after
    assert (
        len(re.findall(r"la metà delle persone meno servita", page)) == 4
    )  # the text beside and inside the chart
    assert "Theil dentro i gruppi" in page
    planner.post(address)
    kept = Run.objects.get(method="equity")
    assert kept.parameters["run"] == scenario_run.pk
    assert "non corrisponde più" not in read(client, f"/analisi/esecuzioni/{kept.pk}/")
    scenario_run.delete()
    assert "non corrisponde più" in read(client, f"/analisi/esecuzioni/{kept.pk}/")


def test_without_a_run_the_page_says_how_to_get_one(client: Client) -> None:
    assert "gisplan equity --measure nearest" in read(client, EQUITY)
    assert client.post(EQUITY).status_code in {200, 403}


def test_a_measure_that_the_other_run_lacks_or_that_nobody_has_is_refused(
    client: Client, scenario_run: Run
) -> None:
    if not COLLEGNO_STREETS.exists():
        unavailable("the streets of Collegno are not among the data")
    cells = run_access(AccessRequest("cumulative", "stations", "cells", "walk", 20))
    page = client.get(f"{EQUITY}?esecuzione={scenario_run.pk}&dopo={cells.pk}")
    assert page.status_code == 400
    assert "una fra cumulative, non reached" in page.content.decode()
    english = client.get(f"/en{EQUITY}?esecuzione={cells.pk}&misura=cumulative")
    assert english.status_code == 400  # the middle of no municipality lies within 20 minutes of a station
    assert "The inequality of cumulative is not defined" in english.content.decode()


def test_people_near_stations_are_compared_as_shares_of_the_people_there(client: Client) -> None:
    run = keep_station_reach()
    assert run is not None
    page = read(client, f"{EQUITY}?esecuzione={run.pk}&misura=within_15")
    kept = equity(run, column="within_15").run()
    mean = rows_of(kept, "equity")[0]["mean"]
    reach = {row["zone"]: row for row in rows_of(run, "station_reach_by_zone")}
    within = sum(row["within_15"] for row in reach.values())
    assert mean == pytest.approx(within / sum(row["people"] for row in reach.values()), abs=1e-6)
    assert 0 < mean < 1
    groups = [row["group"] for row in rows_of(kept, "theil_groups") if row["grouping"] == "zone"]
    numbers = [int(group.split()[0]) for group in groups]
    assert numbers == sorted(numbers)
    assert numbers[-1] >= 10
    (table,) = [one for one in kept.result["tables"] if one["name"] == "theil_groups"]
    means = table["columns"].index("mean")
    assert len({cells[means]["decimals"] for cells in shown_table(table)["rows"]}) == 1
    assert "Curva di Lorenz" in page


def test_growth_and_fall_stand_on_both_sides_of_equal(client: Client) -> None:
    page = client.get(f"{TRENDS}?dal=2022&al=2023")
    layer = next(one for one in page.context["map"].spec.layers if one.key == "trends")
    assert [one.value for one in layer.classes] == [3, 2, 1, 0, -1, -2, -3]
    for feature in layer.data["features"]:
        change, place = feature["properties"]["change_pct"], feature["properties"]["map_class"]
        assert (change > 0) - (change < 0) == (place > 0) - (place < 0)
        assert abs(place) == (0 if change == 0 else 1 + (abs(change) > 1) + (abs(change) > 2))
