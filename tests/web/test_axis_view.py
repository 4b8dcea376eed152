"""The view of an axis: filters, year, layers and link; the map and the table have the same rows."""

import re
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from gisplan.analysis.coverage import CoverageRequest, coverage_of_service
from gisplan.plan.filters import NOT_KNOWN, Wanted, choices, filtered
from gisplan.plan.models import Axis, Claim, Intervention, PlanPlace, PnrrProject
from gisplan.plan.pnrr_catalogue import REGISTERS
from gisplan.plan.progress import latest_claims
from gisplan.territory.models import Municipality, Population
from gisplan.territory.standard.outcome import LoadRequest
from gisplan.web.kept import data_stamp

from .test_pages import read
from .test_pnrr_pages import PLACES, PROJECTS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def rows_in(page: str) -> set[str]:
    return set(re.findall(r'<tr id="(iv-[^"]+|pnrr-[^"]+)">', page))


def drawn_in(page: str, axis: str) -> set[str]:
    """Codes of the interventions that the map draws."""
    calls = re.findall(rf'addLayer\(map_main, {{"key":"axis-{axis}".*', page)
    return set(re.findall(r'"id":"(iv-[^"]+)"', calls[0])) if calls else set()


def axis(code: str) -> Axis:
    return Axis.objects.get(edition__code="psm-2021-2023", code=code)


@pytest.fixture
def pnrr(tmp_path: Path) -> None:
    for register, text in zip(REGISTERS, (PLACES, PROJECTS), strict=True):
        path = tmp_path / f"{register.name}.csv"
        path.write_text(text)
        register.load(LoadRequest(path))


@pytest.mark.parametrize(
    "query", ["", "?comune=001090", "?zona=2", "?classe=A", "?tipo=station_interchange", "?stato=not_known"]
)
@pytest.mark.parametrize("code", ["3", "4"])
def test_the_table_has_the_rows_of_the_map(client: Client, code: str, query: str) -> None:
    page = page_of(client, f"/assi/{code}/{query}")
    located = {
        one.code
        for one in filtered(axis(code), Wanted()).prefetch_related("places")
        if any(place.municipality_id for place in one.places.all())
    }
    assert drawn_in(page, code) == rows_in(page) & located


def test_a_municipality_leaves_what_has_a_place_in_it(client: Client) -> None:
    here = PlanPlace.objects.filter(municipality__istat_code="001090", intervention__axis=axis("3"))
    expected = set(here.values_list("intervention__code", flat=True))
    assert expected
    assert rows_in(page_of(client, "/assi/3/?comune=001090")) == expected
    assert rows_in(page_of(client, "/en/assi/3/?comune=001090")) == expected


def test_each_intervention_is_in_one_state_and_the_states_are_all_of_them(client: Client) -> None:
    found = axis("3")
    done = Claim.objects.create(
        code="done",
        kind="state",
        state=Claim.State.DONE,
        as_of="2025",
        as_of_date=date(2025, 1, 1),
        source_url="https://example.org",
    )
    done.interventions.add(Intervention.objects.get(code="iv-05"))
    of_state = {state: rows_in(page_of(client, f"/assi/3/?stato={state}")) for state in choices(found).states}
    assert sorted(code for codes in of_state.values() for code in codes) == sorted(
        found.interventions.values_list("code", flat=True)
    )
    assert sum(1 for codes in of_state.values() if codes) > 1


def test_the_state_that_the_database_finds_is_the_one_that_the_row_shows() -> None:
    for year in (None, 2010, 2015, 2019, 2021):
        for one in axis("3").interventions.prefetch_related("claims"):
            state = latest_claims(one, until_year=year).state
            wanted = NOT_KNOWN if state is None else state.state or "in_words"
            assert filtered(axis("3"), Wanted(state=wanted, year=year)).filter(pk=one.pk).exists()


