"""What the pages say, read through Django's own client."""

import re
from collections import Counter
from html import unescape

import pytest
from django.test import Client

from gisplan.analysis.models import Band
from gisplan.territory.models import Population

from .conftest import COLLEGNO, FERMI, PARADISO, seed_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

PAGES = (
    "/",
    "/piani/psm-2024-2026/",
    *(f"/assi/{code}/" for code in "123456"),
    "/piani/psm-2024-2026/assi/3/",
    "/comuni/",
    "/comuni/001090/",
    "/stazioni/",
    f"/stazioni/{COLLEGNO}/",
    "/fonti/",
)


def read(client: Client, address: str, *, status: int = 200) -> str:
    """The text of a page as a reader sees it: no scripts, no tags, single spaces."""
    response = client.get(address)
    assert response.status_code == status, address
    page = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("address", [*PAGES, *(f"/en{address}" for address in PAGES)])
def test_every_page_answers_without_a_cookie_and_with_its_policy(client: Client, address: str) -> None:
    response = client.get(address)
    page = response.content.decode()
    assert response.status_code == 200
    assert not response.cookies
    assert f'<html lang="{"en" if address.startswith("/en/") else "it"}">' in page
    nonces = set(re.findall(r'<(?:script|style) nonce="([^"]+)"', page))
    policy = response.headers["Content-Security-Policy"]
    assert len(nonces) <= 1
    assert all(f"'nonce-{nonce}'" in policy for nonce in nonces)
    assert "unsafe" not in policy
    assert not re.search(r"<style>|\sstyle=\"", page), "an inline style"
    assert not re.search(r"\son\w+=\"", page), "an inline event handler"


