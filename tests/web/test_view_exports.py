"""Any view as a file: what the page says is in the PDF, the picture, the page without a network, the data."""

import io
import re
import threading
from pathlib import Path
from typing import Any

import pyogrio
import pypdf
import pytest
import shapely
from django.test import Client

from gisplan.analysis.models import Run
from gisplan.plan.models import Axis
from gisplan.plan.queries import default_edition, interventions_of_axis
from gisplan.territory.models import Municipality, MunicipalityBoundary
from gisplan.web import view_exports
from gisplan.web.refusals import Busy
from gisplan.web.turns import Turns

from .conftest import COLLEGNO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

VIEWS = ("/", "/assi/3/", "/assi/5/", "/comuni/001090/", f"/stazioni/{COLLEGNO}/")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def forgotten_addresses() -> None:
    view_exports.limit = view_exports.RateLimit()


def fetched(client: Client, address: str, **query: str) -> Any:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content[:200]
    assert answer["Content-Disposition"].startswith("attachment")
    assert not answer.cookies
    return answer


def pdf_text(client: Client, address: str, **query: str) -> list[str]:
    content = fetched(client, address, formato="pdf", **query).content
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def layers_of(content: bytes, folder: Path, suffix: str) -> dict[str, int]:
    path = folder / f"view{suffix}"
    path.write_bytes(content)
    names = [name for name, _ in pyogrio.list_layers(path)]
    return {name: int(pyogrio.read_info(path, layer=name)["features"]) for name in names}


@pytest.mark.parametrize("address", [prefix + view for prefix in ("", "/en") for view in VIEWS])
def test_every_view_is_printed_with_its_legend_scale_sources_and_address(
    client: Client, address: str
) -> None:
    first, *others = pdf_text(client, address)
    assert ("Legend" if address.startswith("/en") else "Legenda") in first
    assert "EPSG:32632" in first
    assert f"http://testserver{address}" in first
    assert re.search(r"1:\d", first)
    assert re.search(r"\d\d?( \w+ |/\d\d/)20\d\d", first)
    assert "ISTAT" in first
    assert others


def test_the_printed_axis_holds_every_intervention_of_its_page(client: Client) -> None:
    axis = Axis.objects.get(edition=default_edition(), code="3")
    words = " ".join(pdf_text(client, "/assi/3/"))
    for one in interventions_of_axis(axis):
        assert one.code in words


def test_the_paper_is_a4_or_a3(client: Client) -> None:
    for paper, width in (("a4", 841.89), ("a3", 1190.55)):
        content = fetched(client, "/assi/3/", formato="pdf", carta=paper).content
        assert float(pypdf.PdfReader(io.BytesIO(content)).pages[0].mediabox.width) == pytest.approx(
            width, abs=0.01
        )


def test_the_picture_is_the_sheet_of_the_map_and_says_where_the_tables_are(client: Client) -> None:
    content = fetched(client, "/assi/3/", formato="png").content
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20]) == pytest.approx(297 / 25.4 * 150, abs=2)
    assert int.from_bytes(content[20:24]) == pytest.approx(210 / 25.4 * 150, abs=2)


def test_the_picture_of_a_comparison_has_its_three_maps_one_below_the_other(client: Client) -> None:
    query = {"tipo": "piani", "a": "psm-2021-2023", "b": "psm-2024-2026"}
    content = fetched(client, "/confronto/", formato="png", **query).content
    assert int.from_bytes(content[20:24]) == pytest.approx(3 * 210 / 25.4 * 150, abs=4)


def test_the_page_without_a_network_holds_map_and_tables(client: Client) -> None:
    written = fetched(client, "/comuni/001090/", formato="html").content.decode()
    assert "Residenti per età" in written
    assert "gisplanMap.addLayer" in written
    assert not re.search(r'(?:src|href)="https?://', written)


def test_the_geopackage_holds_the_map_in_metres_and_the_tables(client: Client, tmp_path: Path) -> None:
    content = fetched(client, "/assi/5/", formato="gpkg").getvalue()
    found = layers_of(content, tmp_path, ".gpkg")
    assert found["snai"] == Municipality.objects.filter(in_territory=True).count()
    assert found["gisplan"] > 3
    meta, table = pyogrio.read_arrow(tmp_path / "view.gpkg", layer="snai")
    assert meta["crs"] == "EPSG:32632"
    shapes = dict(
        zip(table["code"].to_pylist(), table[meta["geometry_name"] or "geom"].to_pylist(), strict=True)
    )
    area_km2 = shapely.from_wkb(shapes["001168"]).area / 1e6
    boundary = MunicipalityBoundary.objects.filter(municipality__istat_code="001168").latest(
        "edition__valid_from"
    )
    assert area_km2 == pytest.approx(boundary.area_km2, rel=0.05)  # the page's outline is simplified


