"""The coverage of the plan on the page: on what is loaded, with the rows that no group can be given."""

import csv
import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from gisplan.analysis.models import Run
from gisplan.analysis.plan_coverage import PlanRequest, coverage_of_plan
from gisplan.plan.pnrr_catalogue import REGISTERS
from gisplan.plan.rights import PLANNER, create_groups
from gisplan.territory.standard.outcome import LoadRequest

from .conftest import SHARED, seed_rows
from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

PAGE = "/analisi/piano/"
PNRR_FILES = ("localizzazioni_validate", "progetti_validati")


@pytest.fixture
def planner() -> Client:
    create_groups()
    user = User.objects.create_user("planner", is_staff=True)
    user.groups.add(Group.objects.get(name=PLANNER))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "query", ["", "?asse=5&bisogno=minutes_to_pole", "?bisogno=population_change&registro=pnrr"]
)
def test_the_page_answers_in_both_languages_without_a_cookie_or_a_row(client: Client, query: str) -> None:
    kept = Run.objects.count()
    for prefix in ("", "/en"):
        response = client.get(prefix + PAGE + query)
        assert response.status_code == 200
        assert not response.cookies
        assert not re.search(r"\son\w+=\"", response.content.decode())
    assert Run.objects.count() == kept


def test_every_figure_stands_on_the_actions_that_are_loaded(client: Client) -> None:
    page = read(client, PAGE)
    assert "10 azioni di 111 caricate" in page
    for words in (
        "Il piano per classe SNAI",
        "in più gruppi: quota non nota",
        "luogo non noto",
        "da localizzare",
        "86.050.000",
        "Nessun progetto PNRR è caricato.",
        "6. Salute",
    ):
        assert words in page
    found = coverage_of_plan(PlanRequest())
    thin = sum(1 for row in found.municipalities if row.pair == "20")
    assert f"Bisogno alto e nessun intervento noto: {thin} comuni" in page


def test_the_real_plan_is_conserved_and_reaches_no_peripheral_municipality(client: Client) -> None:
    found = coverage_of_plan(PlanRequest())
    assert found.total.euros == 206_550_000  # 25.65 + 165.5 + 15.4 million, the axes' totals
    for rows in found.by.values():
        assert sum(row.euros for row in rows) == 206_550_000
        assert sum(row.interventions for row in rows) == 70
        assert sum(row.actions for row in rows) == 10
    touched = {row.label: row.municipalities_touched for row in found.by["snai_class"]}
    assert (touched["D"], touched["E"], touched["F"]) == (3, 0, 0)


def test_the_map_has_a_legend_of_nine_in_words(client: Client) -> None:
    page = client.get("/en" + PAGE).content.decode()
    legend = page[page.index('id="bivariate-legend"') :]
    legend = legend[: legend.index("</table>")]
    assert legend.count("<svg") == 9
    assert legend.index("High need, no intervention") < legend.index("Low need, no intervention")


def test_what_is_not_there_is_refused_with_what_is(client: Client) -> None:
    assert "Scegli uno fra 1, 2, 3, 4, 5, 6: 9 non c&#x27;è." in client.get(PAGE + "?asse=9").content.decode()
    assert (
        "minutes_to_pole: felicità non c&#x27;è." in client.get(PAGE + "?bisogno=felicità").content.decode()
    )


def test_only_a_planner_keeps_an_answer_and_then_the_page_cites_its_run(
    client: Client, planner: Client
) -> None:
    asked = {"asse": "6", "bisogno": "old_age_index", "registro": "plan"}
    assert client.post(f"{PAGE}conserva/", asked).status_code == 403
    assert planner.post(f"{PAGE}conserva/", asked | {"asse": "x"}).status_code == 400
    kept = planner.post(f"{PAGE}conserva/", asked)
    run = Run.objects.get(method="plan_coverage")
    assert kept["Location"] == f"/analisi/esecuzioni/{run.pk}/"
    assert f'href="/analisi/esecuzioni/{run.pk}/"' in client.get(f"{PAGE}?asse=6").content.decode()
    page = read(client, kept["Location"])
    assert "Bisogno e piano per comune" in page
    assert "non corrisponde più" not in page
    text = client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.csv").content.decode("utf-8-sig")
    assert len(text.splitlines()) == 313
    assert client.get(f"/analisi/esecuzioni/{run.pk}/gisplan.gpkg").content[:15] == b"SQLite format 3"


def test_the_view_is_a_workbook_a_geopackage_and_a_page_of_paper(client: Client) -> None:
    for kind, head in {"xlsx": b"PK", "gpkg": b"SQLite format 3", "pdf": b"%PDF"}.items():
        response = client.get(PAGE + "?formato=" + kind)
        assert response.status_code == 200
        assert response.getvalue().startswith(head)
    with zipfile.ZipFile(io.BytesIO(client.get(PAGE + "?formato=" + "xlsx").getvalue())) as book:
        written = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "Cuorgnè" in written


def test_the_pnrr_of_torino_adds_up_as_its_own_files_do(client: Client) -> None:
    """The files are read again here, by nothing of the product: money whole, and the projects of several classes."""
    folder = SHARED / "data" / "pnrr"
    files = [next(iter(folder.glob(f"pnrr_{name}_2023-02-21_TO.csv")), None) for name in PNRR_FILES]
    if None in files:
        pytest.skip("the PNRR files of /data/pnrr are not beside this checkout")
    for register, path in zip(REGISTERS, files, strict=True):
        register.load(LoadRequest(path))
    places, projects = ([*csv.DictReader(path.open(encoding="utf-8-sig"))] for path in files)
    letters = {row["istat_code"]: row["class"] for row in seed_rows("snai_2020_classes")}
    classes: dict[tuple[str, str], set[str]] = {}
    for row in places:
        classes.setdefault((row["CUP"], row["Codice Locale Progetto"]), set()).add(
            letters.get(row["COD_ISTAT_COMUNE"].zfill(6), "")
        )
    money = sum(Decimal(row["Finanziamento Totale"]) for row in projects)
    several = [
        row for row in projects if len(classes.get((row["CUP"], row["Codice Locale Progetto"]), ())) > 1
    ]
    found = coverage_of_plan(PlanRequest(register="pnrr"))
    rows = {row.label: row for row in found.by["snai_class"]}
    assert sum(row.pnrr_projects for row in rows.values()) == len(projects) == 2012
    assert sum(row.pnrr_euros for row in rows.values()) == found.total.pnrr_euros == money
    assert rows["several_groups"].pnrr_projects == len(several) > 0
    assert rows["several_groups"].pnrr_euros == sum(Decimal(row["Finanziamento Totale"]) for row in several)
    assert found.total.euros == 206_550_000
    assert "Un registro a parte" in read(client, PAGE)