@pytest.mark.parametrize(
    "address",
    ["/comuni/999999/", "/comuni/005031/", "/stazioni/osm-0/", "/assi/9/", "/piani/no/", "/nowhere/"],
)
def test_what_does_not_exist_is_not_found(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "non esiste" in response.content.decode()


def test_the_overview_says_on_how_much_it_stands(client: Client) -> None:
    page = read(client, "/")
    assert "10 azioni di 111 caricate : 10 strategie di 24, 70 interventi locali" in page
    assert "312 comuni" in page
    assert "2.198.237 residenti al 1 gennaio 2023" in page
    english = read(client, "/en/")
    assert "10 of 111 actions loaded : 10 of 24 strategies, 70 local interventions" in english
    assert "2,198,237 residents on 1 January 2023" in english


def test_the_overview_counts_each_axis_as_the_seeds_do(client: Client) -> None:
    of_first = [row for row in seed_rows("interventions") if row["plan_edition"] == "psm-2021-2023"]
    counted = Counter(row["axis_code"] for row in of_first)
    page = client.get("/").content.decode()
    cards = re.findall(r'<li class="axis-card".*?</li>', page, flags=re.DOTALL)
    assert len(cards) == 6
    shown = [int(re.findall(r"<dd>(\d+)</dd>", card)[2]) for card in cards]
    assert shown == [counted[code] for code in "123456"]


def test_an_axis_shows_each_intervention_once_with_its_source(client: Client) -> None:
    page = client.get("/assi/6/").content.decode()
    for row in seed_rows("interventions"):
        assert page.count(f'<tr id="{row["code"]}">') == (row["axis_code"] == "6")
    assert page.count('<a href="https://www.torinoggi.it') >= 26


def test_an_amount_of_many_interventions_is_shown_once_and_together(client: Client) -> None:
    table = read(client, "/assi/6/").split("Le domande dell'asse")[0]
    assert table.count("10.400.000 €") == 1
    assert "10.400.000 € 7 interventi insieme: 7 sedi insieme" in table
    assert table.count("importo insieme ad altri") == 9  # the 7 sites and the 2 hospitals
    assert "ognuno contato una volta: 15.400.000 €" in table
    assert "€10,400,000 7 interventions together" in read(client, "/en/assi/6/")


def test_the_only_amount_of_an_axis_is_not_written_again_as_a_sum(client: Client) -> None:
    page = read(client, "/assi/4/").split("Le domande dell'asse")[0]
    assert page.count("25.650.000") == 1
    assert "Qui si conta un solo importo: non è il costo dell'asse." in page


def test_what_has_no_position_is_listed_under_the_map(client: Client) -> None:
    page = read(client, "/assi/5/")
    assert "5 interventi non localizzati Piano urbano integrato (PUI) : Carmagnola" in page
    assert "Sedi sanitarie senza posizione nota: 28" in read(client, "/assi/6/")


def test_an_action_is_told_in_the_language_of_the_reader(client: Client) -> None:
    assert "Programma forestale metropolitano" in read(client, "/assi/2/")
    assert "Metropolitan forest programme" in read(client, "/en/assi/2/")


def test_an_axis_without_interventions_says_that_it_does_not_know(client: Client) -> None:
    assert "se ce ne siano non è noto" in read(client, "/assi/1/")


def test_codes_of_another_edition_have_their_own_page(client: Client) -> None:
    page = read(client, "/piani/psm-2024-2026/assi/3/")
    assert "Piano strategico metropolitano 2024-2026" in page
    assert "13 azioni" in page or "di 113 caricate" in page


def test_a_municipality_tells_its_people_class_zone_and_plan(client: Client) -> None:
    page = read(client, "/comuni/001090/")
    people = Population.objects.filter(municipality__istat_code="001090").latest("reference_date")
    ages = [a + b for a, b in zip(people.females, people.males, strict=True)]
    written = [f"{sum(part):,}".replace(",", ".") for part in (ages, ages[:15], ages[15:65], ages[65:])]
    assert f"1 gennaio 2023 {' '.join(written)}" in page
    assert "1 gennaio 2022" in page
    assert "B Polo intercomunale" in page
    assert "2 AMT Ovest provvisoria" in page
    assert "Interscambio di stazione (Movicentro)" in page
    assert "km in linea d'aria da Collegno" in page
    assert "2.1.2 Torino Metropoli Parco agisce su tutto il territorio" in page
    for neighbour in ("Rivoli", "Grugliasco", "Pianezza", "Venaria Reale"):
        assert neighbour in page


def test_an_incomplete_register_is_never_read_as_none(client: Client) -> None:
    page = read(client, "/comuni/001090/")
    registers = page.split("Quanti luoghi contano i registri")[1].split("Comuni confinanti")[0]
    assert "Ospedale pubblico non noto" in registers
    assert "Stazione ferroviaria almeno 1" in registers
    assert "nessun " not in registers.lower()


def test_the_municipality_called_none_is_a_municipality(client: Client) -> None:
    assert "None Codice ISTAT 001168" in re.sub(
        r"None .*? Codice", "None Codice", read(client, "/comuni/001168/")
    )


@pytest.mark.parametrize(
    ("asked", "found"), [("?q=agli", "Agliè"), ("?q=001090", "Collegno"), ("?classe=F", "Ceresole Reale")]
)
def test_municipalities_are_found_by_name_code_and_class(client: Client, asked: str, found: str) -> None:
    page = read(client, f"/comuni/{asked}")
    assert found in page
    number = int(re.search(r"(\d+) comuni di 312", page)[1])  # type: ignore[index]
    assert 0 < number < 10


def test_the_classes_of_the_list_are_those_of_the_official_map(client: Client) -> None:
    official = Counter(row["class"] for row in seed_rows("snai_2020_classes"))
    for letter, count in official.items():
        assert f"{count} comuni di 312" in read(client, f"/comuni/?classe={letter}")


def test_a_search_that_finds_nothing_says_what_to_try(client: Client) -> None:
    assert "prova con una parte del nome" in read(client, "/comuni/?q=xyzzy&zona=2")


def test_a_station_tells_its_bands_and_how_they_were_computed(client: Client) -> None:
    page = read(client, f"/stazioni/{COLLEGNO}/")
    bands = list(Band.objects.filter(station__code=COLLEGNO).order_by("minutes"))
    assert [band.minutes for band in bands] == [5, 10, 15]
    people = " ".join(f"{round(band.people or 0):,}".replace(",", ".") for band in bands)
    assert f"Persone {people} 0–14 anni" in page
    assert "4,8 km/h" in page
    assert f"n. {bands[0].run_id}" in page
    method = "sulla rete stradale" if bands[0].method == "network" else "in linea d'aria con fattore 1,3"
    assert method in page
    assert "Ospedali non noto" in page


def test_a_station_without_loaded_interventions_never_reads_as_one_without_any(client: Client) -> None:
    page = read(client, f"/stazioni/{PARADISO}/")
    assert "Interventi del piano non noto non noto non noto" in page
    assert "Interventi del piano in questa stazione Non noto: tra quelli caricati non ce n'è nessuno." in page
    assert "Not known: among those loaded there is none." in read(client, f"/en/stazioni/{PARADISO}/")


def test_a_band_at_the_end_of_the_network_says_that_it_may_be_larger(client: Client) -> None:
    sentence = "può essere più grande di così"
    for code in (COLLEGNO, FERMI, PARADISO):
        touching = Band.objects.filter(station__code=code, touches_border=True).exists()
        assert (sentence in read(client, f"/stazioni/{code}/")) == touching


def test_a_station_without_a_run_says_how_to_make_one(client: Client) -> None:
    code = next(row["code"] for row in seed_rows("osm_stations") if row["name"] == "Airasca")
    page = read(client, f"/stazioni/{code}/")
    assert f"gisplan catchments --mode walk --minutes 5 10 15 --station {code}" in page


def test_stations_are_listed_with_what_their_register_covers(client: Client) -> None:
    page = read(client, "/stazioni/?q=collegno")
    assert "Collegno" in page
    assert "non dice lo stato attuale" in page
    assert f"{len(seed_rows('osm_stations'))} stazioni" in read(client, "/stazioni/")


def test_sources_name_publisher_and_licence_and_the_coverage_of_the_registers(client: Client) -> None:
    page = read(client, "/fonti/")
    for row in seed_rows("register_coverage"):
        assert row["statement_it"] in page
    assert "ODbL" in page
    assert "CC BY" in page


@pytest.mark.parametrize("address", ["/", "/assi/3/", "/assi/5/", "/comuni/", "/stazioni/", "/fonti/"])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client, address: str, django_assert_max_num_queries: object
) -> None:
    client.get(address)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        client.get(address)
