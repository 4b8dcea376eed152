"""Two things side by side: figures from the database, gaps told, maps that move together."""

import io
from typing import Any

import pypdf
import pytest
from django.test import Client

from gisplan.analysis.scenarios import Change, add_change, create_scenario, run_scenario
from gisplan.plan.models import PlanEdition
from gisplan.territory.models import Population, ZoneMembership
from gisplan.web.compare_pages import build
from gisplan.web.comparison import Figure

from .conftest import Visit
from .test_pages import read

pytestmark = [pytest.mark.django_db]

COLLEGNO, RIVOLI = "001090", "001219"
TWO_TOWNS = f"/confronto/?tipo=comuni&a={COLLEGNO}&b={RIVOLI}"
TWO_PLANS = "/confronto/?tipo=piani&a=psm-2021-2023&b=psm-2024-2026"
TWO_YEARS = "/confronto/?tipo=anni&a=2019&b=2023"
TWO_ZONES = "/confronto/?tipo=zone&a=2&b=3"


def newest_people(code: str) -> int:
    return Population.objects.filter(municipality__istat_code=code).latest("reference_date").people


def written(value: int) -> str:
    return f"{value:,}".replace(",", ".")


@pytest.mark.usefixtures("torino")
def test_two_municipalities_stand_side_by_side_with_their_difference(client: Client) -> None:
    page = read(client, TWO_TOWNS)
    first, second = newest_people(COLLEGNO), newest_people(RIVOLI)
    sign = "+" if second > first else ""
    assert f"Residenti {written(first)} {written(second)} {sign}{written(second - first)}" in page
    assert "Collegno" in page
    assert "Rivoli" in page


@pytest.mark.usefixtures("torino")
@pytest.mark.parametrize("address", [TWO_TOWNS, TWO_PLANS, TWO_YEARS, TWO_ZONES])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_kind_of_comparison_answers_in_both_languages(
    client: Client, prefix: str, address: str
) -> None:
    answer = client.get(prefix + address)
    assert answer.status_code == 200
    assert answer.content.count(b'class="folium-map"') == 3
    assert not answer.cookies


@pytest.mark.usefixtures("torino")
def test_an_edition_without_interventions_has_an_unknown_number_of_them_not_zero(client: Client) -> None:
    found = PlanEdition.objects.get(code="psm-2024-2026")
    assert not found.axes.filter(interventions__isnull=False).exists()
    page = read(client, TWO_PLANS)
    line = page.partition("Interventi del piano caricati")[2][:60]
    assert "non noto non noto" in line


@pytest.mark.usefixtures("torino")
def test_two_scenarios_are_compared_by_the_people_whom_they_reach(client: Client) -> None:
    made = []
    for name, place in (("Nord", (7.63, 45.13)), ("Sud", (7.63, 44.98))):
        scenario = create_scenario(name, mode="walk", minutes=10)
        add_change(scenario, Change("add", f"Polo {name}", position=place))
        made.append((scenario, run_scenario(scenario)))
    (north, run), (south, _) = made
    page = read(client, f"/confronto/?tipo=scenari&a={north.pk}&b={south.pk}")
    table = next(one for one in run.result["tables"] if one["name"] == "difference_by_municipality")
    then = table["columns"].index("reached_then")
    assert f"Persone raggiunte {written(round(sum(row[then] or 0 for row in table['rows'])))}" in page
    fresh = create_scenario("Nuovo", mode="walk", minutes=10)
    answer = client.get("/confronto/", {"tipo": "scenari", "a": str(north.pk), "b": str(fresh.pk)})
    assert answer.status_code == 400
    assert "Nuovo non è ancora stato confrontato" in answer.content.decode()


@pytest.mark.usefixtures("torino")
def test_the_figures_of_a_zone_are_the_sums_of_its_municipalities() -> None:
    found = build("zone", "2", "3")
    members = ZoneMembership.objects.filter(zone__number=2, valid_to__isnull=True)
    people = sum(newest_people(one.municipality.istat_code) for one in members.select_related("municipality"))
    figures = {figure.name: figure for figure in found.figures}
    assert figures["Residenti"].first == people
    assert figures["Comuni"].first == len(members)


