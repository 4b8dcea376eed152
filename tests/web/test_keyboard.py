"""Every public page with the keyboard alone, in a narrow window and in large letters."""

import math
from pathlib import Path
from typing import Any

import pytest

from .conftest import Visit
from .pages import PUBLIC_PAGES
from .test_every_page import whole

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

STOPS = (Path(__file__).parent / "focus.js").read_text(encoding="utf-8")
NUMBERED = STOPS.split("const look =", maxsplit=1)[0] + (
    "stops.forEach((node, place) => { node.dataset.stop = place; }); return stops.length; }"
)
ACTIVE = "(document.activeElement.dataset || {}).stop || document.activeElement.outerHTML.slice(0, 140)"
NARROW_PX, DESK_PX = 320, 1280  # WCAG 1.4.10 asks for 320 CSS pixels
#: Regions that scroll sideways, though no key could scroll them or no name says what they hold.
DEAD_REGIONS = """() => [...document.querySelectorAll("main *")].filter(node =>
  ["auto", "scroll"].includes(getComputedStyle(node).overflowX) && node.scrollWidth > node.clientWidth + 1
  && !node.closest(".folium-map") && !node.matches("ul:has(> li > a)")
  && !(node.tabIndex >= 0 && (node.ariaLabel || node.hasAttribute("aria-labelledby")))).map(
  node => node.outerHTML.slice(0, 140))"""
#: Maps that no link of the page leads away from to their table: what describes a map holds that link.
MAPS_WITHOUT_TABLE = """() => [...document.querySelectorAll(".folium-map")].filter(map => {
  const link = document.getElementById(map.getAttribute("aria-describedby"))?.querySelector("a");
  const told = link?.getAttribute("href") || "";
  return told.startsWith("#") ? !document.querySelector(told)?.closest("main") : !told.startsWith("/");
}).map(map => map.ariaLabel)"""


def width_of(visit: Visit) -> int:
    return int(visit.page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_every_stop_shows_the_focus_and_has_a_name_and_nothing_needs_a_wide_window(
    visit: Visit, address: str
) -> None:
    page = visit.page
    page.goto(visit.site + whole(address), timeout=60_000)
    page.keyboard.press("Tab")  # from here on the browser shows the focus as it does for a keyboard
    found = page.evaluate(STOPS)
    assert found.pop("stops") > 10
    assert found == {"unseen": [], "nameless": [], "unreached": [], "ahead": []}
    assert page.evaluate(MAPS_WITHOUT_TABLE) == []
    page.set_viewport_size({"width": NARROW_PX, "height": 800})
    assert width_of(visit) <= NARROW_PX
    assert page.evaluate(DEAD_REGIONS) == []
    page.set_viewport_size({"width": DESK_PX, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert width_of(visit) <= DESK_PX


def test_a_stop_that_hid_its_focus_would_be_found(browser: Any, site: str) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(f"{site}/accesso/")
    same = "outline: none !important; box-shadow: none !important; border-color: red !important"
    page.add_style_tag(content=f"input:not(#a):not(#b):not(#c) {{ {same} }}")
    page.evaluate("document.querySelector('#id_password').tabIndex = 3")
    page.keyboard.press("Tab")
    found = page.evaluate(STOPS)
    assert any("id_username" in one for one in found["unseen"])
    assert [one for one in found["ahead"] if "id_password" in one]
    context.close()


@pytest.mark.parametrize("address", ["/comuni/001090/incorpora/", "/assi/2/", "/stazioni/osm-1597711071/"])
def test_the_tab_key_goes_through_the_page_and_its_map_in_reading_order_and_out_again(
    visit: Visit, address: str
) -> None:
    visit.go(address)
    page, seen = visit.page, []
    stops = page.evaluate(NUMBERED)
    for _ in range(stops):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(ACTIVE))
    assert seen == list(map(str, range(stops)))
    assert page.evaluate("!!document.querySelector('.folium-map [data-stop]')")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(ACTIVE) == str(stops - 2)


def test_zoom_legend_and_popup_answer_to_keys_and_give_the_focus_back(visit: Visit) -> None:
    visit.go("/assi/3/")
    page = visit.page
    zoom = page.evaluate("map_main.getZoom()")
    page.locator(".leaflet-control-zoom-in").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("zoom => map_main.getZoom() > zoom && !map_main._animatingZoom", arg=zoom)
    page.locator(".map-home").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("zoom => Math.abs(map_main.getZoom() - zoom) < 0.01", arg=zoom)
    switch = page.locator('input[data-switch="stations"]')
    switch.focus()
    page.keyboard.press("Space")
    assert page.locator('[data-layer="stations"]').count() == 0
    page.keyboard.press("Space")
    mark = page.locator('[data-layer="stations"]').first
    mark.focus()
    name = mark.get_attribute("aria-label")
    page.keyboard.press("Enter")
    popup = page.get_by_role("dialog", name=name, exact=True)
    assert popup.evaluate("box => box.contains(document.activeElement)")
    page.keyboard.press("Escape")
    popup.wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == name


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_map_glides_unless_the_reader_asked_for_less_motion(browser: Any, site: str, motion: str) -> None:
    context = browser.new_context(reduced_motion=motion)
    page = context.new_page()
    page.goto(f"{site}/comuni/001090/incorpora/")
    before, after = page.evaluate(
        "() => { const at = map_main.getZoom(); map_main.zoomIn(1); return [at, map_main.getZoom()]; }"
    )
    assert math.isclose(after, before + 1, abs_tol=0.01) == (motion == "reduce")
    context.close()
