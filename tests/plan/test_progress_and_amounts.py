"""States and amounts are dated claims: the latest counts, none is counted twice, none is split."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from gisplan.plan.amounts import total_amounts
from gisplan.plan.models import Claim, Intervention, PlanEdition
from gisplan.plan.progress import latest_claims, states
from gisplan.plan.queries import interventions_of_axis

pytestmark = pytest.mark.django_db


def claim(code: str, *interventions: str, amount: int | None = None, state: str = "", year: int = 0) -> Claim:
    made = Claim.objects.create(
        code=code,
        kind="state" if amount is None else "amount",
        amount_eur=amount,
        state=state,
        as_printed_it=code,
        as_of=str(year or "senza data"),
        as_of_date=date(year, 1, 1) if year else None,
        source_url="https://example.org/source",
    )
    made.interventions.set(Intervention.objects.filter(code__in=interventions))
    return made


@pytest.mark.parametrize(
    ("axis", "total_eur"), [("3", 0), ("4", 25_650_000), ("5", 165_500_000), ("6", 15_400_000)]
)
def test_a_claim_that_covers_many_interventions_is_counted_once(
    edition: PlanEdition, axis: str, total_eur: int
) -> None:
    assert total_amounts(edition.axes.get(code=axis)).total_eur == Decimal(total_eur)


def test_of_contradicting_claims_the_latest_counts_and_the_others_are_listed(edition: PlanEdition) -> None:
    claim("pui-ivrea-2023", "iv-15", amount=10_000_000, year=2023)
    amounts = total_amounts(edition.axes.get(code="5"))
    assert amounts.total_eur == Decimal(165_500_000 - 18_500_000 + 10_000_000)
    assert [one.code for one in amounts.superseded] == ["pui-ivrea"]


def test_a_claim_about_part_of_what_another_covers_adds_nothing(edition: PlanEdition) -> None:
    claim("cdc-poirino", "iv-35", amount=1_500_000, year=2023)
    amounts = total_amounts(edition.axes.get(code="6"))
    assert amounts.total_eur == Decimal(15_400_000)
    assert [one.code for one in amounts.contained] == ["cdc-poirino"]


def test_a_claim_that_covers_two_axes_is_given_to_neither(edition: PlanEdition) -> None:
    claim("both", "iv-01", "iv-18", amount=1, year=2023)
    for code, total_eur in (("3", 0), ("5", 165_500_000)):
        amounts = total_amounts(edition.axes.get(code=code))
        assert [one.code for one in amounts.across_axes] == ["both"]
        assert amounts.total_eur == Decimal(total_eur)


def test_the_amount_of_an_action_holds_those_of_its_interventions(edition: PlanEdition) -> None:
    action = edition.actions.get(code="3.1.2")
    Intervention.objects.filter(code__in=["iv-01", "iv-02"]).update(action=action)
    claim("iv-01-alone", "iv-01", amount=3, year=2023)
    whole = claim("whole-action", amount=10, year=2022)
    whole.actions.add(action)
    amounts = total_amounts(edition.axes.get(code="3"))
    assert amounts.total_eur == Decimal(10)
    assert [one.code for one in amounts.contained] == ["iv-01-alone"]


def test_the_latest_claim_up_to_a_year_tells_the_state(edition: PlanEdition) -> None:
    claim("later", "iv-32", state="partly_done", year=2024)
    one = Intervention.objects.get(code="iv-32")
    for year, state in ((2022, "not_started"), (2023, "not_started"), (2024, "partly_done")):
        found = latest_claims(one, until_year=year).state
        assert found is not None
        assert found.state == state


def test_before_the_first_claim_the_state_is_not_known(edition: PlanEdition) -> None:
    found = latest_claims(Intervention.objects.get(code="iv-32"), until_year=2021)
    assert found.state is None
    assert found.amount is None
    with override("it"):
        assert found.state_text == "non noto"


def test_an_undated_claim_belongs_to_no_year_and_yields_to_a_dated_one(edition: PlanEdition) -> None:
    claim("undated", "iv-18", state="done")
    one = Intervention.objects.get(code="iv-18")
    assert latest_claims(one, until_year=2030).state is None
    assert latest_claims(one).state == Claim.objects.get(code="undated")
    claim("dated", "iv-18", state="changed", year=2023)
    assert latest_claims(Intervention.objects.get(code="iv-18")).state == Claim.objects.get(code="dated")


def test_a_state_that_the_source_does_not_make_clear_shows_its_words(edition: PlanEdition) -> None:
    one = Intervention.objects.get(code="iv-01")
    with override("it"):
        assert latest_claims(one).state_text == "controllato dalla Regione"
    with override("en"):
        assert latest_claims(one).state_text == "controlled by Regione"


def test_states_are_counted_with_those_not_known(edition: PlanEdition) -> None:
    health = interventions_of_axis(edition.axes.get(code="6"))
    assert states(health, until_year=2021) == {"": 26}
    assert states(health, until_year=2022) == {"not_started": 9, "": 17}
    printed_ready_by_2025 = sum(one.claims.filter(state="done").exists() for one in health)
    assert states(health, until_year=2025)["done"] == printed_ready_by_2025
