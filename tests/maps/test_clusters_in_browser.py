"""Thousands of marks: gathered, counted, and opened with a key."""

from pathlib import Path
from typing import Any

import pytest

from gisplan.maps.folium_map import CLUSTERED_FROM, is_clustered, scripts_of
from gisplan.maps.spec import MapLayer
from gisplan.maps.standalone import standalone_html

from .samples import feature, point, points_layer, spec_of, squares_layer

COUNT, A_ROW = 6000, 100


def works(count: int = COUNT) -> MapLayer:
    """Interventions on a grid of a hundred a row, some hundred metres apart."""
    places = ((7.0 + n % A_ROW * 0.004, 45.0 + n // A_ROW * 0.003) for n in range(count))
    return points_layer(
        *(feature(f"p{n}", f"Opera {n}", point(*place), kind="ponte") for n, place in enumerate(places))
    )


def test_few_marks_stand_one_by_one_and_need_no_script_of_clusters() -> None:
    assert not is_clustered(works(CLUSTERED_FROM - 1))
    assert is_clustered(works(CLUSTERED_FROM))
    same_place = points_layer(*(feature(f"p{n}", "x", point(7.1, 45.1)) for n in range(CLUSTERED_FROM)))
    assert not is_clustered(same_place)  # they are one mark already
    assert "clusters.js" not in scripts_of(spec_of(squares_layer()))


@pytest.fixture
def page(browser: Any, tmp_path: Path, leaflet_files: dict[str, Path]) -> Any:
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    path = tmp_path / "map.html"
    path.write_text(standalone_html(spec_of(squares_layer(listed=False), works()), leaflet_files), "utf-8")
    opened = context.new_page()
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.goto(path.as_uri())
    opened.wait_for_selector('.folium-map[data-clusters="ready"]')
    yield opened
    context.close()


def counted(page: Any) -> int:
    clusters = page.locator(".map-cluster").all_inner_texts()
    return sum(int(text.replace(".", "")) for text in clusters) + int(page.locator(".map-marker").count())


@pytest.mark.browser
def test_all_marks_are_counted_in_the_clusters(page: Any) -> None:
    assert counted(page) == COUNT
    assert page.locator(".map-cluster").count() < 200
    assert page.complaints == []


@pytest.mark.browser
def test_a_cluster_is_a_named_button_that_leads_nearer(page: Any) -> None:
    first = page.locator(".map-cluster").first
    assert first.get_attribute("role") == "button"
    assert "qui, ingrandisci" in first.get_attribute("aria-label")
    before = page.evaluate("map_main.getZoom()")
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("before => map_main.getZoom() > before", arg=before)
    page.wait_for_function("() => document.activeElement === map_main.getContainer()")


@pytest.mark.browser
def test_near_enough_each_mark_stands_at_its_place_and_opens_its_popup(page: Any) -> None:
    page.evaluate("void map_main.setView([45.03, 7.2], 16, {animate: false})")
    mark = page.locator('[data-feature="p1050"]')  # row 10, column 50
    mark.wait_for()
    box = page.locator(".folium-map").bounding_box()
    at = mark.bounding_box()
    assert at["x"] + at["width"] / 2 == pytest.approx(box["x"] + box["width"] / 2, abs=2)
    assert at["y"] + at["height"] / 2 == pytest.approx(box["y"] + box["height"] / 2, abs=2)
    mark.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Opera 1050").wait_for()


@pytest.mark.browser
def test_clusters_go_with_their_layer_and_come_back(page: Any, axe_script: Path) -> None:
    switch = page.get_by_label("Mostra il livello Interventi")
    switch.uncheck()
    assert counted(page) == 0
    switch.check()
    assert counted(page) == COUNT
    page.evaluate(axe_script.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
    found = page.evaluate(
        "tags => axe.run({runOnly: {type: 'tag', values: tags}}).then(r => r.violations.map(v => v.id))", tags
    )
    assert found == []
