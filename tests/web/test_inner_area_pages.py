"""The page of the inner areas: both classes, the table of where they differ, and what is kept."""

import pytest
from django.test import Client

from gisplan.analysis.models import Run
from gisplan.plan.rights import PLANNER

from .import_steps import signed_in, user
from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
PAGE = "/analisi/aree-interne/"


def test_the_page_shows_both_classes_and_says_how_the_minutes_were_made(client: Client) -> None:
    page = client.get(PAGE)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Metodo: rete schematica" in text
    assert "98</strong> comuni interni nella mappa ufficiale" in text
    assert "concordanza sui 300 comuni che non sono poli" in text
    assert "Dove differiscono" in text
    assert page.context["summary"]["agreement"] >= 0.82


def test_the_territory_has_its_name_and_not_its_code(client: Client) -> None:
    page = read(client, PAGE)
    assert "Territorio Torino" in page
    assert "Territorio 001" not in page


def test_savigliano_serves_the_territory_from_beyond_its_border(client: Client) -> None:
    page = client.get(PAGE)
    rows = page.context["other_tables"][1]["rows"]
    outside = {row[1]["text"] for row in rows if row[3] == {"text": "no"}}
    assert "Savigliano" in outside


def test_differing_municipalities_have_a_likely_reason(client: Client) -> None:
    page = client.get(PAGE)
    rows = page.context["differing"]["rows"]
    assert len(rows) == round((1 - page.context["summary"]["agreement"]) * 300)
    assert all(row[-1]["text"] for row in rows)


def test_the_edition_of_2014_has_no_official_classes_to_compare_with(client: Client) -> None:
    page = client.get(PAGE + "?edizione=2014")
    assert page.context["summary"]["n"] == 0
    assert "non nota" in page.content.decode()


def test_an_edition_that_does_not_exist_is_refused_in_the_reader_s_language(client: Client) -> None:
    page = client.get(PAGE + "?edizione=1999")
    assert page.status_code == 400
    assert "L&#x27;edizione SNAI dev&#x27;essere 2014 o 2020, non 1999" in page.content.decode()
    english = client.get("/en" + PAGE + "?edizione=1999").content.decode()
    assert "must be 2014 or 2020, not 1999" in english


def test_a_planner_keeps_the_result_and_others_do_not(client: Client) -> None:
    assert client.post(PAGE).status_code == 403
    planner = signed_in(user(PLANNER))
    kept = planner.post(PAGE)
    run = Run.objects.get(method="inner_areas")
    assert kept.status_code == 302
    assert kept["Location"] == f"/analisi/esecuzioni/{run.pk}/"
    page = planner.get(kept["Location"])
    assert "Comuni per classe" in page.content.decode()
    assert f"n. {run.pk}" in client.get(PAGE).content.decode()
    csv = client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.csv").content.decode("utf-8-sig")
    assert csv.startswith("istat_code,municipality,official_class,computed_class")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_reading_the_page_keeps_nothing(client: Client, prefix: str) -> None:
    before = Run.objects.count()
    assert client.get(prefix + PAGE).status_code == 200
    assert Run.objects.count() == before


def test_the_table_names_the_nearest_pole_and_leaves_a_dash_where_nothing_differs(client: Client) -> None:
    table = client.get(PAGE).context["other_tables"][0]
    pole, reason = table["names"].index("Polo più vicino"), table["names"].index("Perché differisce")
    poles = {row[pole]["text"] for row in table["rows"]}
    assert "Torino" in poles
    assert not any(name and name.isdigit() for name in poles)
    reasons = [row[reason] for row in table["rows"]]
    assert {"text": "–", "unknown": False} in reasons
    assert not any(one.get("unknown") for one in reasons)


def test_the_edition_is_named_once_where_the_page_says_how_it_was_computed(client: Client) -> None:
    assert client.get(PAGE).content.decode().count("<dt>Edizione SNAI</dt>") == 1


def test_no_column_of_the_first_tables_is_empty(client: Client) -> None:
    for table in client.get(PAGE).context["first_tables"]:
        for k, name in enumerate(table["names"]):
            assert any(not row[k].get("unknown") for row in table["rows"]), name
