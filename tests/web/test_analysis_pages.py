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
from gisplan.plan.queries import default_edition
from gisplan.plan.rights import PLANNER, create_groups
from gisplan.territory.models import Population, RegisterCoverage
from gisplan.web.column_names import shown_table
from gisplan.web.coverage import statement
from gisplan.web.run_pages import editions_named, parameter

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
    page = read(client, f"/analisi/esecuzioni/{run.pk}/")
    assert "non corrisponde più ai dati caricati" in page
    assert "Da allora sono cambiati: popolazione." in page
    assert re.search(rf"n. {run.pk} Bacini delle stazioni .* popolazione", read(client, "/analisi/"))
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
        "Pesi Persone 0,5",
    ):
        assert words in page
    assert not re.search(r"\bosm-\d", page)  # codes are in the files
    source = client.get("/en/analisi/poli/").content.decode()
    assert f'<td><a href="/en/stazioni/{COLLEGNO}/">Collegno</a></td>' in source


def test_the_workbench_answers_by_its_address_without_a_script(client: Client) -> None:
    page = read(client, HUB)
    assert "Comune di Collegno" in page
    assert re.search(r"Persone \d[\d.]* \d[\d.]*", page)
    assert "Conserva" not in page
    refused = read(client, "/analisi/hub/?lon=6,1&lat=45", status=400)
    assert "è fuori da Torino" in refused


def test_the_legend_of_the_workbench_says_which_bands_are_whose(client: Client) -> None:
    page = read(client, HUB)
    assert "Fasce del polo A, dalla più vicina: linea continua" in page
    assert "Fasce del polo B, dalla più vicina: linea tratteggiata" in page


def test_how_it_was_computed_holds_no_code_and_no_empty_value() -> None:
    assert parameter("column", "within_5") == "entro 5 minuti"
    assert parameter("normalisation", "min_max") == "fra il minimo, 0, e il massimo, 1"
    assert parameter("headways", {}) == "nessuno"
    edition = default_edition()
    assert edition is not None
    assert editions_named({"plan": edition.code}) == [("Edizione del piano", edition.title)]
    table = {"name": "", "columns": ["speed_kmh"], "units": ["km/h"], "rows": [[None], [4.8]]}
    assert [cells[0].get("text") for cells in shown_table(table)["rows"]] == ["quella di ogni strada", None]
    row = RegisterCoverage(statement_it="Elenco (2015-01-01).", statement_en="List (2015-01-01).")
    assert statement(row) == "Elenco (1 gennaio 2015)."


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


def test_a_scenario_shows_the_ground_gained_and_lost_and_says_when_it_has_changed(
    client: Client, planner: Client
) -> None:
    address = planner.post("/analisi/scenari/", {"nome": "Spostare", "modo": "walk", "minuti": "10"})[
        "Location"
    ]
    moved = {"tipo": "move", "stazione": COLLEGNO, "lon": "7.56", "lat": "45.09"}
    planner.post(address, moved)
    page = client.get(address).content.decode()
    assert "polo spostato" in page
    assert "Terreno guadagnato" not in read(client, address)
    planner.post(address, {"calcola": "1"})
    page = read(client, address)
    assert "Terreno guadagnato" in page
    assert "Terreno perduto" in page
    assert "hatch-main" in client.get(address).content.decode()
    assert "va ricalcolato" not in page
    change = Scenario.objects.get().changes.get()
    planner.post(address, {"togli": str(change.pk)})
    planner.post(address, moved | {"lon": "7.57"})
    assert "va ricalcolato" in read(client, address)
    assert "compute it again" in read(client, "/en" + address)


def test_the_map_of_the_ranking_has_classes_of_the_score(client: Client) -> None:
    ranked()
    legend = client.get("/analisi/poli/").content.decode()
    assert len(re.findall(r"\d,\d\d – \d,\d\d", legend)) >= 3
    assert "Persone non raggiunte da nessun polo, in percentuale" in legend
    assert re.search(r"\d+ – 100 %", legend)


def test_a_time_that_is_not_known_is_not_said_to_be_0() -> None:
    status = {"name": "access", "columns": ["code", "nearest", "status"], "units": ["", "min", ""]}
    shown = shown_table(status | {"rows": [["001001", None, "unreachable"]]})
    assert str(shown["rows"][0][2]["text"]) == "nessun luogo entro i minuti dati"
    counted = status | {"columns": ["code", "gravity", "status"], "rows": [["001001", 0.0, "unreachable"]]}
    assert str(shown_table(counted)["rows"][0][2]["text"]) == "non raggiunge: 0 per regola"


