"""The view of an axis, the placing tool and the light page as Chromium shows them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.utils.translation import override
from pytest_django import DjangoDbBlocker

from gisplan.maps.palettes import ramp_colours
from gisplan.plan.axes_acting import axes_acting
from gisplan.plan.models import Axis, Intervention, PlanPlace
from gisplan.plan.queries import default_edition
from gisplan.plan.rights import PLANNER, create_groups
from gisplan.territory.models import MunicipalityBoundary
from gisplan.web.maps import axis_map

from .conftest import Visit
from .test_in_browser import name_at, pixel_of
from .wcag import wcag_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PASSWORD = "una-frase-abbastanza-lunga"


def inside(code: str) -> tuple[float, float]:
    boundary = MunicipalityBoundary.objects.filter(municipality__istat_code=code).latest(
        "edition__valid_from"
    )
    point = boundary.geometry.point_on_surface.transform(4326, clone=True)
    return point.x, point.y


def permalink(visit: Visit) -> str:
    return str(visit.page.locator("#permalink").input_value())


def test_the_link_opens_the_same_place_and_layers_again(visit: Visit) -> None:
    visit.go("/assi/3/?comune=001090")
    assert "vista=" not in permalink(visit)  # nobody has moved the map
    visit.page.locator('input[data-switch="stations"]').uncheck()
    visit.page.locator(".folium-map").click(position={"x": 5, "y": 300})
    visit.page.evaluate("map_main.setView([45.08, 7.57], 12, {animate: false})")
    link = permalink(visit)
    assert "comune=001090" in link
    visit.go(link.removeprefix(visit.site))
    centre = visit.page.evaluate("[map_main.getCenter().lat, map_main.getCenter().lng, map_main.getZoom()]")
    assert centre == pytest.approx([45.08, 7.57, 12], abs=1e-4)
    assert visit.page.locator('[data-layer="stations"]').count() == 0
    assert visit.page.locator('[data-layer="axis-3"]').count() > 0
    assert visit.complaints == []


def test_the_slider_asks_for_its_year_and_nothing_else(visit: Visit) -> None:
    visit.go("/assi/3/")
    slider = visit.page.locator("#f-anno")
    slider.focus()
    with visit.page.expect_navigation():
        visit.page.keyboard.press("ArrowLeft")
    year = int(visit.page.locator("#f-anno").input_value())
    assert f"anno={year}" in visit.page.url
    assert "zona=" not in visit.page.url
    assert visit.page.locator(".notice", has_text=str(year)).count() == 1
    assert visit.failed == []


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("code", ["4", "6"])
def test_the_answers_that_need_travel_times_come_after_the_page(
    visit: Visit, axe_script: Path, prefix: str, code: str
) -> None:
    visit.go(f"{prefix}/assi/{code}/")
    visit.page.wait_for_selector('.reach[aria-busy="false"]', timeout=60_000)
    key = {"4": "schools", "6": "health"}[code]
    assert visit.page.locator(f"#answer-{key}").count() == 1
    assert wcag_violations(visit, axe_script) == []
    assert visit.outside == visit.failed == visit.complaints == []


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_light_page_shows_the_municipality_at_its_place(
    visit: Visit, axe_script: Path, prefix: str
) -> None:
    visit.go(f"{prefix}/comuni/001168/incorpora/")
    assert name_at(visit, *inside("001168")) == "None"
    assert wcag_violations(visit, axe_script) == []
    visit.page.set_viewport_size({"width": 320, "height": 640})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert visit.outside == visit.failed == visit.complaints == []
    assert visit.page.context.cookies() == []


@pytest.fixture(scope="module")
def clicker(torino: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A planner whom the server's threads know."""
    with django_db_blocker.unblock():
        create_groups()
        who = User.objects.create_user("clicker", password=PASSWORD)
        who.groups.add(Group.objects.get(name=PLANNER))
        yield who.username
        who.delete()


