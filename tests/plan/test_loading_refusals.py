"""What the loader does not load: other territories, and rows that are wrong."""

import pytest

from gisplan.plan.errors import PlanError, TableRefused
from gisplan.plan.loading import load_plan
from gisplan.plan.models import Axis, PlanEdition, SeedRow

from .conftest import EditSeeds

pytestmark = pytest.mark.django_db


def test_no_plan_is_loaded_for_another_territory(small_territory: object, settings: object) -> None:
    settings.TERRITORY, settings.TERRITORY_NAME = ["037"], "Bologna"  # type: ignore[attr-defined]
    counts = load_plan()
    assert counts.notice == "No plan is loaded for Bologna: the seeds hold none."
    assert (PlanEdition.objects.count(), SeedRow.objects.count()) == (0, 0)


def test_only_the_editions_of_the_territory_are_loaded(
    small_territory: object, edit_seeds: EditSeeds
) -> None:
    load_plan(edit_seeds("plan_editions", "2024-2026,001,", "2024-2026,037,"))
    assert [one.code for one in PlanEdition.objects.all()] == ["psm-2021-2023"]
    assert Axis.objects.count() == 6


@pytest.mark.parametrize(
    ("table", "old", "new", "sentence"),
    [
        (
            "actions",
            "class_of_places",
            "everywhere",
            "actions.csv, row 2, column extent_kind: expected one of whole_area, class_of_places, "
            "named_places, to_be_sited, unknown, or nothing, found 'everywhere': correct it",
        ),
        (
            "strategies",
            "Costruire capacità 4.0,1,",
            "Costruire capacità 4.0,9,",
            "strategies.csv, row 2, column axis_code: expected a row of axes below psm-2021-2023, found '9': "
            "correct it or load that row first",
        ),
        (
            "claims",
            "pui-carmagnola,amount,16000000",
            "pui-carmagnola,amount,16 M",
            "claims.csv, row 2, column amount_eur: expected an amount in euros such as 16000000.00, "
            "or nothing, found '16 M': correct it",
        ),
        (
            "claims",
            "pui-carmagnola,amount,16000000",
            "pui-carmagnola,amount,",
            "claims.csv, row 2, column amount_eur: expected an amount in euros, for a claim of kind amount, "
            "found nothing: correct it",
        ),
        (
            "claims",
            "pui-carmagnola,amount,16000000",
            "pui-carmagnola,amount,-16000000",
            "claims.csv, row 2, column amount_eur: expected an amount in euros such as 16000000.00, "
            "or nothing, found '-16000000': correct it",
        ),
        (
            "plan_editions",
            "2024-07-19",
            "19 July 2024",
            "plan_editions.csv, row 3, column approved_on: expected a date such as 2024-07-19, or nothing, "
            "found '19 July 2024': correct it",
        ),
        (
            "interventions",
            "Moncalieri,false",
            "Moncalieri,perhaps",
            "interventions.csv, row 2, column outside_territory: expected true or false, or nothing, "
            "found 'perhaps': correct it",
        ),
        (
            "intervention_places",
            "osm-2043486356",
            "osm-1",
            "intervention_places.csv, row 2, column place_code: expected a row of the territory "
            "(`gisplan load_territory` loads it), found 'osm-1': correct it or load that row first",
        ),
        (
            "axes",
            "psm-2021-2023,2,",
            "psm-2021-2023,1,",
            "axes.csv, row 3, column code: expected each key once, found psm-2021-2023 1 as in row 2: "
            "keep one of them",
        ),
        (
            "axes",
            "plan_edition,code",
            "edition,code",
            "axes.csv, row 1: expected the columns plan_edition, code",
        ),
    ],
)
def test_a_wrong_seed_row_is_refused_in_one_sentence(
    small_territory: object, edit_seeds: EditSeeds, table: str, old: str, new: str, sentence: str
) -> None:
    folder = edit_seeds(table, old, new)
    with pytest.raises(TableRefused) as refusal:
        load_plan(folder)
    assert refusal.value.problems[0].startswith(sentence)
    assert "\n" not in str(refusal.value)
    assert isinstance(refusal.value, PlanError)
    assert not PlanEdition.objects.exists()
