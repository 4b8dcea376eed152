"""The admin of the register."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from gisplan.plan.models import Action, Claim, Intervention, PlanEdition, SeedRow

from .conftest import Cast

pytestmark = pytest.mark.django_db
MODELS = [model._meta.model_name for model in apps.get_app_config("plan").get_models()]


@pytest.fixture(autouse=True)
def plain_static_files(settings: object) -> None:
    """The manifest of the static files is made by the set-up."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_every_model_of_the_plan_is_in_the_admin() -> None:
    missing = [
        model for model in apps.get_app_config("plan").get_models() if not admin.site.is_registered(model)
    ]
    assert missing == []


@pytest.mark.parametrize("model", MODELS)
def test_a_planner_lists_and_searches_every_model(cast: Cast, model: str) -> None:
    client = signed_in(cast.planner)
    for query in ("", "?q=a"):
        assert client.get(f"/admin/plan/{model}/{query}").status_code == 200


@pytest.mark.parametrize("model", ["action", "intervention", "claim"])
def test_a_planner_opens_every_row_and_an_empty_form_that_ask_nothing_outside(cast: Cast, model: str) -> None:
    client = signed_in(cast.planner)
    first = apps.get_model("plan", model)._default_manager.first()
    assert first is not None
    for path in (f"{first.pk}/change/", "add/"):
        page = client.get(f"/admin/plan/{model}/{path}").content.decode()
        assert not re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]+\.(?:js|css|png)", page)


def test_the_list_says_on_how_much_it_stands(cast: Cast) -> None:
    page = signed_in(cast.planner).get("/admin/plan/action/").content.decode()
    assert "10 azioni di 111 caricate" in page
    assert "13 azioni di 113 caricate" in page


def test_a_municipal_editor_changes_an_intervention_of_the_municipality_and_no_other(cast: Cast) -> None:
    client = signed_in(cast.municipal_editor)
    own, other = (Intervention.objects.get(code=code) for code in ("iv-20", "iv-18"))
    assert b'name="_save"' in client.get(f"/admin/plan/intervention/{own.pk}/change/").content
    assert b'name="_save"' not in client.get(f"/admin/plan/intervention/{other.pk}/change/").content
    assert client.post(f"/admin/plan/intervention/{other.pk}/change/", {}).status_code == 403
    assert client.get("/admin/plan/planplace/add/").status_code == 403
    assert client.get("/admin/plan/action/").status_code == 403


def test_a_stranger_is_asked_to_sign_in(cast: Cast) -> None:
    assert Client().get("/admin/plan/action/").status_code == 302
    assert signed_in(cast.signed_in).get("/admin/plan/action/").status_code == 403


def test_a_row_changed_by_hand_is_the_owners_from_then_on(cast: Cast) -> None:
    claim = Claim.objects.get(code="state-iv-03")
    answer = signed_in(cast.planner).post(
        f"/admin/plan/claim/{claim.pk}/change/",
        {
            "code": claim.code,
            "kind": "state",
            "state": "done",
            "as_printed_it": "concluso",
            "as_of": "2024",
            "source_url": claim.source_url,
            "interventions": [one.pk for one in claim.interventions.all()],
        },
    )
    assert answer.status_code == 302
    taken = SeedRow.objects.filter(taken_over=True).values_list("table", "key")
    assert set(taken) == {("claims", "state-iv-03"), ("claim_interventions", "state-iv-03")}


def test_a_row_deleted_by_hand_is_remembered(cast: Cast) -> None:
    action = Action.objects.get(edition=PlanEdition.objects.get(code="psm-2021-2023"), code="2.1.3")
    client = signed_in(cast.planner)
    assert client.post(f"/admin/plan/action/{action.pk}/delete/", {"post": "yes"}).status_code == 302
    other = Action.objects.get(edition=action.edition, code="2.1.2")
    chosen = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
    assert client.post("/admin/plan/action/", chosen).status_code == 302
    taken = SeedRow.objects.filter(taken_over=True).values_list("key", flat=True)
    assert set(taken) == {"psm-2021-2023 2.1.2", "psm-2021-2023 2.1.3"}
