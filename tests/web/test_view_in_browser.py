"""What a reader does with a map stands in the link to the view and in its files, on every page with a map."""

from urllib.parse import parse_qs, urlsplit

import pytest

from .conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
HUB = "/analisi/hub/?lon=7.5787&lat=45.0789&modo=walk&minuti=5,10"
COMPARED = "/confronto/?tipo=piani&a=psm-2021-2023&b=psm-2024-2026"


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query, keep_blank_values=True)


def link(visit: Visit) -> str:
    return str(visit.page.locator("#permalink").input_value())


@pytest.mark.parametrize("address", ["/", "/assi/6/", "/comuni/001090/", HUB, COMPARED])
def test_a_layer_that_is_switched_off_is_off_in_the_link_and_in_every_file(
    visit: Visit, address: str
) -> None:
    visit.go(address)
    boxes = visit.page.locator("input[data-switch]")
    assert boxes.count() > 1
    first = boxes.first
    key, on_map = first.get_attribute("data-switch"), first.get_attribute("data-map")
    first.uncheck()
    said = asked(link(visit))["strati"][0].split(",")
    name = key if address != COMPARED else f"{str(on_map).removeprefix('map_')}.{key}"
    assert name not in said
    for file in visit.page.locator(".export a").all():
        found = asked(str(file.get_attribute("href")))
        assert found["strati"] == [",".join(said)]
        assert found["formato"][0] in ("pdf", "png", "html", "gpkg", "xlsx")
    visit.go(link(visit).removeprefix(visit.site))
    again = visit.page.locator(f'input[data-map="{on_map}"][data-switch="{key}"]')
    assert not again.is_checked()
    assert not visit.page.evaluate(f"{on_map}.hasLayer({on_map}.planLayers['{key}'])")
    again.check()
    assert set(asked(link(visit))["strati"][0].split(",")) == {*said, name}
    assert visit.complaints == []


@pytest.mark.parametrize("address", ["/", COMPARED])
def test_the_link_opens_the_place_that_the_map_shows(visit: Visit, address: str) -> None:
    visit.go(address)
    assert "vista" not in asked(link(visit))
    name = "map_main" if address == "/" else "map_a"
    visit.page.locator(".folium-map").first.click(position={"x": 5, "y": 200})
    visit.page.evaluate(f"{name}.setView([45.08, 7.57], 12, {{animate: false}})")
    visit.go(link(visit).removeprefix(visit.site))
    for one in [name] if address == "/" else ["map_a", "map_b"]:
        centre = visit.page.evaluate(f"[{one}.getCenter().lat, {one}.getCenter().lng, {one}.getZoom()]")
        assert centre == pytest.approx([45.08, 7.57, 12], abs=1e-3)


def test_the_files_of_a_hub_are_of_where_it_was_dragged_to(visit: Visit) -> None:
    visit.go(HUB)
    visit.page.wait_for_selector(".hub-band-A", state="attached")
    visit.page.locator(".hub-mark-A").focus()
    with visit.page.expect_response("**/analysis/catchment"):
        visit.page.keyboard.press("ArrowUp")
    visit.page.wait_for_function("location.search.indexOf('45.0789&') < 0")
    place = asked(visit.page.url)["lat"]
    assert float(place[0]) > 45.079
    files = [asked(str(one.get_attribute("href")))["lat"] for one in visit.page.locator(".export a").all()]
    assert files == [place] * 6
    assert asked(link(visit))["lat"] == place
