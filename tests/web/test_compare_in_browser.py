"""A comparison as Chromium shows it: A and B at their place on all three maps, colours from the database."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.db import connections

from gisplan.maps import palettes
from gisplan.territory.models import Municipality, MunicipalityBoundary, Population
from gisplan.territory.profile import latest_edition

from .conftest import Visit
from .test_compare import COLLEGNO, RIVOLI, TWO_TOWNS, TWO_ZONES

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def corners(codes: list[str]) -> list[list[float]]:
    """South-west and north-east of the municipalities in the database, as (lat, lon)."""
    rows = MunicipalityBoundary.objects.filter(edition=latest_edition(), municipality__istat_code__in=codes)
    west, south, east, north = rows.aggregate(box=Extent(Transform("geometry", 4326)))["box"]
    return [[south, west], [north, east]]


def on_screen(visit: Visit, name: str, corner: list[float]) -> tuple[float, float]:
    found = visit.page.evaluate(
        "([name, place]) => { const map = gisplanMap.maps[name], p = map.latLngToContainerPoint(place),"
        " r = map.getContainer().getBoundingClientRect(); return [p.x + r.x, p.y + r.y]; }",
        [name, corner],
    )
    return found[0], found[1]


@pytest.mark.parametrize(("address", "zones"), [(TWO_TOWNS, False), (TWO_ZONES, True)])
def test_a_and_b_are_outlined_at_their_place_on_all_three_maps(
    visit: Visit, address: str, zones: bool
) -> None:
    sides = {"a": [COLLEGNO], "b": [RIVOLI]}
    if zones:
        members = {
            number: Municipality.objects.filter(
                zone_memberships__zone__number=number, zone_memberships__valid_to__isnull=True
            )
            for number in (2, 3)
        }
        sides = {
            side: list(members[number].values_list("istat_code", flat=True))
            for side, number in zip("ab", (2, 3), strict=True)
        }
    boxes = {side: corners(codes) for side, codes in sides.items()}
    visit.go(address)
    visit.page.wait_for_selector("[data-locked]")
    for name, side in (("map_a", "a"), ("map_b", "b"), ("map_diff", "a"), ("map_diff", "b")):
        south_west, north_east = (on_screen(visit, name, corner) for corner in boxes[side])
        drawn = visit.page.evaluate(
            '([name, side]) => { const r = document.querySelector(`#${name} [data-feature="side-${side}"]`)'
            ".getBoundingClientRect(); return [r.left, r.bottom, r.right, r.top]; }",
            [name, side],
        )
        # the line is 3 px wide, the shape simplified to about 100 m
        slack = 6 if name == "map_diff" else 12
        assert drawn == pytest.approx([*south_west, *north_east], abs=slack)
    assert visit.complaints == []


def fill(visit: Visit, code: str) -> str:
    found: str = visit.page.locator(
        f'#map_diff [data-layer="difference"][data-feature="{code}"]'
    ).first.get_attribute("fill")
    return found


def commit_women_of_rivoli(by_age: list[int]) -> None:
    """From a thread, whose connection is not in the test's transaction: the server must see it."""

    def save() -> None:
        rows = Population.objects.filter(municipality__istat_code=RIVOLI).order_by("-reference_date")
        Population.objects.filter(pk=rows[0].pk).update(females=by_age)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(save).result()


def test_the_colour_on_the_screen_follows_the_database(visit: Visit) -> None:
    visit.go(TWO_TOWNS)
    before = fill(visit, RIVOLI)
    women = Population.objects.filter(municipality__istat_code=RIVOLI).latest("reference_date").females
    try:
        commit_women_of_rivoli([women[0] + sum(women[65:]), *women[1:65], *([0] * 36)])
        visit.go(TWO_TOWNS)
        after = fill(visit, RIVOLI)
    finally:
        commit_women_of_rivoli(women)
    visit.go(TWO_TOWNS)
    assert fill(visit, RIVOLI) == before
    assert before in palettes.MORE
    assert after in palettes.LESS


def test_the_reader_chooses_the_figure_and_the_address_keeps_it(visit: Visit) -> None:
    visit.go(TWO_TOWNS)
    visit.page.locator("#voce").select_option("polo")
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name="Confronta").click()
    assert "voce=polo" in visit.page.url
    assert visit.page.locator("#voce").input_value() == "polo"
    assert "Minuti in auto" in visit.page.locator("#difference-title").inner_text()
    assert visit.failed == []


def test_on_a_phone_the_three_maps_stand_below_each_other_and_a_link_leads_to_the_last(visit: Visit) -> None:
    from playwright.sync_api import expect

    visit.page.set_viewport_size({"width": 390, "height": 850})
    visit.go(TWO_ZONES)
    boxes = [visit.page.locator(f"#{name}").bounding_box() for name in ("map_a", "map_b", "map_diff")]
    assert all(low["y"] >= high["y"] + high["height"] for high, low in pairwise(boxes))
    visit.page.get_by_role("link", name="Mappa delle differenze").click()
    expect(visit.page.locator("#difference-title")).to_be_in_viewport()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