def test_an_editor_places_an_intervention_by_a_click_and_takes_it_back(
    visit: Visit, clicker: str, axe_script: Path
) -> None:
    place = PlanPlace.objects.filter(precision="municipality", municipality__isnull=False).first()
    assert place is not None
    assert place.municipality is not None
    visit.go(f"/accesso/?next=/posiziona/intervento/{place.pk}/")
    visit.page.fill("#id_username", clicker)
    visit.page.fill("#id_password", PASSWORD)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#place-form")
    assert wcag_violations(visit, axe_script) == []
    lon, lat = inside(place.municipality.istat_code)
    spot = visit.page.evaluate(
        "place => { const p = map_main.latLngToContainerPoint(place); return {x: p.x, y: p.y}; }", [lat, lon]
    )
    visit.page.locator(".folium-map").click(position=spot)
    assert float(visit.page.locator("#lon").input_value()) == pytest.approx(lon, abs=2e-3)
    visit.page.fill("#fonte", "sopralluogo")
    visit.page.locator("#place-form button").click()
    visit.page.wait_for_selector('button[name="annulla"]')
    place.refresh_from_db()
    assert place.geometry is not None
    stored = place.geometry.transform(4326, clone=True)
    assert stored.coords == pytest.approx((lon, lat), abs=2e-3)
    visit.page.locator('button[name="annulla"]').click()
    visit.page.wait_for_function("() => document.body.innerText.includes('com\\'era')")
    place.refresh_from_db()
    assert (place.geometry, place.precision) == (None, "municipality")
    assert visit.complaints == []


@pytest.mark.parametrize(("code", "label"), [("001125", "≤ 10 min"), ("001073", "> 30 min, o non noto")])
def test_a_municipality_has_the_colour_of_its_class_where_it_lies(
    visit: Visit, code: str, label: str
) -> None:
    """Ivrea has a public hospital, Ceresole Reale is far from every known one."""
    axis = Axis.objects.get(edition=default_edition(), code="6")
    with override("it"):
        spec = axis_map(axis, [])
    assert spec is not None
    layer = next(one for one in spec.layers if one.key == "minutes-hospitals")
    style = next(one.style for one in layer.classes if one.label == label)
    visit.go("/assi/6/")
    for one in ("hospitals", "health-sites", "axis-6"):
        visit.page.locator(f'input[data-switch="{one}"]').uncheck()
    drawn = visit.page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).getAttribute('fill')",
        list(pixel_of(visit, *inside(code))),
    )
    assert drawn == ("url(#hatch-main)" if style.hatched else style.fill)
    row = visit.page.locator(".map-legend li", has_text=label).first
    assert style.fill in row.inner_html()
    assert visit.outside == visit.failed == visit.complaints == []


def test_the_catchments_are_drawn_upon_the_shares_from_nearer(visit: Visit) -> None:
    visit.go("/assi/3/")
    visit.page.evaluate("map_main.setView([45.08, 7.575], 14, {animate: false})")
    visit.page.wait_for_selector(".leaflet-layer-bands-pane canvas", state="attached")
    visit.page.wait_for_selector('.folium-map[data-tiles="ready"]')
    painted = visit.page.evaluate(
        "[...document.querySelectorAll('.leaflet-layer-bands-pane canvas')].some(canvas => "
        "canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0))"
    )
    assert painted
    assert visit.outside == visit.failed == visit.complaints == []


def test_the_overview_has_the_colour_of_its_class_where_a_municipality_lies(visit: Visit) -> None:
    """Ceresole Reale, of which nothing is loaded, and Torino, where several axes act."""
    visit.go("/")
    for one in visit.page.locator('input[data-switch^="axis-"]').all():
        one.uncheck()
    colours = [
        visit.page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y).getAttribute('fill')",
            list(pixel_of(visit, *inside(code))),
        )
        for code in ("001073", "001272")
    ]
    edition = default_edition()
    assert edition is not None
    own = Intervention.objects.filter(axis__edition=edition, register=Intervention.Register.PLAN)
    count = len(axes_acting(edition, list(own))["001272"].axes)
    assert colours == ["url(#hatch-main)", ramp_colours(6)[count - 1]]
    assert visit.outside == visit.failed == visit.complaints == []