def test_a_year_shows_what_was_known_by_then_and_nothing_later(client: Client) -> None:
    one = Intervention.objects.get(code="iv-05")
    one.claims.filter(kind=Claim.Kind.STATE).delete()
    for year, state in ((2012, Claim.State.PARTLY_DONE), (2018, Claim.State.DONE)):
        claim = Claim.objects.create(
            code=f"c-{year}",
            kind="state",
            state=state,
            as_of=str(year),
            as_of_date=date(year, 5, 1),
            source_url="https://example.org",
        )
        claim.interventions.add(one)

    def told(address: str) -> str:
        page = page_of(client, address)
        row = re.findall(r'<tr id="iv-05">.*?</tr>', page, flags=re.DOTALL)[0]
        popup = re.findall(r'"id":"iv-05".*?"values":\[(.*?)\]', page)[0]
        assert ("realizzata" in row) == ("realizzata" in popup)
        return unescape(row)

    assert "stato non noto" in told("/assi/3/?anno=2011")
    assert "realizzata in parte" in told("/assi/3/?anno=2012")
    assert "realizzata in parte" in told("/assi/3/?anno=2017")
    assert "realizzata in parte" not in told("/assi/3/?anno=2018")
    assert "realizzata" in told("/assi/3/?anno=2018")
    assert "fino al 2011" in read(client, "/assi/3/?anno=2011")
    page = client.get("/assi/3/?anno=1990").content.decode()
    assert re.search(r'name="anno" type="range" min="1990" max="\d{4}" step="1" value="1990"', page)


def test_the_link_repeats_the_view_and_the_layers_that_are_on(client: Client) -> None:
    asked = "?comune=001090&anno=2020&strati=axis-3,boundaries&vista=7.57,45.08,12.50"
    page = page_of(client, f"/assi/3/{asked}")
    link = unescape(re.findall(r'id="permalink" type="text" readonly value="([^"]+)"', page)[0])
    assert link.startswith("http://testserver/assi/3/?")
    assert set(link.split("?")[1].split("&")) == set(asked[1:].split("&"))
    boxes = dict(re.findall(r'data-switch="([^"]+)" aria-label="[^"]+"( checked)?>', page))
    assert boxes["stations"] == ""
    assert boxes["boundaries"] == boxes["axis-3"] == " checked"


@pytest.mark.parametrize(
    "query",
    [
        "?vista=<script>&strati=<script>",
        "?pagina=zz&comuni=-4",
        "?vista=900,900,90&strati=nessuno",
    ],
)
def test_a_place_of_the_map_that_is_not_understood_asks_nothing(client: Client, query: str) -> None:
    response = client.get(f"/assi/3/{query}")
    assert response.status_code == 200
    assert "<script>" not in response.content.decode().split("<main")[1].split("</main>")[0]


def test_the_pnrr_is_coloured_by_the_euros_that_a_municipality_has_alone(client: Client, pnrr: None) -> None:
    page = page_of(client, "/assi/5/")
    call = re.findall(r'addLayer\(map_main, {"key":"pnrr".*', page)[0]
    people = Population.objects.filter(municipality__istat_code="001168").latest("reference_date").people
    euros = f"{round(234 / people, 2):.2f}".rstrip("0").replace(".", ",")
    assert f'"values":["2","1","234","{euros}"]' in call
    assert '"values":["1","1","non noto","non noto"]' in call  # Torino: the project that it shares with None
    assert "Non attribuiti: progetti in più comuni 1 (1.000 €), senza luogo 1." in read(client, "/assi/5/")


def test_the_pnrr_is_listed_project_by_project_where_it_is_asked_for(client: Client, pnrr: None) -> None:
    own = rows_in(page_of(client, "/assi/5/"))
    assert not any(code.startswith("pnrr") for code in own)
    projects = rows_in(page_of(client, "/assi/5/?registro=pnrr"))
    assert projects == {"pnrr-CUP1", "pnrr-CUP2", "pnrr-CUP3"}
    assert rows_in(page_of(client, "/assi/5/?registro=tutti")) == own | projects
    assert rows_in(page_of(client, "/assi/5/?registro=pnrr&comune=001272")) == {"pnrr-CUP1"}


