"""The siting workbench on Torino: at once where it is quick, by the worker where it is not; who may keep and save."""

import re
from pathlib import Path

import pytest
import shapely
from django.test import Client

from gisplan.analysis.coverage_ground import coverage_demand
from gisplan.analysis.ground import current_ground
from gisplan.analysis.models import Run, Scenario, SitingJob
from gisplan.analysis.siting import site
from gisplan.analysis.siting_jobs import work
from gisplan.analysis.siting_request import SitingRequest
from layers.importing import import_layer
from tests.analysis.conftest import write_geojson

from .test_analysis_pages import planner
from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
__all__ = ["planner"]

PAGE = "/analisi/localizzazione/"
QUICK = f"{PAGE}?problema=mclp&servizio=hospitals&siti=2&minuti=20&modo=car&eta=65%2B"
LONG = f"{PAGE}?problema=p-median&servizio=hospitals&siti=2&minuti=20&modo=car"


def test_a_quick_question_is_answered_in_place_and_keeps_nothing(client: Client) -> None:
    for prefix, proven in (("", "Ottimo provato:"), ("/en", "Proven optimal:")):
        response = client.get(prefix + QUICK)
        page = response.content.decode()
        assert response.status_code == 200
        assert proven in page
        assert "map_siting" in page
        assert not response.cookies
        assert 'method="post"' not in page
    assert not Run.objects.filter(method="siting").exists()


def test_the_answer_counts_the_people_of_the_register(client: Client) -> None:
    run = site(SitingRequest(problem="mclp", service="hospitals", number=2, group="65+")).keep()
    tables = {table["name"]: table for table in run.result["tables"]}
    totals = dict(zip(tables["totals"]["columns"], tables["totals"]["rows"][0], strict=True))
    assert totals["people"] == coverage_demand(current_ground()).people("65+").sum()
    assert totals["covered_today"] < totals["covered_then"] < totals["people"]
    page = read(client, QUICK)
    assert f"n. {run.pk}" in page  # the kept run is cited
    whole = r"\d{1,3}(?:\.\d{3})*"  # people
    assert re.search(rf"Obiettivo {whole}, limite provato {whole}, scarto", page)
    assert "non corrisponde più" not in read(client, f"/analisi/esecuzioni/{run.pk}/")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("problema=mclp&servizio=altro&siti=1", "Il servizio dev'essere uno dell'elenco, non altro"),
        ("problema=mclp&servizio=hospitals", "Serve un numero di siti nuovi oppure un budget"),
        ("problema=x&servizio=hospitals&siti=1", "Il problema dev'essere uno dell'elenco, non x"),
        ("servizio=hospitals&siti=1&minuti=999", "I minuti devono essere un numero intero (1–120), non 999"),
        ("servizio=hospitals&siti=1&minuti=tre", "non tre: correggili"),
        ("servizio=hospitals&budget=100", "con la colonna del costo dei candidati"),
        ("servizio=hospitals&siti=1&domanda=cells", "I minuti in auto si conoscono fra comuni"),
        (
            "servizio=hospitals&siti=1&candidati=x",
            "I siti candidati devono essere i comuni o uno strato pubblicato, non x",
        ),
        ("servizio=hospitals&siti=1&eta=9-3", "Le età devono essere"),
        ("servizio=hospitals&siti=1&tempo=0", "Il tempo massimo dev'essere in secondi interi"),
    ],
)
def test_what_cannot_be_asked_is_said_in_the_readers_language(
    client: Client, query: str, sentence: str
) -> None:
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == 400
    page = read_text(response.content.decode())
    assert sentence in page


def read_text(page: str) -> str:
    return page.replace("&#x27;", "'")


