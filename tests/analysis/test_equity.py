"""Equity of kept runs, against closed forms and the decomposition's own sums."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from gisplan.__main__ import main
from gisplan.analysis.equity import columns_of, equity
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.models import Run
from gisplan.analysis.results import Table
from gisplan.analysis.runs import keep_result
from gisplan.territory.models import Municipality, Source
from tests.analysis.test_trends import tables
from tests.analysis.valley import CODES, make_valley


@pytest.fixture
def valley(source: Source) -> list[Municipality]:
    return make_valley(source)


def kept(columns: list[str], rows: list[list[Any]], *, name: str = "access") -> Run:
    table = Table(name, ["code", "place", *columns], [[CODES[k], "x", *row] for k, row in enumerate(rows)])
    parameters = {"measure": columns[-1], "rows": rows}
    return keep_result(
        "accessibility", parameters, {"tables": [table.as_json()]}, input_digest="0", editions={}
    )


def test_two_places_of_equal_people_have_the_gini_of_the_closed_form(valley: list[Municipality]) -> None:
    """Shares 1/4 and 3/4 of the whole: Gini = 1/4, Theil = ln 2 - H(1/4) with H the entropy."""
    run = kept(["people", "cumulative"], [[100, 1], [100, 3]])
    found = tables(equity(run).keep())
    (row,) = found["equity"]
    assert row["gini"] == pytest.approx(0.25)
    assert row["theil"] == pytest.approx(
        math.log(2) + 0.25 * math.log(0.25) + 0.75 * math.log(0.75), abs=1e-6
    )
    assert row["palma"] == pytest.approx((0.1 * 3) / (0.4 * 1), abs=1e-6)
    assert row["mean"] == 2


def test_between_and_within_add_up_and_classes_alike_leave_nothing_between(
    valley: list[Municipality],
) -> None:
    run = kept(["people", "cumulative"], [[100, 1], [100, 3], [100, 1], [100, 3]])
    parts = {row["grouping"]: row for row in tables(equity(run).keep())["theil_parts"]}
    for row in parts.values():
        assert row["between"] + row["within"] == pytest.approx(row["theil"], abs=2e-6)
    assert parts["zone"]["between"] == pytest.approx(0, abs=1e-9)  # both zones hold a 1 and a 3
    assert parts["snai_class"]["within"] == pytest.approx(0, abs=1e-9)  # one municipality a class


def test_the_lorenz_curve_goes_from_nothing_to_everything_below_the_diagonal(
    valley: list[Municipality],
) -> None:
    curve = tables(equity(kept(["people", "cumulative"], [[100, 1], [300, 3], [50, 0]])).keep())["lorenz"]
    assert (curve[0]["share_people"], curve[0]["share_value"]) == (0, 0)
    assert (curve[-1]["share_people"], curve[-1]["share_value"]) == (1, 1)
    assert all(row["share_value"] <= row["share_people"] for row in curve)
    assert len(curve) == 101


def test_what_has_no_value_is_left_out_and_its_people_are_told(valley: list[Municipality]) -> None:
    (row,) = tables(equity(kept(["people", "nearest"], [[100, 10], [100, 30], [40, None]])).keep())["equity"]
    assert (row["people"], row["people_left_out"], row["gini"]) == (200, 40, 0.25)


def test_people_reached_today_and_then_are_compared_as_shares(valley: list[Municipality]) -> None:
    columns = ["people", "reached_today", "reached_then", "difference"]
    run = kept(columns, [[100, 50, 100, 50], [400, 0, 400, 400]], name="difference_by_municipality")
    assert columns_of(run) == ["reached"]
    placed = kept(["x_m", "y_m", "people", "cumulative"], [[380_000, 4_990_000, 100, 50]])
    assert columns_of(placed) == ["cumulative"]
    today, then = tables(equity(run).keep())["equity"]
    assert (today["side"], then["side"]) == ("today", "then")
    assert today["mean"] == pytest.approx(0.1)
    assert today["gini"] == pytest.approx(0.8)  # one fifth of the people has all
    assert (then["mean"], then["gini"]) == (1, 0)


def test_two_runs_of_the_same_places_are_before_and_after(
    valley: list[Municipality], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = kept(["people", "cumulative"], [[100, 1], [100, 3]])
    after = kept(["people", "cumulative"], [[100, 3], [100, 3]])
    other = kept(["people", "cumulative"], [[100, 3], [100, 3], [100, 3]])
    target = tmp_path / "equity.csv"
    words = ["equity", "--run", str(before.pk), "--then", str(after.pk), "--out", str(target)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "today: mean 2, Gini 0.25" in said
    assert " then: mean 3, Gini 0, Palma 0.25, Theil 0" in said
    assert target.read_text("utf-8-sig").startswith("side,people [people],people_left_out [people],mean,gini")
    with pytest.raises(RequestRefused, match="two runs of the same places to compare, found 2 and 3"):
        equity(before, then=other)
    assert main(["equity", "--run", str(before.pk), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["equity"][0]["gini"] == 0.25


def test_what_cannot_be_compared_is_one_sentence(
    valley: list[Municipality], capsys: pytest.CaptureFixture[str]
) -> None:
    run = kept(["people", "cumulative"], [[100, 0], [100, 0]])
    with pytest.raises(RequestRefused, match="Expected somebody with a value above 0"):
        equity(run)
    with pytest.raises(
        RequestRefused, match=r"--column expects a measure of run .* \(cumulative\), found beauty"
    ):
        equity(run, column="beauty")
    assert main(["equity", "--run", "999999"]) == 2
    assert "the number of a kept run, found 999999" in capsys.readouterr().err
    assert main(["equity", "--measure", "nearest"]) == 2
    assert "--measure expects a --supply beside it" in capsys.readouterr().err
    assert main(["equity", "--scenario", "Atlantide"]) == 2
    assert "the name of a scenario, found 'Atlantide'" in capsys.readouterr().err


def test_where_the_worst_served_have_nothing_palma_is_infinite_and_not_unknown(
    valley: list[Municipality], capsys: pytest.CaptureFixture[str]
) -> None:
    run = kept(["people", "cumulative"], [[100, 0], [100, 3]])
    assert main(["equity", "--run", str(run.pk)]) == 0
    assert "Palma infinite" in capsys.readouterr().out
