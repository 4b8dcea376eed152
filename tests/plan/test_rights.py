"""Who may do what; a cast of four."""

import pytest
from django.contrib.auth.models import Group, Permission

from gisplan.plan import rights
from gisplan.plan.models import Claim, Intervention, PlanPlace
from gisplan.territory.models import Municipality, Precision

from .conftest import Cast

pytestmark = pytest.mark.django_db
PEOPLE = ("planner", "gis_officer", "municipal_editor", "signed_in", "stranger")


def who(cast: Cast, allowed: object) -> set[str]:
    return {person for person in PEOPLE if allowed(getattr(cast, person))}  # type: ignore[operator]


def test_planners_edit_the_plan(cast: Cast) -> None:
    assert who(cast, rights.may_edit_plan) == {"planner"}


def test_gis_officers_and_planners_import_layers(cast: Cast) -> None:
    assert who(cast, rights.may_import_layers) == {"planner", "gis_officer"}


def test_gis_officers_edit_the_registers_of_places(cast: Cast) -> None:
    assert who(cast, rights.may_edit_territory) == {"gis_officer"}


def test_a_municipal_editor_edits_one_municipality_and_no_other(cast: Cast) -> None:
    chieri, torino = (Municipality.objects.get(istat_code=code) for code in ("001078", "001272"))
    assert who(cast, lambda one: rights.may_edit_municipality(one, chieri)) == {"planner", "municipal_editor"}
    assert who(cast, lambda one: rights.may_edit_municipality(one, torino)) == {"planner"}


@pytest.mark.parametrize(("code", "editor_may"), [("iv-20", True), ("iv-18", False), ("iv-13", False)])
def test_a_municipal_editor_edits_the_interventions_of_the_municipality(
    cast: Cast, code: str, editor_may: bool
) -> None:
    intervention = Intervention.objects.get(code=code)
    allowed = who(cast, lambda one: rights.may_edit_intervention(one, intervention))
    assert allowed == {"planner"} | ({"municipal_editor"} if editor_may else set())


def test_an_intervention_that_also_touches_another_municipality_is_the_planners_alone(cast: Cast) -> None:
    intervention = Intervention.objects.get(code="iv-20")
    PlanPlace.objects.create(
        intervention=intervention,
        kind="municipality",
        municipality=Municipality.objects.get(istat_code="001272"),
        precision=Precision.MUNICIPALITY,
    )
    assert who(cast, lambda one: rights.may_edit_intervention(one, intervention)) == {"planner"}


def test_the_list_of_editable_interventions_agrees_with_the_single_answers(cast: Cast) -> None:
    for person in PEOPLE:
        visitor = getattr(cast, person)
        single = {one for one in Intervention.objects.all() if rights.may_edit_intervention(visitor, one)}
        assert set(rights.editable_interventions(visitor)) == single


def test_a_claim_is_edited_by_who_may_edit_all_that_it_covers(cast: Cast) -> None:
    own, shared = Claim.objects.get(code="state-iv-03"), Claim.objects.get(code="pinqua-2021")
    assert who(cast, lambda one: rights.may_edit_claim(one, own)) == {"planner", "municipal_editor"}
    assert who(cast, lambda one: rights.may_edit_claim(one, shared)) == {"planner"}


def test_someone_who_left_may_do_nothing(cast: Cast) -> None:
    cast.planner.is_active = False
    assert not rights.may_edit_plan(cast.planner)


def test_making_the_groups_again_keeps_what_the_owner_added(cast: Cast) -> None:
    editors = Group.objects.get(name=rights.MUNICIPAL_EDITOR)
    extra = Permission.objects.get(codename="view_axis")
    editors.permissions.add(extra)
    before = set(editors.permissions.all())
    rights.create_groups()
    assert set(editors.permissions.all()) == before
