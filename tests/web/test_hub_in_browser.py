"""The hub workbench in Chromium: placed, dragged and chosen without the map; nothing of the outside, no complaint."""

from pathlib import Path

import pytest

from .conftest import Visit
from .wcag import wcag_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

HUB = "/analisi/hub/?lon=7.5779&lat=45.0785&modo=walk&minuti=5,10"


def people(visit: Visit) -> str:
    return str(visit.page.locator('tr[data-field="people"]').inner_text())


def test_a_dragged_hub_is_answered_in_place_and_its_address_follows(visit: Visit) -> None:
    visit.go(HUB)
    visit.page.wait_for_selector(".hub-band", state="attached")
    assert visit.page.locator(".hub-band").count() == 2
    before = people(visit)
    visit.page.locator(".hub-mark").scroll_into_view_if_needed()
    mark = visit.page.locator(".hub-mark").bounding_box()
    x, y = mark["x"] + 17, mark["y"] + 17
    visit.page.mouse.move(x, y)
    visit.page.mouse.down()
    visit.page.mouse.move(x + 60, y - 30, steps=6)
    visit.page.mouse.up()
    visit.page.wait_for_function(
        "before => document.querySelector('tr[data-field=\"people\"]').innerText !== before", arg=before
    )
    assert "lon=7.5779&" not in visit.page.url
    assert visit.outside == []
    assert visit.failed == []
    assert visit.complaints == []
    assert visit.page.context.cookies() == []


def test_a_station_is_chosen_without_the_map(visit: Visit) -> None:
    visit.go("/en/analisi/hub/")
    assert not visit.page.locator("#hub-result").is_visible()
    visit.page.select_option("#hub-station", label="Collegno")
    visit.page.wait_for_selector("#hub-result:not([hidden])")
    assert "Collegno" in visit.page.locator("#hub-status").inner_text()


@pytest.mark.parametrize(
    "address", [HUB, "/analisi/", "/analisi/poli/", "/analisi/scenari/", "/en/analisi/hub/"]
)
def test_the_pages_of_analyses_are_accessible_and_fit_a_phone(
    visit: Visit, axe_script: Path, address: str
) -> None:
    visit.go(address)
    assert wcag_violations(visit, axe_script) == []
    visit.page.set_viewport_size({"width": 390, "height": 850})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
