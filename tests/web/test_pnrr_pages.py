"""Pages with PNRR projects loaded: told apart, whole amounts, the plan's own figures as they were."""

from pathlib import Path

import pytest
from django.test import Client

from gisplan.plan.pnrr_catalogue import REGISTERS
from gisplan.territory.standard.outcome import LoadRequest

from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

PLACES = """Codice Univoco submisura,CUP,Codice Locale Progetto,Descrizione Comune,COD_ISTAT_COMUNE
M5C1I1.01.00,CUP1,CUP1,NONE,001168
M5C1I1.01.00,CUP1,CUP1,TORINO,001272
M5C1I1.01.00,CUP2,CUP2,NONE,001168
"""
PROJECTS = """CUP,Codice Locale Progetto,Missione,Titolo progetto,Finanziamento Totale,Data aggiornamento
CUP1,CUP1,M5,Parco,1000.00,2023-02-21
CUP2,CUP2,M5,Scuola,234.00,2023-02-21
CUP3,CUP3,M5,Altrove,6.00,2023-02-21
"""
TOLD = "Progetti PNRR "


@pytest.fixture
def pnrr(tmp_path: Path, client: Client) -> dict[str, str]:
    """What the pages said before."""
    before = {address: read(client, address) for address in ("/", "/assi/5/", "/comuni/001168/")}
    for register, text in zip(REGISTERS, (PLACES, PROJECTS), strict=True):
        path = tmp_path / f"{register.name}.csv"
        path.write_text(text)
        register.load(LoadRequest(path))
    return before


def test_an_axis_tells_its_pnrr_projects_apart(client: Client, pnrr: dict[str, str]) -> None:
    page = read(client, "/assi/5/")
    assert (
        "3 progetti PNRR, finanziati in tutto per 1.240 € . Di questi, 1 tocca più comuni: il suo importo, 1.000 €,"
        " resta intero e la quota di ciascun comune non è nota . 1 non ha un luogo noto ."
    ) in page.replace("€.", "€ .").replace("nota.", "nota .").replace("noto.", "noto .")
    assert "3 PNRR projects, funded with €1,240 in all" in read(client, "/en/assi/5/")


def test_the_title_of_a_project_is_read_as_italian_on_an_english_page(
    client: Client, pnrr: dict[str, str]
) -> None:
    page = client.get("/en/assi/5/?registro=pnrr").content.decode()
    assert 'lang="it">Altrove' in page
    assert 'lang="en">regional multimodal node' in client.get("/en/assi/3/").content.decode()


def test_a_municipality_tells_what_it_shares(client: Client, pnrr: dict[str, str]) -> None:
    assert "2 progetti PNRR, finanziati in tutto per 1.234 €" in read(client, "/comuni/001168/")
    assert TOLD not in read(client, "/comuni/001090/").split("Il comune a confronto")[0]


def test_what_the_pages_say_of_the_plan_is_as_before(client: Client, pnrr: dict[str, str]) -> None:
    # the overview's map counts the axes of the projects, too; what it says of each axis of the plan does not
    cards = "Gli assi del piano "
    assert read(client, "/").split(cards)[1] == pnrr["/"].split(cards)[1]
    sections = {
        "/assi/5/": ("Gli interventi della mappa", "Le domande dell'asse", "Strategie e azioni", "gisplan è"),
        "/comuni/001168/": ("In breve", "Il comune a confronto", "Luoghi nel comune", "gisplan è"),
    }
    for address, (start, end, second, last) in sections.items():
        before, after = pnrr[address], read(client, address)
        assert TOLD not in before[before.index(start) : before.index(end)]
        told = after.index("Progetti PNRR ", after.index(start))
        own = after[after.index(start) : told]
        assert before[before.index(start) : before.index(end)].startswith(own)
        assert (
            after[after.index(second) : after.index(last)]
            == before[before.index(second) : before.index(last)]
        )
