"""The pages of analyses: runs that can be cited, the hub workbench, the ranking, scenarios; who may keep what."""

import io
import re
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from gisplan.analysis.hub_network import run_ranking
from gisplan.analysis.models import Band, Run, Scenario
from gisplan.analysis.requests import catchment_request
from gisplan.plan.rights import PLANNER, create_groups
from gisplan.territory.models import Population

from .conftest import COLLEGNO, FERMI, PARADISO
from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

HUB = "/analisi/hub/?lon=7.5779&lat=45.0785&modo=walk&minuti=5,10"


@pytest.fixture
def planner() -> Client:
    create_groups()
    user = User.objects.create_user("planner", is_staff=True)
    user.groups.add(Group.objects.get(name=PLANNER))
    client = Client()
    client.force_login(user)
    return client


def ranked() -> Run:
    return run_ranking(catchment_request([10], codes=[COLLEGNO, FERMI, PARADISO]))


@pytest.mark.parametrize("address", ["/analisi/", HUB, "/analisi/poli/", "/analisi/scenari/"])
def test_the_pages_answer_in_both_languages_without_a_cookie(client: Client, address: str) -> None:
    for prefix in ("", "/en"):
        response = client.get(prefix + address)
        assert response.status_code == 200
        assert not response.cookies
        assert not re.search(r"\son\w+=\"", response.content.decode())


def test_a_station_cites_its_run_and_the_run_has_its_page(client: Client) -> None:
    band = Band.objects.filter(station__code=COLLEGNO).select_related("run").first()
    assert band is not None
    link = f"/analisi/esecuzioni/{band.run_id}/"
    assert f'href="{link}"' in client.get(f"/stazioni/{COLLEGNO}/").content.decode()
    page = read(client, link)
    assert "Bacini delle stazioni" in page
    assert band.run.input_digest[:12] in page
    assert "non corrisponde più" not in page
    assert client.get("/analisi/esecuzioni/999999/").status_code == 404


def test_a_run_is_stale_on_its_page_once_an_input_has_changed(client: Client) -> None:
    run = Run.objects.filter(method="catchments").first()
    assert run is not None
    row = Population.objects.filter(municipality__istat_code="001090").latest("reference_date")
    row.females[30] += 1
    row.save()
    assert "non corrisponde più ai dati caricati" in read(client, f"/analisi/esecuzioni/{run.pk}/")
    assert "non corrisponde più ai dati caricati" in read(client, f"/stazioni/{COLLEGNO}/")


def test_a_run_is_downloaded_with_units_in_its_headers(client: Client) -> None:
    run = ranked()
    text = client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.csv").content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("rank,station_code,station,score,people [people]")
    assert len(text.splitlines()) == 4
    sheet = client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.xlsx").content
    with zipfile.ZipFile(io.BytesIO(sheet)) as book:
        assert "gap_by_snai_class" in book.read("xl/workbook.xml").decode()
    assert client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.gpkg").content[:15] == b"SQLite format 3"


def test_the_ranking_shows_each_term_and_the_gap(client: Client) -> None:
    assert "gisplan rank_hubs" in read(client, "/analisi/poli/")
    ranked()
    page = read(client, "/analisi/poli/")
    for words in (
        "Quota: persone",
        "Collegno",
        "per classe SNAI",
        "Persone non raggiunte",
        "Pesi people 0,5",
    ):
        assert words in page


def test_the_workbench_answers_by_its_address_without_a_script(client: Client) -> None:
    page = read(client, HUB)
    assert "Comune di Collegno" in page
    assert re.search(r"Persone \d[\d.]* \d[\d.]*", page)
    assert "Conserva" not in page
    refused = read(client, "/analisi/hub/?lon=6,1&lat=45")
    assert "è fuori da Torino" in refused


def test_only_a_planner_keeps_a_hub(client: Client, planner: Client) -> None:
    asked = {"lon": "7.5779", "lat": "45.0785", "modo": "walk", "minuti": "5,10", "nome": "Nuovo polo"}
    assert client.post("/analisi/hub/salva/", asked).status_code == 403
    assert not Run.objects.filter(method="hub_catchment").exists()
    assert "Conserva" in read(planner, HUB)
    response = planner.post("/analisi/hub/salva/", asked)
    run = Run.objects.get(method="hub_catchment")
    assert response["Location"] == f"/analisi/esecuzioni/{run.pk}/"
    page = read(client, response["Location"])
    assert "Nuovo polo" in page
    assert "non corrisponde più" not in page
    assert client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.gpkg").status_code == 200


def test_a_planner_makes_and_compares_a_scenario_that_everybody_reads(
    client: Client, planner: Client
) -> None:
    made: dict[str, Any] = {"nome": "Chiudere Collegno", "modo": "walk", "minuti": "10"}
    assert client.post("/analisi/scenari/", made).status_code == 403
    address = planner.post("/analisi/scenari/", made)["Location"]
    assert planner.post("/analisi/scenari/", made).status_code == 400
    assert planner.post(address, {"tipo": "close", "stazione": COLLEGNO}).status_code == 302
    assert planner.post(address, {"tipo": "add", "lon": "6.1", "lat": "45"}).status_code == 400
    assert client.post(address, {"calcola": "1"}).status_code == 403
    assert planner.post(address, {"calcola": "1"}).status_code == 302
    page = read(client, address)
    assert "Differenza per comune" in page
    assert "Confronto con oggi" in page
    assert Scenario.objects.get().changes.count() == 1
    run = Run.objects.get(method="scenario")
    totals = dict(zip(run.result["tables"][0]["columns"], run.result["tables"][0]["rows"][0], strict=True))
    assert totals["hubs_then"] == totals["hubs_today"] - 1
    assert totals["difference"] < 0
