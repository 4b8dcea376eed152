"""The profile of a station or of a position, and the headways that only a planner keeps."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from gisplan.analysis.models import HubService, Run
from gisplan.plan.rights import PLANNER
from gisplan.web import catchment_api, profile_pages
from gisplan.web.rate_limit import RateLimit

from .conftest import COLLEGNO, COLLEGNO_STREETS
from .import_steps import signed_in, user
from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

STATION = f"/stazioni/{COLLEGNO}/profilo/"
POSITION = "/analisi/hub/profilo/?lon=7.5779&lat=45.0785&minuti=5,10"


@pytest.fixture(autouse=True)
def fresh_limit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    new = RateLimit()
    monkeypatch.setattr(catchment_api, "limit", new)
    monkeypatch.setattr(profile_pages, "limit", new)
    yield


@pytest.fixture
def planner() -> Client:
    return signed_in(user(PLANNER))


@pytest.mark.parametrize("address", [STATION, POSITION])
def test_the_profile_answers_in_both_languages_without_a_cookie(client: Client, address: str) -> None:
    for prefix, words in (("", "Persone per età"), ("/en", "People by age")):
        response = client.get(prefix + address)
        assert response.status_code == 200
        assert not response.cookies
        assert words in response.content.decode()


def test_the_profile_shows_modes_school_ages_kinds_and_axes(client: Client) -> None:
    page = read(client, STATION)
    for words in (
        "6–10 anni",
        "Casa della Comunità",
        "a piedi, 10 min",
        "in bicicletta, 15 min",
        "3. Mobilità",
    ):
        assert words in page
    by_car = (
        "in auto, 15 min" if COLLEGNO_STREETS.exists() else "aperta a chi va in auto vicino a questo polo"
    )
    assert by_car in page
    assert re.search(r"0 300 non noto \d", page)  # no headway is kept
    assert "Non noto: nessun registro caricato lo dà." in page


def test_only_a_planner_keeps_a_headway_and_it_gives_the_class(client: Client, planner: Client) -> None:
    address = f"/stazioni/{COLLEGNO}/cadenza/"
    asked = {"mezzo": "rail", "cadenza": "15", "fonte": "orario esposto in stazione, 11/2026"}
    assert client.post(address, asked).status_code == 403
    assert not HubService.objects.exists()
    assert planner.post(address, asked | {"fonte": " "}).status_code == 400
    assert planner.post(address, asked | {"cadenza": "0"}).status_code == 400
    assert planner.post(address, asked).status_code == 302
    page = read(client, STATION)
    assert "fonte: orario esposto in stazione, 11/2026" in page
    assert re.search(r"0 300 A \d", page)
    assert re.search(r"750 1.000 D \d", page)
    assert planner.post(address, {"togli": "rail"}).status_code == 302
    assert re.search(r"0 300 non noto \d", read(client, STATION))


def test_a_position_has_a_class_where_the_question_says_how_often_it_is_served(client: Client) -> None:
    assert re.search(r"300 500 B \d", read(client, f"{POSITION}&mezzo=bus&cadenza=5"))
    refused = client.get(f"{POSITION}&mezzo=boat&cadenza=5")
    assert refused.status_code == 400
    assert client.get("/analisi/hub/profilo/?lon=6,1&lat=45").status_code == 400
    assert client.get("/analisi/hub/profilo/").status_code == 302


def test_a_planner_keeps_a_profile_as_a_run_with_all_its_tables(client: Client, planner: Client) -> None:
    asked = {"stazione": COLLEGNO, "nome": "", "lon": "7.5779", "lat": "45.0785", "minuti": "5,10"}
    assert client.post("/analisi/hub/profilo/conserva/", asked).status_code == 403
    response = planner.post("/analisi/hub/profilo/conserva/", asked)
    run = Run.objects.get(method="hub_profile")
    assert response["Location"] == f"/analisi/esecuzioni/{run.pk}/"
    page = read(client, response["Location"])
    assert "Profilo di un polo" in page
    assert "Servizi per tipo" in page
    assert "non corrisponde più" not in page
    for kind in ("csv", "xlsx", "gpkg"):
        assert client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.{kind}").status_code == 200


def test_a_profile_costs_as_much_as_some_catchments(client: Client) -> None:
    with override_settings(CATCHMENTS_PER_MINUTE=4):
        assert client.get(STATION).status_code == 200
        refused = client.get(f"{STATION}?minuti=5")
        assert client.get(STATION).status_code == 200  # kept: it costs nothing again
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
