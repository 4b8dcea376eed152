"""The coverage workbench: its answer is in the address, says what is not known, and is kept by planners only."""

import io
import re
import zipfile

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from gisplan.analysis.coverage import CoverageRequest, coverage_of_service
from gisplan.analysis.models import Run
from gisplan.plan.rights import PLANNER, create_groups
from gisplan.territory.models import RegisterCoverage

from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

PAGE = "/analisi/copertura/"
HOSPITALS = PAGE + "?servizio=hospitals:public&minuti=15&modo=car&eta=65%2B"


@pytest.fixture
def planner() -> Client:
    create_groups()
    user = User.objects.create_user("planner", is_staff=True)
    user.groups.add(Group.objects.get(name=PLANNER))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("address", [PAGE, HOSPITALS])
def test_the_page_answers_in_both_languages_without_a_cookie_or_a_row(client: Client, address: str) -> None:
    kept = Run.objects.count()
    for prefix in ("", "/en"):
        response = client.get(prefix + address)
        assert response.status_code == 200
        assert not response.cookies
        assert not re.search(r"\son\w+=\"", response.content.decode())
    assert Run.objects.count() == kept


def test_the_form_lists_registers_axes_and_the_ages_of_the_services(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    for words in (
        'value="schools:primaria">Scuole: scuola primaria',
        'value="hospitals:all">Ospedali e case di cura',
        'value="stations:rail">Stazioni: stazione ferroviaria',
        'value="interventions:6">Interventi dell&#x27;asse 6. Salute',
        'value="6-10">6–10 anni',
    ):
        assert words in page
    assert 'id="coverage-result"' not in page


def test_the_answer_has_figures_map_tables_and_who_is_left(client: Client) -> None:
    found = coverage_of_service(CoverageRequest("hospitals:public", 15, "car", "65+"))
    page = read(client, HOSPITALS)
    assert "Ospedali pubblici entro 15 minuti in auto" in page
    covered = f"{found.total.covered:,.0f}".replace(",", ".")
    assert f"coperte: {covered} persone" in page
    assert "non coperte: 0 persone" in page
    assert f"{found.total.municipalities_covered} comuni coperti di 312" in page
    assert "Registro non completo: dove non si arriva, non è noto." in page
    assert "Copertura per classe SNAI" in page
    ages = page.split("Copertura per età")[1]
    assert "65 anni e oltre" in ages
    assert "0–2 anni" in ages
    assert not re.search(r"65\+|\b0-2\b", ages.split("Per persone")[0])
    assert "montagna interna" in page
    assert "rete schematica fatta dai confini" in page
    assert len(found.not_reached) == 312 - found.total.municipalities_covered
    assert f"Per persone che restano fuori: {len(found.not_reached)} di 312" in page
    assert found.input_digest[:12] in page
    assert 'class="folium-map"' in client.get(HOSPITALS).content.decode()


def test_the_map_can_show_minutes_with_the_threshold_as_a_limit(client: Client) -> None:
    page = read(client, HOSPITALS + "&mappa=minuti")
    for words in ("Minuti dal servizio più vicino", "≤ 7,5 min", "7,5 – 15,0 min", "> 30,0 min"):
        assert words in page


def test_a_complete_register_makes_not_reached_not_covered(client: Client) -> None:
    RegisterCoverage.objects.filter(register="hospitals", kind="public_hospital").update(complete=True)
    page = read(client, HOSPITALS.replace("minuti=15", "minuti=5"))
    assert "non coperte: 0 persone" not in page
    assert "Non coperto" in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "servizio=biblioteche",
            "Il servizio dev&#x27;essere uno dell&#x27;elenco, non biblioteche: scegline uno.",
        ),
        ("servizio=stations&minuti=x", "I minuti devono essere un numero intero (1–120), non x: correggili."),
        ("servizio=stations&minuti=999", "(1–120), non 999: correggili."),
        ("servizio=stations&modo=cavallo", "uno fra walk, bike, car, non cavallo: scegline uno."),
        ("servizio=stations&eta=9-3", "non 9-3: scegline una."),
        ("servizio=stations&completo=1", "lo dice il suo registro"),
        ("servizio=layer:segreto", "non layer:segreto: scegline uno."),
    ],
)
def test_what_cannot_be_answered_is_one_sentence_above_the_form(
    client: Client, query: str, sentence: str
) -> None:
    page = client.get(f"{PAGE}?{query}").content.decode()
    assert sentence in page
    assert 'id="coverage-result"' not in page


def test_only_a_planner_keeps_an_answer_and_then_the_page_cites_its_run(
    client: Client, planner: Client
) -> None:
    asked = {"servizio": "hospitals:public", "minuti": "15", "modo": "car", "eta": "65+"}
    assert client.post(f"{PAGE}conserva/", asked).status_code == 403
    assert "Conserva" not in read(client, HOSPITALS)
    assert "Conserva" in read(planner, HOSPITALS)
    assert planner.post(f"{PAGE}conserva/", asked | {"minuti": "0"}).status_code == 400
    kept = planner.post(f"{PAGE}conserva/", asked)
    run = Run.objects.get(method="coverage")
    assert kept["Location"] == f"/analisi/esecuzioni/{run.pk}/"
    assert f'href="/analisi/esecuzioni/{run.pk}/"' in client.get(HOSPITALS).content.decode()
    page = read(client, kept["Location"])
    assert "Copertura per comune" in page
    assert "non corrisponde più" not in page
    text = client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.csv").content.decode("utf-8-sig")
    assert len(text.splitlines()) == 313
    assert client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.gpkg").content[:15] == b"SQLite format 3"


def test_the_view_is_a_workbook_a_geopackage_and_a_page_of_paper(client: Client) -> None:
    for kind, head in {"xlsx": b"PK", "gpkg": b"SQLite format 3", "pdf": b"%PDF"}.items():
        response = client.get(HOSPITALS + "&formato=" + kind)
        assert response.status_code == 200
        assert response.getvalue().startswith(head)
    with zipfile.ZipFile(io.BytesIO(client.get(HOSPITALS + "&formato=" + "xlsx").getvalue())) as book:
        written = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "Giaveno" in written


@pytest.mark.parametrize("address", [PAGE, "/analisi/localizzazione/", "/confronto/"])
def test_an_empty_form_offers_examples_that_have_an_answer(client: Client, address: str) -> None:
    for prefix in ("", "/en"):
        offered = client.get(prefix + address).context["examples"]
        assert len(offered) >= 2
        for target, words in offered:
            answer = client.get(target if target.startswith("/") else prefix + address + target)
            assert answer.status_code == 200, words
            assert not answer.context.get("error")
            assert answer.context["map"] if "map" in answer.context else answer.context["sides"]


def test_shares_are_percentages_and_the_question_is_told_in_words(client: Client) -> None:
    context = client.get(HOSPITALS).context
    table = context["tables"][0]
    at = table["names"].index("Parte coperta (%)")
    total = context["found"].total.share_covered
    shares = [row[at]["number"] for row in table["rows"]]
    assert min(shares) / 100 <= total <= max(shares) / 100
    assert max(shares) > 1
    told = {str(name): value for name, value in context["parameters"]}
    assert told["Servizio"] == "Ospedali pubblici"
    assert told["Età delle persone"] == "65 anni e oltre"


def test_a_refused_question_is_no_success(client: Client) -> None:
    assert client.get(PAGE + "?servizio=hospitals&minuti=10000").status_code == 400
