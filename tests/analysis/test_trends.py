"""Trends on four made municipalities whose figures follow from arithmetic."""

import json
from pathlib import Path
from typing import Any

import pytest

from gisplan.__main__ import main
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.exports import run_tables
from gisplan.analysis.models import Run
from gisplan.analysis.staleness import is_stale
from gisplan.analysis.trends import trends
from gisplan.territory.models import Municipality, MunicipalityBoundary, Population, Source
from tests.analysis.valley import CODES, FIRST, LAST, ROWS, make_valley


@pytest.fixture
def valley(source: Source) -> list[Municipality]:
    return make_valley(source)


def tables(run: Run) -> dict[str, list[dict[str, Any]]]:
    return {
        table["name"]: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
        for table in run_tables(run)
    }


def test_every_sum_is_that_of_the_municipalities(valley: list[Municipality]) -> None:
    found = tables(trends().keep())
    own = found["trends_by_municipality"]
    before, after = (sum(sum(row[k]) for row in ROWS) for k in (1, 2))
    assert sum(row["people_first"] for row in own) == before
    assert sum(row["people_last"] for row in own) == after
    for name in ("trends_by_zone", "trends_by_snai_class"):
        *parts, whole = found[name]
        for column in ("people_first", "people_last", "change", "people_0_14_last", "people_65_plus_first"):
            assert whole[column] == sum(row[column] for row in parts) == sum(row[column] for row in own)
        assert whole["municipalities"] == 4
    assert [(row["date"], row["people"]) for row in found["people_by_date"]] == [
        ("2022-01-01", before),
        ("2023-01-01", after),
    ]
    for row in own:
        ages = [row[f"people_{group}_last"] for group in ("0_14", "15_64", "65_plus")]
        assert sum(ages) == row["people_last"]


def test_the_signs_of_weakness_follow_the_stated_definition(valley: list[Municipality]) -> None:
    rows = {row["municipality"]: row for row in tables(trends().keep())["trends_by_municipality"]}
    # index of the whole: (1200 + 210 + 150 + 30) / (1000 + 90 + 60 + 0) = 138.3
    signs = {
        name: [row[sign] for sign in ("small", "sparse", "falling", "old")] for name, row in rows.items()
    }
    assert signs == {
        "Alpe": [False, False, False, False],  # 102 people/km², 200 more, index 120
        "Bosco": [True, True, True, True],  # 780 people on 10 km² are 78, index 233
        "Colle": [True, True, False, True],
        "Dirupo": [True, True, True, True],  # nobody below 15: no index, and old
    }
    assert [rows[name]["signs"] for name in rows] == [0, 4, 3, 4]
    assert rows["Dirupo"]["old_age_last"] is None
    assert rows["Bosco"]["old_age_last"] == pytest.approx(100 * 210 / 90, abs=0.01)
    assert rows["Bosco"]["change_pct"] == -2.5


def test_a_municipality_that_one_date_lacks_is_not_compared_and_its_change_is_not_known(
    valley: list[Municipality],
) -> None:
    Population.objects.filter(municipality=valley[2], reference_date=LAST).delete()
    found = tables(trends().keep())
    colle = next(row for row in found["trends_by_municipality"] if row["istat_code"] == CODES[2])
    assert (colle["people_first"], colle["people_last"], colle["change"], colle["signs"]) == (
        500,
        None,
        None,
        None,
    )
    whole = found["trends_by_zone"][-1]
    assert (whole["municipalities"], whole["people_first"]) == (3, 10_850)
    assert [row["municipalities"] for row in found["people_by_date"]] == [4, 3]


def test_the_command_tells_the_territory_and_writes_every_municipality(
    valley: list[Municipality], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "trends.csv"
    assert main(["trends", "--out", str(target)]) == 0
    said = capsys.readouterr().out
    assert "2022-01-01 to 2023-01-01, 4 municipalities: 11,350 people, then 11,538 (+188, +1.66 %)" in said
    assert "2 with 4, 1 with 3, 0 with 2, 0 with 1, 1 with 0" in said
    lines = target.read_text("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("istat_code,municipality,zone,snai_class,people_first [people]")
    assert main(["trends", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["territory"]["change"] == 188
    assert Run.objects.count() == 1  # the same question on the same inputs is the same run


def test_years_that_are_not_loaded_are_refused_with_those_that_are(
    valley: list[Municipality], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trends", "--from", "2023", "--to", "2022"]) == 2
    assert "two years in order of 2022, 2023, found 2023 and 2022" in capsys.readouterr().err
    Population.objects.filter(reference_date=LAST).delete()
    with pytest.raises(RequestRefused, match="people of two dates to compare, found those of 2022"):
        trends()


def test_a_trend_is_stale_once_its_people_change(valley: list[Municipality]) -> None:
    run = trends().keep()
    assert not is_stale(run)
    row = Population.objects.filter(reference_date=LAST).first()
    assert row is not None
    row.males[40] += 1
    row.save()
    assert is_stale(run)


def test_at_its_threshold_a_municipality_is_sparse_and_small_and_without_change_it_does_not_fall(
    valley: list[Municipality],
) -> None:
    boundaries = MunicipalityBoundary.objects
    boundaries.filter(municipality=valley[1]).update(area_km2=780 / 80)
    boundaries.filter(municipality=valley[2]).update(area_km2=510 / 80.01)
    first, last = (
        Population.objects.get(municipality=valley[2], reference_date=day) for day in (FIRST, LAST)
    )
    first.females, first.males = last.females, last.males
    first.save()
    whole = Population.objects.get(municipality=valley[0], reference_date=LAST)
    whole.females, whole.males = [0] * 40 + [2_500] + [0] * 60, [0] * 40 + [2_500] + [0] * 60
    whole.save()
    rows = {row["municipality"]: row for row in tables(trends().keep())["trends_by_municipality"]}
    assert (rows["Bosco"]["sparse"], rows["Colle"]["sparse"]) == (True, False)
    assert (rows["Alpe"]["people_last"], rows["Alpe"]["small"]) == (5_000, True)
    assert (rows["Colle"]["change"], rows["Colle"]["falling"]) == (0, False)
