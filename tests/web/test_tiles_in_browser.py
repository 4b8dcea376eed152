"""A large layer from the wizard to the map of its axis, in Chromium: its colours, its popups, its table."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from gisplan.maps.palettes import KINDS
from layers.models import Layer

from .conftest import Visit
from .test_import_in_browser import entered, keeper, look_at  # noqa: F401 - fixtures
from .test_in_browser import pixel_of
from .wcag import wcag_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SIDE, STEP_DEG, SIZE_DEG = 60, 0.004, 0.003
WEST, SOUTH = 7.55, 44.95
LAYER = "scacchiera"


@pytest.fixture(autouse=True)
def tiles_folder(tmp_path: Path, page_settings: None) -> Any:
    with override_settings(LAYERS_TILES_DIR=tmp_path / "tiles"):
        yield


def chessboard(path: Path) -> Path:
    """3,600 squares of about 300 m, in columns of two kinds."""
    features = []
    for number in range(SIDE * SIDE):
        west, south = WEST + number % SIDE * STEP_DEG, SOUTH + number // SIDE * STEP_DEG
        east, north = west + SIZE_DEG, south + SIZE_DEG
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        properties = {"nome": f"Lotto {number + 1}", "uso": "bosco" if number % 2 else "prato", "ettari": 7.5}
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def middle_of(number: int) -> tuple[float, float]:
    place = number - 1
    return (
        WEST + place % SIDE * STEP_DEG + SIZE_DEG / 2,
        SOUTH + place // SIDE * STEP_DEG + SIZE_DEG / 2,
    )


def settled(visit: Visit) -> None:
    visit.page.wait_for_timeout(300)
    visit.page.wait_for_selector('.folium-map[data-tiles="ready"]')


def show(visit: Visit, number: int, zoom: int) -> tuple[float, float]:
    lon, lat = middle_of(number)
    settled(visit)
    visit.page.evaluate(
        "([lat, lon, zoom]) => map_main.setView([lat, lon], zoom, {animate: false})", [lat, lon, zoom]
    )
    settled(visit)
    return pixel_of(visit, lon, lat)


def colour_at(visit: Visit, x: float, y: float) -> list[int]:
    """Red, green, blue and opacity that the tiles have at a pixel of the window."""
    script = """([x, y]) => {
      for (const canvas of document.querySelectorAll('.leaflet-tile-loaded')) {
        const box = canvas.getBoundingClientRect();
        if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
        const scale = canvas.width / box.width, copy = document.createElement('canvas');
        const pen = copy.getContext('2d', {willReadFrequently: true});
        pen.drawImage(canvas, -Math.floor((x - box.left) * scale), -Math.floor((y - box.top) * scale));
        return [...pen.getImageData(0, 0, 1, 1).data];
      }
      return [0, 0, 0, 0];
    }"""
    found: list[int] = visit.page.evaluate(script, [x, y])
    return found


@pytest.fixture
def on_axis(entered: Visit, tmp_path: Path, axe_script: Path) -> Visit:  # noqa: F811
    """The layer, walked through the wizard to the map of axis 2; once for all the tests."""
    if Layer.objects.filter(name=LAYER).exists():
        return entered
    page = entered.page
    page.set_input_files("#files", [str(chessboard(tmp_path / f"{LAYER}.geojson"))])
    page.get_by_role("button", name="Carica", exact=True).click()
    page.wait_for_url("**/strati/importa/caricati/**")
    page.fill("#id_name", LAYER)
    page.get_by_role("button", name="Importa", exact=True).click()
    page.wait_for_selector('button:has-text("Pubblica")')
    settled(entered)  # the report shows what would be published
    page.fill("#id_title", "Lotti a scacchiera")
    page.get_by_label("2. Transizione ecologica").first.check()
    page.select_option("#id_how", "values")
    page.select_option("#id_column", "uso")
    assert not page.is_checked("#id_is_public")  # nothing is public by accident
    page.check("#id_is_public")
    look_at(entered, axe_script, "10-decide")
    settled(entered)
    page.get_by_role("button", name="Pubblica", exact=True).click()
    page.wait_for_selector("text=La versione 1 è pubblicata.")
    settled(entered)
    look_at(entered, axe_script, "11-published")
    page.locator(".notice").get_by_role("link", name="asse 2, Transizione ecologica").click()
    page.wait_for_url("**/assi/2/")
    settled(entered)  # a page that is left cuts off the tiles that it still waits for
    return entered


def test_the_squares_are_on_the_map_of_their_axis_in_the_colours_of_its_legend(on_axis: Visit) -> None:
    on_axis.go("/assi/2/")
    settled(on_axis)
    legend = on_axis.page.locator(".map-legend").inner_text()
    assert "Lotti a scacchiera" in legend
    assert "bosco 1.800 prato 1.800" in " ".join(legend.split())
    for number, expected in ((1831, KINDS[1]), (1832, KINDS[0])):  # the commonest first, then by name
        colour = colour_at(on_axis, *show(on_axis, number, 15))
        wanted = [int(expected[place : place + 2], 16) for place in (1, 3, 5)]
        assert colour[:3] == pytest.approx(wanted, abs=3), number
        assert colour[3] > 180
    lon, lat = middle_of(1832)
    assert colour_at(on_axis, *pixel_of(on_axis, lon, lat + 0.002))[3] < 60  # nothing between two squares
    assert (on_axis.outside, on_axis.failed, on_axis.complaints) == ([], [], [])


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_click_tells_of_the_square_below_it(on_axis: Visit, prefix: str) -> None:
    on_axis.go(f"{prefix}/strati/{LAYER}/")
    at = show(on_axis, 1831, 15)
    on_axis.page.mouse.click(*at)
    popup = on_axis.page.get_by_role("dialog", name="Lotto 1831")
    popup.wait_for()
    assert popup.locator("dd").all_inner_texts() == ["Lotto 1831", "prato", "7.5" if prefix else "7,5"]
    on_axis.page.keyboard.press("Escape")
    popup.wait_for(state="detached")
    assert (on_axis.failed, on_axis.complaints) == ([], [])


def test_squares_too_close_together_say_how_many_they_are_and_lead_nearer(on_axis: Visit) -> None:
    on_axis.go(f"/strati/{LAYER}/")
    at = show(on_axis, 1831, 8)
    on_axis.page.mouse.click(*at)
    message = on_axis.page.locator(".map-popup p")
    message.wait_for()
    assert "troppo vicini a questa scala" in message.inner_text()
    on_axis.page.get_by_role("button", name="Ingrandisci qui").click()
    on_axis.page.wait_for_function("() => map_main.getZoom() > 9")


def test_the_table_leads_the_keyboard_to_the_place_on_the_map(on_axis: Visit, axe_script: Path) -> None:
    on_axis.go(f"/strati/{LAYER}/")
    settled(on_axis)  # a page that is left cuts off the tiles that it still waits for
    link = on_axis.page.get_by_role("link", name="7", exact=True)
    link.focus()
    on_axis.page.keyboard.press("Enter")
    popup = on_axis.page.get_by_role("dialog", name="Lotto 7")
    popup.wait_for()
    assert popup.evaluate("e => e.contains(document.activeElement)")
    lon, lat = middle_of(7)
    assert on_axis.page.evaluate("([lon, lat]) => map_main.getBounds().contains([lat, lon])", [lon, lat])
    settled(on_axis)
    assert wcag_violations(on_axis, axe_script) == []
    on_axis.page.set_viewport_size({"width": 390, "height": 850})
    assert on_axis.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert (on_axis.outside, on_axis.failed, on_axis.complaints) == ([], [], [])


def test_a_switched_off_layer_has_no_tiles_and_comes_back(on_axis: Visit) -> None:
    on_axis.go(f"/strati/{LAYER}/")
    settled(on_axis)
    switch = on_axis.page.get_by_label("Mostra il livello Lotti a scacchiera")
    switch.uncheck()
    assert on_axis.page.locator(".leaflet-tile").count() == 0
    switch.check()
    settled(on_axis)
    assert on_axis.page.locator(".leaflet-tile-loaded").count() > 0