def test_a_long_question_is_solved_by_the_worker_and_its_address_then_shows_it(
    client: Client, planner: Client
) -> None:
    assert "Può avviarla chi ha accesso" in read_text(client.get(LONG).content.decode())
    assert client.post(LONG).status_code == 403
    response = planner.post(LONG)
    job = SitingJob.objects.get()
    assert response.headers["Location"] == f"{PAGE}calcolo/{job.pk}/"
    state = client.get(f"{PAGE}calcolo/{job.pk}/stato/").json()
    assert state == {"going": True, "now": "In attesa"}
    assert "solving.js" in client.get(f"{PAGE}calcolo/{job.pk}/").content.decode()
    SitingJob.objects.update(
        status="running", progress={"seconds": 3, "best": 110.0, "bound": 100.0, "gap": 0.1}
    )
    english = client.get(f"/en{PAGE}calcolo/{job.pk}/stato/").json()
    assert english["now"] == "Running for 3 s: value 110, bound 100, gap 10.00 per cent"
    SitingJob.objects.update(status="waiting")
    work(job.pk)
    response = client.get(f"{PAGE}calcolo/{job.pk}/")
    assert response.status_code == 302
    page = client.get(response.headers["Location"]).content.decode()
    assert "Ottimo provato:" in page
    assert f"/analisi/esecuzioni/{Run.objects.get(method='siting').pk}/" in page


def test_a_job_that_was_refused_says_why(client: Client) -> None:
    asked = SitingRequest(problem="mclp", service="hospitals", number=2).parameters
    refusal = {"sentence": "x", "field": "nobody", "found": "100"}
    job = SitingJob.objects.create(parameters=asked, status="refused", refusal=refusal)
    assert (
        "Nobody in the territory has these ages (100)"
        in client.get(f"/en{PAGE}calcolo/{job.pk}/").content.decode()
    )
    job.status = "failed"
    job.save()
    assert "Il calcolo si è interrotto" in client.get(f"{PAGE}calcolo/{job.pk}/").content.decode()
    assert client.get(f"{PAGE}calcolo/999999/").status_code == 404


def test_a_planner_keeps_the_answer_and_saves_its_sites_as_a_scenario(
    client: Client, planner: Client
) -> None:
    planner.post(QUICK)
    run = Run.objects.get(method="siting")
    page = planner.get(QUICK).content.decode()
    assert "Salva come scenario" in page
    assert f"/analisi/esecuzioni/{run.pk}/" in page
    form = {"esecuzione": str(run.pk), "nome": "Due ospedali"}
    assert client.post(f"{PAGE}scenario/", form).status_code == 403
    response = planner.post(f"{PAGE}scenario/", form)
    scenario = Scenario.objects.get()
    assert response.headers["Location"] == f"/analisi/scenari/{scenario.pk}/"
    assert planner.post(f"{PAGE}scenario/", form).status_code == 400  # the name is taken
    planner.post(f"/analisi/scenari/{scenario.pk}/", {"calcola": "1"})
    page = client.get(f"/analisi/scenari/{scenario.pk}/").content.decode()
    assert "Persone coperte dopo" in page
    assert client.get("/en/analisi/scenari/").status_code == 200


def test_the_files_of_a_siting_have_its_places(planner: Client) -> None:
    planner.post(QUICK)
    run = Run.objects.get(method="siting")
    for kind in ("gpkg", "csv", "xlsx"):
        response = planner.get(f"/analisi/esecuzioni/{run.pk}/gisplan.{kind}")
        assert response.status_code == 200, kind
        assert len(response.content) > 500
    assert planner.get(f"/analisi/esecuzioni/{run.pk}/").status_code == 200


def test_candidates_of_a_layer_stand_on_the_map_and_a_budget_goes_to_the_worker(
    planner: Client, client: Client, tmp_path: Path
) -> None:
    points = [shapely.Point(395_000, 4_990_000), shapely.Point(360_000, 4_995_000)]
    plots = [{"nome": "Lotto uno", "costo": 10.0}, {"nome": "Lotto due", "costo": 20.0}]
    import_layer(write_geojson(tmp_path / "lotti.geojson", list(points), plots), name="lotti")
    address = f"{PAGE}?problema=mclp&servizio=hospitals&minuti=20&modo=car&candidati=lotti"
    page = planner.get(f"{address}&siti=1").content.decode()
    assert "Siti candidati" in page
    assert "Lotto due" in page
    assert client.get(f"{address}&siti=1").status_code == 400  # the layer is not public
    assert "Avvia il calcolo" in planner.get(f"{address}&budget=15&costo=costo").content.decode()


def test_the_table_of_the_sites_has_no_codes_and_no_coordinates(client: Client) -> None:
    context = client.get(QUICK).context
    names = next(one["names"] for one in context["tables"] if "Siti" in str(one["title"]))
    assert "Nome" in names
    assert not {"x (m)", "y (m)", "Codice del sito"} & set(names)
    assert "hospitals" not in dict(context["parameters"]).values()
