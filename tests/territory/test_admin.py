"""The admin of the territory: for staff, with no outside address."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from gisplan.territory.models import MunicipalityBoundary, Station

MODELS = (
    *(
        "source",
        "municipality",
        "municipalityboundary",
        "population",
        "territoryedition",
        "snaiclass",
        "zone",
    ),
    *("zonemembership", "registercoverage", "station", "hospital", "healthsite", "school", "peoplegrid"),
)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]


@pytest.fixture
def officer(settings: Settings) -> Client:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # needs no collected files
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    client = Client()
    client.force_login(User.objects.create_superuser("officer", password="not used"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens(officer: Client, model: str) -> None:
    assert officer.get(f"/admin/territory/{model}/").status_code == 200


def test_a_place_is_edited_as_text_without_an_outside_address(officer: Client) -> None:
    station = Station.objects.get(name="Collegno")
    page = officer.get(f"/admin/territory/station/{station.pk}/change/").content.decode()
    assert "SRID=32632;POINT" in page
    assert "cdn" not in page
    assert "openlayers" not in page.lower()


def test_what_a_load_writes_cannot_be_changed_by_hand(officer: Client) -> None:
    boundary = MunicipalityBoundary.objects.first()
    assert boundary is not None
    assert officer.post(f"/admin/territory/municipalityboundary/{boundary.pk}/delete/").status_code == 403
    assert officer.get("/admin/territory/municipalityboundary/add/").status_code == 403


def test_a_stranger_is_sent_to_the_sign_in() -> None:
    answer = Client().get("/admin/territory/station/")
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]