REFUSED = [
    "/confronto/?tipo=comuni&a=999999&b=001090",
    "/confronto/?tipo=zone&a=x&b=1",
    "/confronto/?tipo=piani&a=psm-1999&b=psm-2021-2023",
    "/confronto/?tipo=anni&a=20191&b=2023",
    "/confronto/?tipo=scenari&a=²&b=1",
]


@pytest.mark.usefixtures("torino")
@pytest.mark.parametrize("address", REFUSED)
def test_what_cannot_be_compared_is_said_in_one_sentence(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.usefixtures("torino")
@pytest.mark.parametrize(("address", "word"), [(TWO_TOWNS, "altezza"), (TWO_ZONES, "polo")])
def test_a_figure_that_such_places_do_not_have_is_refused_with_those_that_they_have(
    client: Client, address: str, word: str
) -> None:
    answer = client.get(f"{address}&voce={word}")
    assert answer.status_code == 400
    said = answer.content.decode().partition('class="notice"')[2].partition("</p>")[0]
    assert f"«{word}»" in said
    assert "anziani, giovani" in said


def test_a_difference_is_known_where_both_sides_are() -> None:
    assert Figure(name="", first=2, second=5).difference == 3
    assert Figure(name="", first=None, second=5).difference is None
    assert not Figure(name="", first="A", second="B").is_number


@pytest.mark.browser
def test_the_maps_of_two_editions_always_show_the_same_place(visit: Visit) -> None:
    visit.go(TWO_PLANS)
    visit.page.wait_for_selector("[data-locked]")
    visit.page.locator("#map_a").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("+")
    visit.page.wait_for_timeout(1500)
    first, second, third = (views(visit, name) for name in ("map_a", "map_b", "map_diff"))
    assert first == pytest.approx(second, abs=1e-6)
    assert first == pytest.approx(third, abs=1e-6)


@pytest.mark.browser
def test_the_maps_of_two_municipalities_have_one_scale_and_move_alike(visit: Visit) -> None:
    visit.go(TWO_TOWNS)
    visit.page.wait_for_selector("[data-locked]")
    before = [views(visit, name) for name in ("map_a", "map_b")]
    visit.page.locator("#map_b").focus()
    visit.page.keyboard.press("ArrowUp")
    visit.page.wait_for_function("lat => gisplanMap.maps.map_b.getCenter().lat !== lat", arg=before[1][0])
    visit.page.wait_for_timeout(800)  # the key's own move is over, or zooming would stop it
    visit.page.keyboard.press("-")
    visit.page.wait_for_timeout(1500)
    after = [views(visit, name) for name in ("map_a", "map_b")]
    assert after[0][2] == after[1][2] < before[0][2]
    moved = [
        [now - then for now, then in zip(a[:2], b[:2], strict=True)]
        for a, b in zip(after, before, strict=True)
    ]
    assert moved[0] == pytest.approx(moved[1], abs=1e-6)
    assert abs(moved[0][0]) > 1e-4


@pytest.mark.browser
def test_on_a_phone_the_two_maps_stand_one_below_the_other(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 850})
    visit.go(TWO_TOWNS)
    first, second = (visit.page.locator(f"#{name}").bounding_box() for name in ("map_a", "map_b"))
    assert second["y"] > first["y"] + first["height"]
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390


def views(visit: Visit, name: str) -> list[float]:
    found: list[float] = visit.page.evaluate(
        f"() => {{ const m = gisplanMap.maps.{name}, c = m.getCenter(); return [c.lat, c.lng, m.getZoom()]; }}"
    )
    return found


@pytest.mark.usefixtures("torino")
def test_a_comparison_is_printed_with_its_three_maps(client: Client) -> None:
    content: Any = client.get(f"{TWO_PLANS}&formato=pdf").content
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    assert sum("Legenda" in page for page in pages) == 3
    assert "Cifre a confronto" in " ".join(pages)
