"""The plan comes from the seed tables, whole, once, and without touching what is the owner's."""

import csv
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gisplan.plan.errors import RowInUse
from gisplan.plan.exchange import import_table
from gisplan.plan.loading import load_plan
from gisplan.plan.models import (
    Action,
    Claim,
    Intervention,
    PlanEdition,
    PlanPlace,
    Strategy,
)
from gisplan.plan.seeds import take_over
from gisplan.plan.tables import SEED_TABLES

from .conftest import EditSeeds, seed_rows

pytestmark = pytest.mark.django_db


def write_table(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_seeds_hold_six_axes_ten_strategies_ten_actions_and_seventy_interventions(
    edition: PlanEdition,
) -> None:
    found = (
        edition.axes.count(),
        edition.strategies.count(),
        edition.actions.count(),
        Intervention.objects.filter(axis__edition=edition).count(),
    )
    assert found == (6, 10, 10, 70)


def test_every_seed_row_is_loaded_and_nothing_else(edition: PlanEdition) -> None:
    for table in SEED_TABLES:
        assert table.model._default_manager.count() == len(seed_rows(table.name)), table.name


def test_a_second_load_writes_nothing(edition: PlanEdition) -> None:
    with CaptureQueriesContext(connection) as queries:
        counts = load_plan()
    assert counts.changed == 0
    register = [query["sql"] for query in queries if ' INTO "plan_' in query["sql"]]
    assert register == []
    assert not [q["sql"] for q in queries if q["sql"].startswith(("UPDATE", "DELETE"))]


def test_a_changed_seed_row_changes_what_is_loaded(edition: PlanEdition, edit_seeds: EditSeeds) -> None:
    counts = load_plan(edit_seeds("actions", "Gran Bosco Torino", "Gran Bosco della pianura"))
    assert Action.objects.get(edition=edition, code="2.1.3").title == "Gran Bosco della pianura"
    assert counts.tables["actions"].updated == 1
    assert counts.changed == 1


def test_a_changed_seed_row_keeps_what_hangs_below_it(edition: PlanEdition, edit_seeds: EditSeeds) -> None:
    before = set(PlanPlace.objects.values_list("pk", flat=True))
    load_plan(edit_seeds("interventions", "nodo multimodale regionale", "nodo di interscambio"))
    assert Intervention.objects.get(code="iv-01").description_it.startswith("nodo di interscambio")
    assert set(PlanPlace.objects.values_list("pk", flat=True)) == before


def test_a_row_that_the_seeds_no_longer_hold_is_removed(edition: PlanEdition, edit_seeds: EditSeeds) -> None:
    folder = edit_seeds("actions", "psm-2021-2023,2.1.3", "psm-2021-2023,2.1.4")
    counts = load_plan(folder)
    assert not Action.objects.filter(edition=edition, code="2.1.3").exists()
    assert Action.objects.filter(edition=edition, code="2.1.4").exists()
    assert (counts.tables["actions"].created, counts.tables["actions"].removed) == (1, 1)


def test_a_place_that_changes_in_the_seeds_replaces_the_old_one(
    edition: PlanEdition, edit_seeds: EditSeeds
) -> None:
    load_plan(edit_seeds("intervention_places", "iv-18,municipality,001156", "iv-18,municipality,001168"))
    places = PlanPlace.objects.filter(intervention__code="iv-18")
    assert [place.municipality.name for place in places if place.municipality] == ["None"]


def test_a_row_that_the_owner_imported_is_never_touched_by_the_seeds(
    edition: PlanEdition, tmp_path: Path, edit_seeds: EditSeeds
) -> None:
    mine = [row for row in seed_rows("actions") if row["code"] == "2.1.3"][:1]
    mine[0]["title"] = "Il titolo approvato"
    import_table(write_table(tmp_path / "mine.csv", mine), "actions")
    load_plan(edit_seeds("actions", "Gran Bosco Torino", "Gran Bosco della pianura"))
    assert Action.objects.get(edition=edition, code="2.1.3").title == "Il titolo approvato"
    load_plan(edit_seeds("actions", "psm-2021-2023,2.1.3", "psm-2021-2023,2.1.4"))
    assert Action.objects.filter(edition=edition, code="2.1.3").exists()


def test_a_row_that_the_owner_deleted_does_not_come_back(edition: PlanEdition, edit_seeds: EditSeeds) -> None:
    action = Action.objects.get(edition=edition, code="2.1.3")
    take_over(action)
    action.delete()
    load_plan(edit_seeds("actions", "Gran Bosco Torino", "Gran Bosco della pianura"))
    assert not Action.objects.filter(edition=edition, code="2.1.3").exists()


def test_a_row_of_the_owner_is_not_torn_down_with_a_seed_row_that_goes(
    edition: PlanEdition, edit_seeds: EditSeeds
) -> None:
    strategy = Strategy.objects.get(edition=edition, code="1.5")
    Action.objects.create(
        edition=edition, strategy=strategy, code="1.5.1", source_url="https://example.org", confidence="x"
    )
    folder = edit_seeds("strategies", "psm-2021-2023,1.5,", "psm-2021-2023,1.6,")
    with pytest.raises(RowInUse, match=r"psm-2021-2023 1\.5, on which rows of the owner hang"):
        load_plan(folder)
    assert not Strategy.objects.filter(edition=edition, code="1.6").exists(), (
        "the load is whole or not at all"
    )


def test_a_claim_that_covers_many_interventions_is_one_row(edition: PlanEdition) -> None:
    claim = Claim.objects.get(code="cdc-to5-2022")
    assert claim.interventions.count() == 7
    assert claim.is_shared
    assert Claim.objects.filter(amount_eur=claim.amount_eur).count() == 1
