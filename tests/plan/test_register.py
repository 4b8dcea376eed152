"""What the facts of the plan force on the register."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from gisplan.plan.models import (
    Action,
    Claim,
    Connection,
    CrosswalkEntry,
    ExtentKind,
    Intervention,
    PlanEdition,
    PlanPlace,
)
from gisplan.territory.models import Municipality, Precision, Station

pytestmark = pytest.mark.django_db
SOURCE = "https://example.org/source"


def test_a_code_is_reused_with_a_new_meaning_in_another_edition(edition: PlanEdition) -> None:
    reused = Action.objects.filter(code="3.1.1").order_by("edition__first_year")
    assert [one.edition.code for one in reused] == ["psm-2021-2023", "psm-2024-2026"]
    assert "MAAS" in reused[0].title
    assert "tariffa unica" in reused[1].gist_it
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.create(
            edition=edition, strategy=reused[0].strategy, code="3.1.1", source_url=SOURCE, confidence="x"
        )


def test_editions_are_tied_by_an_explicit_crosswalk_and_never_by_code(edition: PlanEdition) -> None:
    talents_2021, talents_2024 = Action.objects.filter(code="5.1.1").order_by("edition__first_year")
    assert not talents_2021.became.exists()
    CrosswalkEntry.objects.create(
        earlier=talents_2021, later=talents_2024, relation=CrosswalkEntry.Relation.SAME, source_url=SOURCE
    )
    assert [entry.later for entry in talents_2021.became.all()] == [talents_2024]


def test_a_crosswalk_entry_has_the_ends_that_its_relation_needs(edition: PlanEdition) -> None:
    action = edition.actions.first()
    for relation in ("new", "same"):
        with pytest.raises(IntegrityError), transaction.atomic():
            CrosswalkEntry.objects.create(earlier=action, relation=relation, source_url=SOURCE)
    CrosswalkEntry.objects.create(earlier=action, relation="dropped", source_url=SOURCE)


def test_the_title_may_be_absent_and_the_gist_then_speaks(edition: PlanEdition) -> None:
    later = Action.objects.filter(edition__code="psm-2024-2026")
    assert later.count() == 13
    assert {one.title for one in later} == {""}
    assert all(one.gist_it and one.gist_en for one in later)
    assert str(later.get(code="5.1.1")).startswith("5.1.1 Programma per trattenere i talenti")


def test_an_axis_of_the_later_edition_has_no_title_that_nobody_printed(edition: PlanEdition) -> None:
    axes = PlanEdition.objects.get(code="psm-2024-2026").axes.all()
    assert [(axis.code, axis.title) for axis in axes] == [(str(n), "") for n in range(1, 7)]


def test_competence_is_a_field_and_unknown_unless_stated(edition: PlanEdition) -> None:
    assert {one.competence for one in Action.objects.all()} == {Action.Competence.UNKNOWN}


def test_an_action_is_linked_to_other_actions_strategies_and_axes(edition: PlanEdition) -> None:
    action = edition.actions.get(code="6.1.2")
    other, axis = edition.actions.get(code="3.1.2"), edition.axes.get(code="3")
    Connection.objects.create(action=action, to_action=other, source_url=SOURCE)
    Connection.objects.create(action=action, to_axis=axis, source_url=SOURCE)
    assert [line.action for line in other.connected_from.all()] == [action]
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.create(action=action, to_action=other, to_axis=axis, source_url=SOURCE)


def test_most_actions_are_not_points(edition: PlanEdition) -> None:
    kinds = {one.code: one.extent_kind for one in edition.actions.all()}
    assert kinds["2.1.2"] == ExtentKind.WHOLE_AREA
    assert kinds["2.1.1"] == ExtentKind.CLASS_OF_PLACES
    assert kinds["6.1.2"] == ExtentKind.TO_BE_SITED
    assert kinds["5.1.1"] == ExtentKind.UNKNOWN
    assert edition.actions.get(code="6.1.2").siting_criterion.startswith("raggiungibile con il trasporto")


def test_a_group_of_municipalities_keeps_its_name_and_no_made_up_member(edition: PlanEdition) -> None:
    place = PlanPlace.objects.get(intervention__code="iv-17")
    assert (place.kind, place.precision) == (PlanPlace.Kind.AREA, Precision.NOT_LOCATED)
    assert place.municipality is None
    assert place.area_text == "gruppo di 4 comuni, componenti non elencati"


def test_a_site_outside_the_territory_is_marked_and_stands_in_its_own_municipality(
    edition: PlanEdition,
) -> None:
    outside = Intervention.objects.get(outside_territory=True)
    assert outside.area_text == "Castelnuovo Don Bosco"
    municipality = outside.places.get().municipality
    assert municipality is not None
    assert (municipality.istat_code, municipality.in_territory) == ("005031", False)


def test_a_contradicting_figure_is_another_claim_and_overwrites_nothing(edition: PlanEdition) -> None:
    printed = Claim.objects.get(code="pui-ivrea")
    other = Claim.objects.create(
        code="pui-ivrea-other",
        kind=Claim.Kind.AMOUNT,
        amount_eur=10_000_000,
        as_printed_it="10 milioni",
        as_of="2022-05",
        as_of_date=date(2022, 5, 1),
        source_url=SOURCE,
    )
    other.interventions.set(printed.interventions.all())
    amounts = Intervention.objects.get(code="iv-15").claims.filter(kind="amount")
    assert {claim.amount_eur for claim in amounts} == {Decimal(18_500_000), Decimal(10_000_000)}


def test_an_amount_claim_without_an_amount_cannot_be_stored(edition: PlanEdition) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(code="empty", kind=Claim.Kind.AMOUNT, as_of="2022", source_url=SOURCE)


def test_the_states_are_those_in_use_and_the_words_of_the_source_are_kept(edition: PlanEdition) -> None:
    assert set(Claim.State.values) == {"not_started", "partly_done", "changed", "done", "dropped", ""}
    unclear = Claim.objects.get(code="state-iv-01")
    assert (unclear.state, unclear.as_printed) == ("", "controllato dalla Regione")


def test_a_place_at_a_station_takes_the_municipality_of_the_station(edition: PlanEdition) -> None:
    station = Station.objects.get(name="Collegno", kind="rail")
    place = PlanPlace.objects.create(
        action=edition.actions.first(), kind="station", station=station, precision=Precision.EXACT
    )
    assert place.municipality == Municipality.objects.get(istat_code="001090")


def test_every_row_of_the_register_names_its_source(edition: PlanEdition) -> None:
    for model in (PlanEdition, Action, Intervention, Claim):
        assert not model._default_manager.filter(source_url="").exists()
