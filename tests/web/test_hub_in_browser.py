"""The hub workbench in Chromium: placed, dragged and chosen without the map; nothing of the outside, no complaint."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
from pytest_django import DjangoDbBlocker

from gisplan.analysis.hub_network import run_ranking
from gisplan.analysis.models import Run, Scenario
from gisplan.analysis.requests import catchment_request
from gisplan.analysis.scenarios import Change, add_change, create_scenario, run_scenario

from .conftest import COLLEGNO, FERMI, PARADISO, Visit
from .test_in_browser import name_at, position
from .wcag import wcag_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

HUB = "/analisi/hub/?lon=7.5779&lat=45.0785&modo=walk&minuti=5,10"


def wait_for_another(visit: Visit, before: str) -> None:
    visit.page.wait_for_function("before => location.search !== before", arg=before)


def drag(visit: Visit, letter: str, dx: float, dy: float) -> None:
    mark = visit.page.locator(f".hub-mark-{letter}")
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    x, y = box["x"] + 17, box["y"] + 17
    visit.page.mouse.move(x, y)
    visit.page.mouse.down()
    visit.page.mouse.move(x + dx, y + dy, steps=4)
    visit.page.mouse.up()


def ground_of(visit: Visit, letter: str) -> shapely.Geometry:
    """What is drawn of a hub, in degrees, as Leaflet keeps it."""
    script = """letter => {
      const found = [];
      gisplanMap.maps.map_main.eachLayer(l => {
        if (l.feature && l.options.className === 'hub-band hub-band-' + letter) found.push(l.toGeoJSON().geometry);
      });
      return JSON.stringify(found);
    }"""
    drawn = visit.page.evaluate(script, letter)
    return shapely.union_all([shapely.from_geojson(json.dumps(one)) for one in json.loads(drawn)])


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_dragged_hub_is_answered_in_place_and_its_address_follows(visit: Visit, prefix: str) -> None:
    visit.go(prefix + HUB)
    visit.page.wait_for_selector(".hub-band", state="attached")
    assert visit.page.locator(".hub-band").count() == 2
    before = visit.page.evaluate("location.search")
    first = ground_of(visit, "A")
    drag(visit, "A", 60, -30)
    wait_for_another(visit, before)
    visit.page.wait_for_function(
        "before => !document.querySelector('#hub-link').href.includes(before)", arg=before
    )
    query = parse_qs(urlsplit(visit.page.url).query)
    there = shapely.Point(float(query["lon"][0]), float(query["lat"][0]))
    moved = ground_of(visit, "A")
    assert first.distance(shapely.Point(7.5779, 45.0785)) < 0.002
    assert moved.distance(there) < 0.002
    assert moved.symmetric_difference(first).area > 0
    assert visit.outside == []
    assert visit.failed == []
    assert visit.complaints == []
    assert visit.page.context.cookies() == []


@pytest.mark.parametrize(("prefix", "name"), [("", "Collegno (stazione)"), ("/en", "collegno")])
def test_a_place_is_chosen_and_the_mark_is_moved_without_the_mouse(
    visit: Visit, prefix: str, name: str
) -> None:
    visit.go(f"{prefix}/analisi/hub/")
    assert not visit.page.locator("#hub-result").is_visible()
    visit.page.fill("#luogo", name)
    visit.page.press("#luogo", "Enter")
    visit.page.wait_for_selector("#hub-result:not([hidden])")
    assert visit.page.locator("#hub-status").inner_text() == "Collegno"
    lon, lat = (float(visit.page.input_value(f"#{name}")) for name in ("lon", "lat"))
    assert (lon, lat) == pytest.approx(position(COLLEGNO), abs=1e-4)
    before = visit.page.evaluate("location.search")
    visit.page.focus(".hub-mark-A")
    visit.page.keyboard.press("ArrowUp")
    visit.page.keyboard.press("Shift+ArrowRight")
    wait_for_another(visit, before)
    east_m = (float(visit.page.input_value("#lon")) - lon) * 111_320 * math.cos(math.radians(lat))
    north_m = (float(visit.page.input_value("#lat")) - lat) * 111_320
    assert (east_m, north_m) == pytest.approx((250, 50), abs=0.5)
    assert visit.complaints == []


def test_two_hubs_are_compared_on_the_map_and_in_figures_and_the_link_says_both(visit: Visit) -> None:
    visit.go(HUB)
    visit.page.wait_for_selector(".hub-band-A", state="attached")
    visit.page.check("#attivo-B")
    lon, lat = position(PARADISO)
    visit.page.fill("#lon2", f"{lon:.6f}")
    visit.page.fill("#lat2", f"{lat:.6f}".replace(".", ","))
    visit.page.click("text=Calcola")
    visit.page.wait_for_selector(".hub-band-B", state="attached")
    visit.page.wait_for_selector("#hub-compare:not([hidden])")
    assert ground_of(visit, "B").distance(shapely.Point(lon, lat)) < 0.002
    cells = visit.page.locator('tr[data-compare="people"] td').all_inner_texts()
    a, b, difference = (int(text.replace(".", "").replace("−", "-")) for text in cells[3:6])
    assert difference == pytest.approx(b - a, abs=1)
    people_of_a = visit.page.locator('tr[data-field="people"] td').all_inner_texts()
    assert people_of_a == [cells[0], cells[3]]
    shared = visit.page.evaluate("location.pathname + location.search")
    visit.page.select_option("#modo", "bike")
    wait_for_another(visit, shared.split("/")[-1])
    visit.page.wait_for_function(
        "before => document.querySelector('tr[data-compare=\"people\"]').innerText !== before",
        arg="Persone\t" + "\t".join(cells),
    )
    visit.go(shared)
    visit.page.wait_for_selector(".hub-band-B", state="attached")
    assert visit.page.locator('tr[data-compare="people"] td').all_inner_texts() == cells
    visit.page.click("text=Togli il polo B")
    assert not visit.page.locator("#hub-compare").is_visible()
    assert visit.page.locator(".hub-band-B").count() == 0
    assert "lon2" not in visit.page.url
    assert visit.outside == []
    assert visit.complaints == []


@pytest.fixture(scope="module")
def moved(torino: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Run]:
    """A scenario that moves the station of Collegno, compared and committed: the server reads it from its threads."""
    lon, lat = position(COLLEGNO)
    with django_db_blocker.unblock():
        scenario = create_scenario("Spostare Collegno")
        add_change(scenario, Change("move", station_code=COLLEGNO, position=(lon - 0.02, lat)))
        run = run_scenario(scenario)
        yield run
        run.delete()
        scenario.delete()


@pytest.fixture(scope="module")
def ranking(torino: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Run]:
    with django_db_blocker.unblock():
        run = run_ranking(catchment_request([10], codes=[COLLEGNO, FERMI, PARADISO]))
        yield run
        run.delete()


@pytest.mark.parametrize(("prefix", "gap"), [("", "Persone non raggiunte"), ("/en", "People not reached")])
def test_the_ranking_draws_each_hub_at_its_place_with_its_terms(
    visit: Visit, axe_script: Path, ranking: Run, prefix: str, gap: str
) -> None:
    visit.go(f"{prefix}/analisi/poli/")
    for code, name in ((COLLEGNO, "Collegno"), (FERMI, "Fermi"), (PARADISO, "Paradiso")):
        assert name in name_at(visit, *position(code))
    assert gap in visit.page.locator("main").inner_text()
    assert wcag_violations(visit, axe_script) == []
    assert visit.outside == []
    assert visit.complaints == []


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("", {"gained": "Terreno guadagnato", "lost": "Terreno perduto"}),
        ("/en", {"gained": "Ground gained", "lost": "Ground lost"}),
    ],
)
def test_a_scenario_draws_what_it_gains_and_loses_at_its_place(
    visit: Visit, axe_script: Path, moved: Run, prefix: str, words: dict[str, str]
) -> None:
    features = moved.result["features"]["features"]
    drawn = {
        one["properties"]["change"]: shapely.from_geojson(json.dumps(one["geometry"])) for one in features
    }
    lon, lat = position(COLLEGNO)
    marks = shapely.MultiPoint([(lon, lat), (lon - 0.02, lat)]).buffer(0.003)
    visit.go(f"{prefix}/analisi/scenari/{Scenario.objects.get().pk}/")
    for change, word in words.items():
        inside = shapely.maximum_inscribed_circle(drawn[change] - marks, tolerance=1e-6).coords[0]
        assert word in name_at(visit, *inside), change
    assert wcag_violations(visit, axe_script) == []
    assert visit.outside == []
    assert visit.complaints == []


def test_the_page_of_a_run_is_accessible(visit: Visit, axe_script: Path, moved: Run) -> None:
    for number in (moved.pk, Run.objects.get(method="catchments").pk):
        visit.go(f"/analisi/esecuzioni/{number}/")
        visit.page.click("text=Velocità e loro fonti")
        assert wcag_violations(visit, axe_script) == []
    assert visit.outside == []


@pytest.mark.parametrize(
    "address",
    [
        *(
            HUB,
            f"{HUB}&lon2=7.60&lat2=45.08",
            "/analisi/",
            "/analisi/poli/",
            "/analisi/scenari/",
            "/en/analisi/hub/",
        ),
        *(f"/stazioni/{COLLEGNO}/profilo/", "/en/analisi/hub/profilo/?lon=7.5779&lat=45.0785"),
    ],
)
def test_the_pages_of_analyses_are_accessible_and_fit_a_phone(
    visit: Visit, axe_script: Path, address: str
) -> None:
    visit.go(address)
    assert wcag_violations(visit, axe_script) == []
    visit.page.set_viewport_size({"width": 390, "height": 850})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
