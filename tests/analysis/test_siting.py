"""Siting from the database: brute force on small cases through the command, existing sites, budgets, refusals."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import Point

from gisplan.__main__ import main
from gisplan.analysis.ground import current_ground
from gisplan.analysis.models import Run
from gisplan.analysis.networks import load_network
from gisplan.analysis.siting import is_quick, known_siting, site
from gisplan.analysis.siting_inputs import People, siting_inputs
from gisplan.analysis.siting_request import SitingRequest
from gisplan.analysis.siting_tables import covered_tables, minutes_table, totals_table
from gisplan.analysis.staleness import is_stale
from gisplan.territory.models import HealthSite, Municipality, Precision, Source
from tests.analysis.conftest import CENTRE_M, write_geojson
from tests.analysis.test_trends import tables
from tests.analysis.valley import CODES, ROWS, SIDE_M, make_valley

SERVICE = "health_sites:casa_della_comunita"
PEOPLE = np.array([sum(after) for _name, _before, after, *_rest in ROWS], dtype=float)
CHILDREN = np.array([after[0] for _name, _before, after, *_rest in ROWS], dtype=float)


@pytest.fixture
def valley(source: Source) -> list[Municipality]:
    return make_valley(source)


@pytest.fixture
def site_in_alpe(valley: list[Municipality], source: Source) -> HealthSite:
    """Known by its municipality only."""
    return HealthSite.objects.create(
        code="casa-1",
        name="Casa di Alpe",
        kind=HealthSite.Kind.COMMUNITY_HOUSE,
        municipality=valley[0],
        precision=Precision.MUNICIPALITY,
        source=source,
    )


def asked(problem: str = "mclp", **given: Any) -> SitingRequest:
    return SitingRequest(**({"problem": problem, "service": SERVICE, "number": 1} | given))


def matrix(request: SitingRequest) -> np.ndarray[Any, Any]:
    return siting_inputs(request, current_ground()).od_min


def brute_force(od_min: Any, weights: Any, problem: str, *, number: int, minutes: float, fixed: int) -> float:
    """The best over every choice of `number` candidates beside the first `fixed` columns."""
    best = []
    for chosen in itertools.combinations(range(fixed, od_min.shape[1]), number):
        least = od_min[:, [*range(fixed), *chosen]].min(axis=1)
        value = {
            "mclp": -float(weights[least <= minutes].sum()),
            "p-median": float((weights * least).sum()),
            "p-center": float(least[weights > 0].max()),
        }[problem]
        best.append(value)
    return abs(min(best))


@pytest.mark.parametrize("problem", ["mclp", "p-median", "p-center"])
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("group", ["all", "0-14"])
def test_the_command_finds_what_brute_force_finds(
    site_in_alpe: HealthSite, problem: str, number: int, group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    minutes = 5
    request = asked(problem, number=number, minutes=minutes, group=group)
    od_min = matrix(request)
    assert od_min.shape == (4, 4)  # Alpe holds the site of today and is no candidate
    weights = PEOPLE if group == "all" else CHILDREN
    words = ["siting", "--problem", problem, "--service", SERVICE, "--p", str(number), "--group", group]
    assert main([*words, "--minutes", str(minutes), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    proof = figures["proof"]
    best = brute_force(od_min, weights, problem, number=number, minutes=minutes, fixed=1)
    assert proof["objective"] == pytest.approx(best, abs=1e-3)
    assert (proof["optimal"], proof["gap"], proof["sites_existing"]) == (True, 0, 1)
    assert proof["bound"] == pytest.approx(proof["objective"], abs=1e-3)
    assert len(figures["new_sites"]) <= number
    if problem == "mclp":
        assert proof["greedy"] <= proof["objective"]
        assert figures["totals"]["covered_then"] == pytest.approx(best)
    else:
        assert proof["greedy"] >= proof["objective"]
    assert figures["method"] == "schematic"


def test_set_covering_takes_the_fewest_sites_that_brute_force_takes(site_in_alpe: HealthSite) -> None:
    """Places without anybody of the age group need no site."""
    for minutes, group in ((1, "all"), (5, "all"), (8, "all"), (1, "0-14")):
        request = asked("lscp", number=None, minutes=minutes, group=group)
        od_min, weights = matrix(request), PEOPLE if group == "all" else CHILDREN
        fewest = next(
            n
            for n in range(4)
            for chosen in itertools.combinations(range(1, 4), n)
            if (od_min[weights > 0][:, [0, *chosen]].min(axis=1) <= minutes).all()
        )
        (proof,) = tables(site(request).keep())["proof"]
        assert proof["sites_new"] == proof["objective"] == fewest


def test_the_sites_of_today_stay_and_without_them_the_question_starts_afresh(
    site_in_alpe: HealthSite,
) -> None:
    kept = tables(site(asked(minutes=1)).keep())
    assert [(row["site_kind"], row["istat_code"]) for row in kept["sites"]] == [
        ("new", CODES[1]),
        ("existing", CODES[0]),
    ]
    (totals,) = kept["totals"]
    assert (totals["covered_today"], totals["covered_then"]) == (PEOPLE[0], PEOPLE[0] + PEOPLE[1])
    afresh = tables(site(asked(minutes=1, existing=False)).keep())
    assert [(row["site_kind"], row["istat_code"]) for row in afresh["sites"]] == [("new", CODES[0])]
    assert afresh["totals"][0]["covered_today"] == 0


def test_people_are_conserved_in_every_table(site_in_alpe: HealthSite) -> None:
    found = tables(site(asked(minutes=5)).keep())
    (totals,) = found["totals"]
    for name in ("covered_by_municipality", "covered_by_zone", "covered_by_snai_class"):
        for column in ("people", "covered_today", "covered_then", "difference"):
            assert sum(row[column] for row in found[name]) == pytest.approx(totals[column])
    assert sum(row["people_nearest"] for row in found["sites"]) == pytest.approx(totals["covered_then"])
    assert totals["people"] == PEOPLE.sum()


def layer_of_candidates(tmp_path: Path, costs: list[Any]) -> str:
    """A candidate in the middle of each municipality, with its cost."""
    from layers.importing import import_layer

    points = [shapely.Point(380_000 + (k + 0.5) * SIDE_M, 4_992_000) for k in range(len(costs))]
    rows = [{"nome": f"Lotto {k}", "costo": cost} for k, cost in enumerate(costs)]
    path = write_geojson(tmp_path / "lotti.geojson", list(points), rows)
    import_layer(path, name="lotti")
    return "lotti"


def test_a_budget_buys_what_brute_force_would_buy(site_in_alpe: HealthSite, tmp_path: Path) -> None:
    costs = [5.0, 60.0, 50.0, 40.0]
    layer = layer_of_candidates(tmp_path, costs)
    for budget in (45.0, 95.0, 110.0):
        given = {
            "number": None,
            "budget_eur": budget,
            "cost_field": "costo",
            "candidates": layer,
            "minutes": 1,
        }
        request = asked(**given)
        od_min = matrix(request)
        best = max(
            float(PEOPLE[od_min[:, [0, *(1 + k for k in chosen)]].min(axis=1) <= 1].sum())
            for n in range(5)
            for chosen in itertools.combinations(range(4), n)
            if sum(costs[k] for k in chosen) <= budget
        )
        found = tables(site(request).keep())
        (proof,) = found["proof"]
        assert proof["objective"] == best
        assert proof["spent_eur"] <= budget
        assert proof["spent_eur"] == sum(
            row["cost_eur"] for row in found["sites"] if row["site_kind"] == "new"
        )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--p", "0"], "--p expects 1–1000, found 0"),
        ([], "siting expects a number of sites or a budget, found neither: give --p or --budget"),
        (["--p", "1", "--budget", "5"], "siting expects a number of sites or a budget, found both"),
        (
            ["--budget", "5"],
            "--budget expects a budget above 0 and the column of the costs, found 5 € without",
        ),
        (["--p", "1", "--group", "9-3"], "--group expects"),
        (["--p", "1", "--minutes", "500"], "--minutes expects 1–120, found 500"),
        (["--p", "1", "--demand", "cells"], "car minutes are known between municipalities"),
        (
            ["--p", "1", "--candidates", "atlantide"],
            "--candidates expects municipalities or a published layer",
        ),
        (["--p", "1", "--mode", "walk"], "Expected a street network open to walk"),
        (["--p", "1", "--service", "beauty"], "--service expects one of"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_and_keeps_nothing(
    site_in_alpe: HealthSite, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["siting", "--problem", "mclp", "--service", SERVICE, *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert not Run.objects.exists()


def test_a_cost_that_is_missing_is_refused_with_its_feature(site_in_alpe: HealthSite, tmp_path: Path) -> None:
    from gisplan.analysis.errors import RequestRefused

    layer = layer_of_candidates(tmp_path, [5.0, None])
    given = {"number": None, "budget_eur": 9.0, "candidates": layer}
    with pytest.raises(RequestRefused, match="found None in feature 2 of lotti"):
        site(asked(cost_field="costo", **given))
    with pytest.raises(RequestRefused, match=r"a column of lotti \(.*costo.*\), found 'prezzo'"):
        site(asked(cost_field="prezzo", **given))


def test_the_same_question_is_the_same_run_until_a_place_is_added(
    site_in_alpe: HealthSite, valley: list[Municipality], source: Source
) -> None:
    request = asked()
    assert known_siting(request) is None
    run = site(request).keep()
    assert known_siting(request) == run
    assert not is_stale(run)
    HealthSite.objects.create(
        code="casa-2",
        name="Casa di Colle",
        kind=HealthSite.Kind.COMMUNITY_HOUSE,
        municipality=valley[2],
        precision=Precision.MUNICIPALITY,
        source=source,
    )
    assert is_stale(run)
    assert known_siting(request) is None


def test_on_foot_the_minutes_are_those_of_the_streets(
    territory: Municipality, grid_file: Path, source: Source
) -> None:
    """Streets every 100 m: the candidate is the middle of the only municipality, the demand too."""
    load_network(grid_file)
    HealthSite.objects.create(
        code="casa-1",
        name="Casa",
        kind=HealthSite.Kind.COMMUNITY_HOUSE,
        municipality=territory,
        location=Point(CENTRE_M[0] + 800, CENTRE_M[1], srid=32632),
        precision=Precision.EXACT,
        source=source,
    )
    request = asked(mode="walk", minutes=5)
    inputs = siting_inputs(request, current_ground())
    assert inputs.od_min[0] == pytest.approx([10, 0], abs=0.1)  # 800 m at 4.8 km/h; the middle itself
    found = tables(site(request).keep())
    (totals,) = found["totals"]
    assert (totals["covered_today"], totals["covered_then"]) == (0, 64_000)
    assert totals["mean_min_today"] == pytest.approx(10, abs=0.1)


def test_a_median_and_a_budget_go_to_the_queue(site_in_alpe: HealthSite, tmp_path: Path) -> None:
    ground = current_ground()
    for request, quick in ((asked(), True), (asked("p-median"), False), (asked("lscp", number=None), True)):
        assert is_quick(request, siting_inputs(request, ground)) is quick


@pytest.mark.parametrize("problem", ["p-median", "p-center"])
def test_a_budget_that_reaches_nobody_is_one_sentence(
    site_in_alpe: HealthSite, tmp_path: Path, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    layer_of_candidates(tmp_path, [5.0, 60.0])
    words = ["siting", "--problem", problem, "--service", SERVICE, "--candidates", "lotti", "--no-existing"]
    assert main([*words, "--budget", "1", "--cost-field", "costo"]) == 2
    assert "found that the number or the budget does not suffice" in capsys.readouterr().err


def test_a_site_of_today_stands_where_it_is_known_and_else_at_the_centre_and_says_which(
    site_in_alpe: HealthSite,
) -> None:
    (existing,) = [row for row in tables(site(asked()).keep())["sites"] if row["site_kind"] == "existing"]
    middle = (380_000 + SIDE_M / 2, 4_990_000 + SIDE_M / 2)
    assert (existing["placed_at"], existing["x_m"], existing["y_m"]) == ("municipal_centre", *middle)
    site_in_alpe.location, site_in_alpe.precision = Point(381_000, 4_991_000, srid=32632), Precision.EXACT
    site_in_alpe.save()
    (existing,) = [row for row in tables(site(asked()).keep())["sites"] if row["site_kind"] == "existing"]
    assert (existing["placed_at"], existing["x_m"], existing["y_m"]) == ("own_position", 381_000, 4_991_000)


def test_who_is_exactly_at_the_minutes_is_covered(valley: list[Municipality]) -> None:
    who = People(list(CODES), np.zeros((4, 2)), PEOPLE)
    before, after = np.array([21.0, 20.1, 20.0, np.inf]), np.array([20.0, 20.1, 20.0, np.inf])
    (row,) = totals_table(asked(), who, (before, after)).rows
    assert row[1:4] == [PEOPLE[2], PEOPLE[0] + PEOPLE[2], PEOPLE[0]]
    by_municipality, *_others = covered_tables(asked(), who, before, after)
    assert [one[3:5] for one in by_municipality.rows] == [
        *([0, PEOPLE[0]], [0, 0], [PEOPLE[2], PEOPLE[2]], [0, 0]),
    ]
    assert minutes_table(who, before, after).rows[3][3:] == [None, None]