def test_the_workbook_has_a_sheet_for_what_the_view_is_and_one_a_table(
    client: Client, tmp_path: Path
) -> None:
    answer = fetched(client, "/comuni/001090/", formato="xlsx")
    assert answer["Content-Type"] == XLSX
    found = layers_of(answer.getvalue(), tmp_path, ".xlsx")
    assert {"gisplan", "profile", "people", "places"} <= set(found)


@pytest.mark.parametrize("query", [{"formato": "doc"}, {"formato": "pdf", "carta": "a0"}, {"formato": ""}])
def test_an_unknown_format_or_paper_is_refused_in_one_sentence(client: Client, query: dict[str, str]) -> None:
    answer = client.get("/assi/3/", query)
    assert answer.status_code == 400
    assert "Il formato deve essere uno di pdf, png, html, gpkg, xlsx" in answer.content.decode()


def test_an_address_that_asks_for_too_many_files_is_asked_to_wait(client: Client, settings: Any) -> None:
    settings.EXPORTS_PER_MINUTE = 1
    fetched(client, "/assi/3/", formato="xlsx")
    answer = client.get("/assi/3/", {"formato": "xlsx"})
    assert answer.status_code == 429
    assert "Troppe richieste da questo indirizzo: riprova fra" in answer.content.decode()
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_files_are_made_two_at_a_time_and_pages_are_answered_meanwhile(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_exports, "turns", Turns(at_once=2, waiting=1, longest_s=0.01))
    with view_exports.turns.one(), view_exports.turns.one():
        refused = client.get("/assi/3/", {"formato": "xlsx"})
        page = client.get("/assi/3/")
    assert refused.status_code == 503
    assert "Il sito sta preparando altri file: riprova fra 10 s." in refused.content.decode()
    assert refused.headers["Retry-After"] == "10"
    assert page.status_code == 200
    fetched(client, "/assi/3/", formato="xlsx")


def test_a_file_that_waits_gets_its_turn() -> None:
    turns, entered = Turns(at_once=1, waiting=1, longest_s=30), threading.Event()

    def second() -> None:
        with turns.one():
            entered.set()

    waiting = threading.Thread(target=second)
    with turns.one():
        waiting.start()
        assert not entered.wait(0.1)
    assert entered.wait(30)
    waiting.join(30)


def test_where_nobody_may_wait_the_next_is_told_to_come_again_and_a_failure_gives_its_place_back() -> None:
    turns = Turns(at_once=1, waiting=0, longest_s=30)
    with turns.one(), pytest.raises(Busy), turns.one():
        pass
    with pytest.raises(ValueError, match="broken"), turns.one():
        raise ValueError("broken")
    with turns.one():
        pass


def test_a_hub_is_printed_with_its_bands_and_their_people(client: Client, tmp_path: Path) -> None:
    hub = {"lon": "7.5787", "lat": "45.0789", "modo": "walk", "minuti": "5,10"}
    first = pdf_text(client, "/analisi/hub/", **hub)[0]
    assert "Polo ipotetico nel comune di Collegno" in first
    assert "Minuti: 5,10" in first
    assert "modo=walk" in first
    content = fetched(client, "/analisi/hub/", formato="gpkg", **hub).getvalue()
    assert layers_of(content, tmp_path, ".gpkg")["bands"] == 2


def test_a_kept_run_is_printed_with_its_parameters(client: Client) -> None:
    run = Run.objects.latest("pk")
    words = pdf_text(client, f"/analisi/esecuzioni/{run.pk}/")[0]
    assert f"n. {run.pk}" in words
    assert "Collegno" in words


@pytest.mark.parametrize("view", VIEWS)
def test_the_menu_of_a_page_leads_to_files(client: Client, view: str) -> None:
    page = client.get(view, {"q": "à"}).content.decode()
    links = re.findall(r'href="([^"]*formato=[^"]*)"', page)
    assert len(links) == 6
    assert all("q=%C3%A0" in link for link in links)