def test_many_projects_come_by_the_page_and_each_once(client: Client, pnrr: None) -> None:
    found = axis("5")
    Intervention.objects.bulk_create(
        Intervention(
            code=f"pnrr-N{n:03}", register="pnrr", axis=found, kind="pnrr_project", kind_it="P", area_text="x"
        )
        for n in range(130)
    )
    seen: list[str] = []
    for number in (1, 2, 3):
        seen += rows_in(page_of(client, f"/assi/5/?registro=pnrr&pagina={number}"))
    assert len(seen) == len(set(seen)) == 133


def test_a_page_is_made_anew_when_anything_in_it_has_changed(client: Client, pnrr: None) -> None:
    assert "Torre Nuova" not in page_of(client, "/assi/4/")
    before = data_stamp()
    assert data_stamp() == before
    Intervention.objects.filter(axis=axis("4"), register="plan").update(description_it="Torre Nuova")
    assert data_stamp() != before
    assert "Torre Nuova" in page_of(client, "/assi/4/")
    stamp = data_stamp()
    PnrrProject.objects.first().delete()  # type: ignore[union-attr]
    assert data_stamp() != stamp
    Municipality.objects.filter(istat_code="001090").update(name="Altro")
    assert "Altro" in page_of(client, "/assi/4/?comune=001090") or "Altro" in page_of(client, "/comuni/")


def test_a_place_in_the_filters_is_what_the_map_shows_first(client: Client) -> None:
    whole, zone, one = (page_of(client, f"/assi/3/{query}") for query in ("", "?zona=2", "?comune=001090"))

    def width(page: str) -> float:
        ((west, east),) = re.findall(r'"bounds":\[\[[-\d.]+,([-\d.]+)\],\[[-\d.]+,([-\d.]+)\]\]', page)
        return float(east) - float(west)

    assert width(whole) > 3 * width(zone) > 3 * width(one) > 0


def test_the_answers_change_with_the_data(client: Client) -> None:
    """Euros per inhabitant of axis 5 and the people of its SNAI classes, counted here by other means."""
    page = read(client, "/assi/5/")
    inner = Population.objects.filter(
        municipality__snai_classes__letter__in="DEF",
        municipality__in_territory=True,
        reference_date="2023-01-01",
    )
    total = sum(row.people for row in inner)
    assert f"{total:,}".replace(",", ".") + " residenti in aree interne" in page
    row = inner.first()
    assert row is not None
    Population.objects.filter(pk=row.pk).update(people=row.people + 1_000)
    assert f"{total + 1_000:,}".replace(",", ".") + " residenti in aree interne" in read(client, "/assi/5/")


def test_the_reach_of_axis_6_is_that_of_the_coverage_it_links_to(client: Client) -> None:
    page = client.get("/assi/6/risposte/?parte=1").content.decode()
    links = [unescape(link) for link in re.findall(r'href="(/analisi/copertura/[^"]+)"', page)]
    assert len(links) == 4
    shares = re.findall(r"<strong>([\d,]+) %</strong>", page)
    for link, share in zip(links, shares, strict=True):
        assert client.get(link).status_code == 200
        asked = dict(parse_qsl(urlsplit(link).query))
        request = CoverageRequest(
            asked["servizio"], minutes=int(asked["minuti"]), mode=asked["modo"], group=asked["eta"]
        )
        found = coverage_of_service(request).total.share_covered
        assert found is not None
        assert share == f"{100 * found:.1f}".replace(".", ",")
    assert client.get("/en/assi/6/risposte/").status_code == 200
    assert client.get("/assi/1/risposte/").status_code == 404
