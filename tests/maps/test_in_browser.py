"""Maps as Chromium draws them: at their place, without the network, for the keyboard too."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gisplan.maps.folium_map import OWN_ASSETS, build_map
from gisplan.maps.palettes import BANDS_MIN, NO_DATA
from gisplan.maps.spec import MapLayer, MapSpec, Source, TileServer
from gisplan.maps.standalone import standalone_html

from .samples import collection, feature, point, points_layer, spec_of, square, squares_layer

pytestmark = pytest.mark.browser
SITE = "http://maps.test/"
POLICY = "default-src 'none'; script-src 'self' 'nonce-n1'; style-src 'self'; img-src 'self' data:"
PADDING_PX = 12


class Visit:
    """A page, what it asked for and what its console said."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def feature(self, layer: str, identity: str) -> Any:
        return self.page.locator(f'[data-layer="{layer}"][data-feature~="{identity}"]')

    def name_at(self, x: float, y: float) -> str | None:
        """Name of the feature drawn at a pixel of the window."""
        script = "([x, y]) => document.elementFromPoint(x, y).closest('.feature')?.getAttribute('aria-label')"
        found: str | None = self.page.evaluate(script, [x, y])
        return found


@pytest.fixture
def open_page(browser: Any, tmp_path: Path, leaflet_files: dict[str, Path]) -> Iterator[Callable[..., Visit]]:
    """Open a map as a standalone file in a browser that is off line."""
    context = browser.new_context(offline=True)
    context.set_default_timeout(5000)

    def visit(spec: MapSpec, *, width: int = 1280, height: int = 800) -> Visit:
        path = tmp_path / "map.html"
        path.write_text(standalone_html(spec, leaflet_files), encoding="utf-8")
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        opened = Visit(page)
        page.goto(path.as_uri())
        page.wait_for_selector(".feature")
        return opened

    yield visit
    context.close()


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator at zoom 0: a world 256 px wide, y downwards."""
    y = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return 256 * (lon + 180) / 360, 256 * (0.5 - y / (2 * math.pi))


def expected_pixel(visit: Visit, spec: MapSpec, place: tuple[float, float]) -> tuple[float, float]:
    """Where a place must be in the window, from the bounds and the size of the map alone."""
    box = visit.page.locator(".folium-map").evaluate(
        "e => { const r = e.getBoundingClientRect();"
        " return [r.x + e.clientLeft, r.y + e.clientTop, e.clientWidth, e.clientHeight]; }"
    )
    west, south, east, north = spec.extent()
    (left, top), (right, bottom) = mercator(west, north), mercator(east, south)
    room = min((box[2] - 2 * PADDING_PX) / (right - left), (box[3] - 2 * PADDING_PX) / (bottom - top))
    scale = 2 ** (math.floor(math.log2(room) * 10) / 10)
    x, y = mercator(*place)
    across = (x - (left + right) / 2) * scale + box[2] / 2
    down = (y - (top + bottom) / 2) * scale + box[3] / 2
    return box[0] + across, box[1] + down


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_named_polygon_covers_the_pixel_where_its_centre_must_be(
    open_page: Any, width: int, height: int
) -> None:
    spec = spec_of(squares_layer())
    visit = open_page(spec, width=width, height=height)
    assert visit.name_at(*expected_pixel(visit, spec, (7.1, 45.1))) == "Ovest"
    assert visit.name_at(*expected_pixel(visit, spec, (7.3, 45.1))) == "Est"
    # A hundredth of a degree on either side of the common border.
    assert visit.name_at(*expected_pixel(visit, spec, (7.19, 45.19))) == "Ovest"
    assert visit.name_at(*expected_pixel(visit, spec, (7.21, 45.01))) == "Est"
    assert visit.name_at(*expected_pixel(visit, spec, (7.1, 45.21))) is None


def test_a_mark_stands_at_its_place(open_page: Any) -> None:
    spec = spec_of(squares_layer(listed=False), points_layer(feature("p", "Ponte", point(7.33, 45.07))))
    visit = open_page(spec)
    x, y = expected_pixel(visit, spec, (7.33, 45.07))
    box = visit.feature("works", "p").bounding_box()
    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx((x, y), abs=1.5)
    assert visit.name_at(x, y) == "Ponte"


def test_a_standalone_map_asks_for_nothing_and_complains_of_nothing(open_page: Any) -> None:
    layer = replace(squares_layer(), style=NO_DATA.style)
    visit = open_page(spec_of(layer, points_layer(feature("p", "Ponte", point(7.1, 45.1)))))
    visit.page.locator(".map-marker").click()
    visit.page.locator(".leaflet-popup").wait_for()
    visit.page.locator(".leaflet-control-zoom-in").click()
    visit.page.wait_for_timeout(400)
    assert [url for url in visit.requests if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in visit.requests if url.startswith("file:")]) == 1
    assert visit.complaints == []


def test_a_page_keeps_a_strict_policy_with_one_nonce(browser: Any, leaflet_files: dict[str, Path]) -> None:
    files = {**OWN_ASSETS, **leaflet_files}
    layer = replace(squares_layer(label_field="id"), style=NO_DATA.style)
    parts = build_map(spec_of(layer), {name: SITE + name for name in files})
    links = "".join(f'<link rel="stylesheet" href="{url}">' for url in parts.css)
    scripts = "".join(f'<script src="{url}"></script>' for url in parts.js)
    body = f"{parts.html}{parts.legend}{scripts}<script nonce=n1>{parts.script}</script>"
    page = browser.new_page()
    visit = Visit(page)

    def answer(route: Any) -> None:
        name = route.request.url.removeprefix(SITE)
        if name in files:
            route.fulfill(path=files[name])
        else:
            headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=f"<!DOCTYPE html><head>{links}</head>{body}", headers=headers)

    page.route("**/*", answer)
    page.goto(SITE)
    page.wait_for_selector('[data-feature="w"]')
    assert visit.complaints == []
    assert {url for url in visit.requests if url != SITE} <= {SITE + name for name in files} | {
        SITE + "favicon.ico"
    }
    assert page.locator(".map-name").all_inner_texts() == ["Ovest", "Est"]
    page.close()


def test_markup_in_a_name_is_shown_as_text(open_page: Any) -> None:
    name = "<img src=x onerror=document.title='hit'>{{7*7}}</script>"
    works = points_layer(feature("p", name, point(7.1, 45.1), kind=name))
    visit = open_page(spec_of(squares_layer(listed=False), works, attribution=name))
    visit.page.locator(".map-marker").hover()
    assert visit.page.locator(".leaflet-tooltip").inner_text() == name
    visit.page.locator(".map-marker").click()
    popup = visit.page.locator(".map-popup")
    assert popup.locator("strong").inner_text() == name
    assert popup.locator("dd").all_inner_texts() == [name, "non noto"]
    assert visit.page.locator(".leaflet-control-attribution").inner_text() == name
    assert visit.page.locator(".leaflet-container img").count() == 0
    assert visit.page.title() == "Prova"


def test_a_mark_opens_and_closes_from_the_keyboard_and_takes_the_focus_back(open_page: Any) -> None:
    visit = open_page(
        spec_of(squares_layer(listed=False), points_layer(feature("p", "Ponte", point(7.1, 45.1))))
    )
    mark = visit.feature("works", "p")
    mark.focus()
    visit.page.keyboard.press("Enter")
    dialog = visit.page.get_by_role("dialog", name="Ponte")
    dialog.wait_for()
    assert dialog.evaluate("e => e.contains(document.activeElement)")
    assert dialog.get_by_role("button", name="Chiudi la scheda").count() == 1
    visit.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert mark.evaluate("e => e === document.activeElement")


def test_a_shape_with_a_popup_is_a_button_and_one_without_an_image(open_page: Any) -> None:
    plain = squares_layer()
    data = collection(feature("b", "Banda", square(7.05, 45.05, size=0.05), people=10))
    style = BANDS_MIN["5"].style
    bands = MapLayer(key="bands", title="Bacino", data=data, style=style, popup=(("people", "Persone"),))
    visit = open_page(spec_of(plain, bands))
    assert visit.feature("squares", "w").get_attribute("role") == "img"
    band = visit.page.get_by_role("button", name="Banda")
    band.focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator(".map-popup dd").inner_text() == "10"


def test_context_is_hidden_from_readers_of_the_screen(open_page: Any) -> None:
    visit = open_page(spec_of(squares_layer(listed=False)))
    assert visit.feature("squares", "w").evaluate("e => e.closest('[aria-hidden]') !== null")
    assert visit.page.get_by_role("region", name="Mappa: Prova").count() == 1


def test_points_of_one_place_are_one_mark_with_all_of_them_in_its_popup(open_page: Any) -> None:
    same = [feature(key, f"Opera {key}", point(7.1, 45.1)) for key in "abc"]
    visit = open_page(spec_of(squares_layer(listed=False), points_layer(*same)))
    assert visit.page.locator(".map-marker").count() == 1
    mark = visit.feature("works", "b")
    assert mark.locator(".map-count").inner_text() == "3"
    mark.click()
    assert visit.page.locator(".map-popup strong").all_inner_texts() == ["Opera a", "Opera b", "Opera c"]


def test_a_layer_is_switched_off_and_on_and_keeps_its_place_in_the_order(open_page: Any) -> None:
    data = collection(feature("b", "Banda", square(7.05, 45.05, size=0.1)))
    top = MapLayer(key="bands", title="Bacino", data=data, style=BANDS_MIN["5"].style)
    spec = spec_of(squares_layer(), top)
    visit = open_page(spec)
    spot = expected_pixel(visit, spec, (7.1, 45.1))
    switch = visit.page.get_by_label("Mostra il livello Comuni")
    switch.uncheck()
    assert visit.feature("squares", "w").count() == 0
    switch.check()
    assert visit.feature("squares", "w").count() == 1
    assert visit.name_at(*spot) == "Banda"
    visit.page.get_by_label("Mostra il livello Bacino").uncheck()
    assert visit.name_at(*spot) == "Ovest"


def test_a_layer_that_starts_hidden_appears_when_asked(open_page: Any) -> None:
    works = points_layer(feature("p", "Ponte", point(7.1, 45.1)), visible=False)
    visit = open_page(spec_of(squares_layer(), works))
    assert visit.page.locator(".map-marker").count() == 0
    visit.page.get_by_label("Mostra il livello Interventi").check()
    assert visit.page.locator(".map-marker").count() == 1


def test_controls_are_named_in_english_and_lead_home(open_page: Any) -> None:
    spec = spec_of(squares_layer(), lang="en")
    visit = open_page(spec)
    assert visit.page.locator(".leaflet-control-scale-line").inner_text().endswith(" km")
    visit.page.get_by_role("button", name="Zoom out").click()
    visit.page.get_by_role("button", name="Zoom out").click()
    visit.page.wait_for_timeout(400)
    corner = expected_pixel(visit, spec, (7.01, 45.19))
    assert visit.name_at(*corner) is None
    visit.page.get_by_role("button", name="Back to the first view").click()
    visit.page.wait_for_timeout(500)
    assert visit.name_at(*corner) == "Ovest"


@pytest.mark.parametrize("lang", ["it", "en"])
def test_axe_finds_nothing_on_the_page_nor_in_an_open_popup(
    browser: Any, tmp_path: Path, leaflet_files: dict[str, Path], axe_script: Path, lang: Any
) -> None:
    same = [feature(f"o{key}", f"Opera {key}", point(7.1, 45.1), kind="x" * key) for key in range(1, 9)]
    ground = replace(squares_layer(label_field="id"), style=NO_DATA.style)
    sources = (Source("ISTAT", "https://example.org/", "CC BY 4.0"),)
    spec = spec_of(
        ground, points_layer(*same), lang=lang, notice="8 di 9", sources=sources, attribution="ISTAT"
    )
    path = tmp_path / "map.html"
    path.write_text(standalone_html(spec, leaflet_files), encoding="utf-8")
    page = browser.new_page(bypass_csp=True)  # axe is a script of its own
    page.goto(path.as_uri())
    page.add_script_tag(path=axe_script)
    problems = "axe.run().then(found => found.violations.map(one => one.id + ' ' + one.nodes[0].html))"
    assert page.evaluate(problems) == []
    page.locator(".map-marker").click()
    page.locator(".map-popup").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate(problems) == []
    page.close()


MANY_PARTS = {
    "marks": {"type": "MultiPoint", "coordinates": [[7.05, 45.1], [7.15, 45.1]]},
    "mixed": {"type": "GeometryCollection", "geometries": [square(7.05, 45.05, size=0.05), point(7.3, 45.1)]},
    "shapes": {
        "type": "MultiPolygon",
        "coordinates": [square(west, 45.05, size=0.05)["coordinates"] for west in (7.05, 7.3)],
    },
}


@pytest.mark.parametrize(("kind", "parts_drawn"), [("marks", 2), ("mixed", 2), ("shapes", 1)])
def test_every_part_of_a_place_is_named_and_opens_its_popup(
    open_page: Any, kind: str, parts_drawn: int
) -> None:
    works = points_layer(feature("p", "Argine", MANY_PARTS[kind]))
    visit = open_page(spec_of(squares_layer(listed=False), works))
    parts = visit.page.get_by_role("button", name="Argine")
    assert parts.count() == parts_drawn
    parts.last.focus()
    visit.page.keyboard.press("Enter")
    visit.page.get_by_role("dialog", name="Argine").wait_for()
    assert visit.complaints == []


def test_points_of_the_context_are_not_stops_of_the_keyboard(open_page: Any) -> None:
    quiet = replace(points_layer(feature("p", "Cima", point(7.1, 45.1))), popup=(), listed=False)
    visit = open_page(spec_of(squares_layer(), quiet))
    assert visit.page.locator(".map-marker").get_attribute("tabindex") is None


def test_a_turned_phone_shows_the_whole_map_again_unless_it_was_moved(open_page: Any) -> None:
    spec = spec_of(squares_layer())
    visit = open_page(spec, width=844, height=390)
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.page.wait_for_timeout(400)
    assert visit.name_at(*expected_pixel(visit, spec, (7.01, 45.01))) == "Ovest"
    assert visit.name_at(*expected_pixel(visit, spec, (7.39, 45.19))) == "Est"
    assert visit.name_at(*expected_pixel(visit, spec, (7.1, 45.21))) is None
    visit.page.get_by_role("button", name="Ingrandisci la mappa").click()
    visit.page.wait_for_timeout(400)
    visit.page.set_viewport_size({"width": 420, "height": 844})
    visit.page.wait_for_timeout(400)
    assert visit.name_at(*expected_pixel(visit, spec, (7.1, 45.21))) == "Ovest"


def test_no_data_is_hatched_on_the_screen(open_page: Any) -> None:
    visit = open_page(spec_of(replace(squares_layer(), style=NO_DATA.style)))
    box = visit.feature("squares", "w").bounding_box()
    inner = {"x": box["x"] + 20, "y": box["y"] + 20, "width": 60, "height": 60}
    hatched = visit.page.screenshot(clip=inner)
    plain = open_page(spec_of(squares_layer())).page.screenshot(clip=inner)
    assert len(hatched) > 2 * len(plain)  # a plain square is nearly nothing once compressed


def test_nothing_is_wider_than_a_phone(open_page: Any) -> None:
    long = feature("p", "Nome " * 30, point(7.1, 45.1), kind="x" * 80)
    visit = open_page(spec_of(squares_layer(listed=False), points_layer(long)), width=390, height=844)
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    visit.page.locator(".map-marker").click()
    popup, frame = (
        visit.page.locator(place).bounding_box()
        for place in (".leaflet-popup-content-wrapper", ".folium-map")
    )
    visit.page.wait_for_timeout(400)
    assert popup["width"] <= frame["width"]


def test_the_wheel_moves_the_page_until_the_map_is_chosen(open_page: Any) -> None:
    visit = open_page(spec_of(squares_layer()))
    enabled = "gisplanMap.maps.map_main.scrollWheelZoom.enabled()"
    assert visit.page.evaluate(enabled) is False
    visit.page.locator(".folium-map").focus()
    assert visit.page.evaluate(enabled) is True


def test_an_offline_export_does_not_even_try_its_tile_server(open_page: Any) -> None:
    tiles = TileServer(url="http://tiles.test/{z}/{x}/{y}.png", attribution_html="Tiles")
    visit = open_page(spec_of(squares_layer(), tiles=tiles))
    assert [url for url in visit.requests if "tiles.test" in url] == []