def test_a_result_without_places_has_no_geopackage_and_says_so(client: Client) -> None:
    run = Run.objects.create(
        method="scenario",
        parameters={},
        editions={},
        input_digest="0",
        content_digest="0",
        engine_version="0",
        result={"tables": [{"name": "totals", "columns": ["people"], "units": ["people"], "rows": [[1.0]]}]},
    )
    response = client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.gpkg")
    assert response.status_code == 404
    assert "scaricalo come CSV o XLSX" in response.content.decode()
    assert client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.csv").status_code == 200


TWO = HUB + "&lon2=7.60&lat2=45.08"


def test_two_hubs_are_compared_by_their_address_without_a_script(client: Client) -> None:
    page = read(client, TWO)
    assert "I due poli a confronto" in page
    found = re.search(r"5: B − A 10: A 10: B 10: B − A Persone (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)", page)
    assert found is not None
    a, b, difference = (int(text.replace(".", "")) for text in found.groups()[3:])
    assert difference == pytest.approx(b - a, abs=1)
    assert "I due poli a confronto" in page
    refused = read(client, HUB + "&lon2=6,1&lat2=45", status=400)
    assert "è fuori da Torino" in refused
    assert "Comune di Collegno" in refused


@pytest.mark.parametrize("named", ["Collegno (comune)", "collegno", "Collegno (stazione)"])
def test_a_place_is_named_without_a_script(client: Client, named: str) -> None:
    page = read(client, f"/analisi/hub/?luogo={named}&modo=walk&minuti=5")
    assert "Comune di Collegno" in page
    assert "Nessuna stazione e nessun comune si chiama «Atlantide»" in read(
        client, "/analisi/hub/?luogo=Atlantide", status=400
    )


def test_a_hub_of_the_workbench_becomes_a_change_of_a_scenario(client: Client, planner: Client) -> None:
    address = "/analisi/hub/scenario/"
    asked = {
        "lon": "7.5779",
        "lat": "45.0785",
        "lon2": "7.60",
        "lat2": "45.08",
        "modo": "bike",
        "minuti": "5,10",
    }
    new = asked | {"quale": "B", "nome": "Nodo B", "scenario": "", "nuovo": "Nuovi nodi"}
    assert client.post(address, new).status_code == 403
    assert planner.post(address, new | {"lon2": "6.1"}).status_code == 400
    assert not Scenario.objects.exists()
    response = planner.post(address, new)
    scenario = Scenario.objects.get()
    assert response["Location"] == f"/analisi/scenari/{scenario.pk}/"
    assert (scenario.mode, scenario.minutes) == ("bike", 10)
    assert planner.post(address, new).status_code == 400  # the name is taken
    again = asked | {"quale": "A", "nome": "Nodo A", "scenario": str(scenario.pk), "nuovo": ""}
    assert planner.post(address, again).status_code == 302
    names = list(scenario.changes.values_list("name", "kind"))
    assert names == [("Nodo B", "add"), ("Nodo A", "add")]
    places = [
        change.location.transform(4326, clone=True) for change in scenario.changes.all() if change.location
    ]
    assert [round(place.x, 4) for place in places] == [7.60, 7.5779]


def test_every_page_with_catchments_cites_their_run_and_says_when_it_is_stale(client: Client) -> None:
    run = Run.objects.get(method="catchments")
    pages = {
        "/stazioni/": f'href="/analisi/esecuzioni/{run.pk}/"',
        "/comuni/001090/": f"Calcolo: Bacini delle stazioni n. {run.pk}.",
        "/assi/3/": f"Calcolo: Bacini delle stazioni n. {run.pk}.",
    }
    for address, cited in pages.items():
        page = client.get(address).content.decode()
        assert cited in page, address
        assert "Non corrisponde più" not in page, address
    row = Population.objects.filter(municipality__istat_code="001090").latest("reference_date")
    row.females[30] += 1
    row.save()
    for address in pages:
        assert "Non corrisponde più ai dati caricati" in client.get(address).content.decode(), address


def test_a_run_says_where_its_speed_comes_from(client: Client) -> None:
    run = Run.objects.get(method="catchments")
    page = read(client, f"/analisi/esecuzioni/{run.pk}/")
    assert re.search(r"Velocità e loro fonti .* a piedi 4,8 4,8 km/h: mezzo miglio in dieci minuti", page)