@pytest.mark.parametrize(
    "address",
    [
        "/analisi/copertura/",
        "/analisi/localizzazione/",
        "/confronto/",
        "/analisi/copertura/?servizio=x",
    ],
)
def test_no_file_is_made_where_there_is_no_result(client: Client, address: str) -> None:
    for kind in ("pdf", "png", "html", "gpkg", "xlsx"):
        answer = client.get(address, {"servizio": "x"} if "=" in address else {})
        assert answer.status_code == (400 if "=" in address else 200)
        joined = f"{address}{'&' if '?' in address else '?'}formato={kind}"
        answer = client.get(f"/en{joined}")
        assert answer.status_code == 400
        assert "Content-Disposition" not in answer
    assert "no result" in client.get("/en/confronto/?formato=pdf").content.decode()


OFF = {"strati": "boundaries,axis-3"}  # the stations of the axis are off


def test_a_layer_that_is_off_is_in_no_file_and_named_in_each(client: Client, tmp_path: Path) -> None:
    title = "Stazioni"
    first, *tables = pdf_text(client, "/assi/3/", **OFF)
    assert re.search(rf"Strati spenti: [^;]*{title}", first)
    assert not any(f"\n{title}" in f"\n{page}" for page in tables)
    assert fetched(client, "/assi/3/", formato="png", **OFF).content != (
        fetched(client, "/assi/3/", formato="png").content
    )
    page = fetched(client, "/assi/3/", formato="html", **OFF).content.decode()
    assert re.search(r'"key":"stations","visible":false', page)
    assert re.search(r'"key":"axis-3","visible":true', page)
    for kind in ("gpkg", "xlsx"):
        names = layers_of(fetched(client, "/assi/3/", formato=kind, **OFF).getvalue(), tmp_path, f".{kind}")
        assert "axis-3" in names
        assert "stations" not in names
        usual = layers_of(fetched(client, "/assi/3/", formato=kind).getvalue(), tmp_path, f"2.{kind}")
        assert "stations" in usual


def test_the_paper_shows_the_place_that_the_reader_moved_to(client: Client) -> None:
    def scale(**query: str) -> int:
        found = re.search(r"1:([\d.]+)", pdf_text(client, "/assi/3/", **query)[0])
        assert found
        return int(found[1].replace(".", ""))

    # at zoom 14 and 45° N a pixel is 6.76 m, so a window of 900 pixels shows 6.1 km: on 202 mm, 1:30,000
    assert scale(vista="7.6,45.0,14") == pytest.approx(900 * 6.757 / 0.198, rel=0.06)
    assert scale() > 300_000
    assert scale(vista="7.6,99.0,14") == scale()


def test_a_layer_that_a_script_draws_stays_whatever_boxes_say(client: Client, tmp_path: Path) -> None:
    hub = {"lon": "7.5787", "lat": "45.0789", "modo": "walk", "minuti": "5,10", "strati": "stations"}
    content = fetched(client, "/analisi/hub/", formato="gpkg", **hub).getvalue()
    assert layers_of(content, tmp_path, ".gpkg")["bands"] == 2


TWO_HUBS = {
    "lon": "7.5787",
    "lat": "45.0789",
    "lon2": "7.62",
    "lat2": "45.07",
    "modo": "walk",
    "minuti": "5,10",
}


def test_two_hubs_are_both_in_every_file_with_their_difference(client: Client, tmp_path: Path) -> None:
    first, *others = pdf_text(client, "/analisi/hub/", **TWO_HUBS)
    assert "Poli ipotetici A (Collegno) e B (" in first
    assert "Posizione A: 45.07890, 7.57870" in first
    assert "Posizione B: 45.07000, 7.62000" in first
    assert "10 min: B − A" in " ".join(others)
    content = fetched(client, "/analisi/hub/", formato="gpkg", **TWO_HUBS).getvalue()
    found = layers_of(content, tmp_path, ".gpkg")
    assert found["bands"] == found["bands-b"] == 2
    rows = pyogrio.read_dataframe(tmp_path / "view.gpkg", layer="table_difference")
    for minutes in (5, 10):
        gap = rows[f"{minutes} min: B"] - rows[f"{minutes} min: A"]
        assert ((rows[f"{minutes} min: B − A"] - gap).abs().fillna(0) <= 1).all()  # each figure is rounded
        assert rows[f"{minutes} min: A"][0] > 0
    page = fetched(client, "/analisi/hub/", formato="html", **TWO_HUBS).content.decode()
    assert '"key":"bands-b"' in page
