"""The pages as Chromium shows them: features at their place, nothing asked of the outside, no complaint."""

import math

import pytest
import shapely

from gisplan.analysis.models import Band
from gisplan.territory.models import MunicipalityBoundary

from .conftest import COLLEGNO, Visit, seed_rows
from .wcag import wcag_violations  # noqa: F401 - where other tests look for it

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator at zoom 0: a world 256 px wide, y downwards."""
    y = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return 256 * (lon + 180) / 360, 256 * (0.5 - y / (2 * math.pi))


def pixel_of(visit: Visit, lon: float, lat: float) -> tuple[float, float]:
    """Where a place must be in the window, from the centre and the zoom of the map alone."""
    visit.page.locator(".folium-map").scroll_into_view_if_needed()
    centre_lon, centre_lat, zoom, left, top, width, height = visit.page.evaluate(
        "() => { const e = document.querySelector('.folium-map'), r = e.getBoundingClientRect(),"
        " c = map_main.getCenter(); return [c.lng, c.lat, map_main.getZoom(), r.x + e.clientLeft,"
        " r.y + e.clientTop, e.clientWidth, e.clientHeight]; }"
    )
    (x, y), (centre_x, centre_y) = mercator(lon, lat), mercator(centre_lon, centre_lat)
    scale = 2**zoom
    return left + width / 2 + (x - centre_x) * scale, top + height / 2 + (y - centre_y) * scale


def name_at(visit: Visit, lon: float, lat: float) -> str:
    """Name of the feature that the page draws where the place must be."""
    script = "([x, y]) => document.elementFromPoint(x, y)?.closest('.feature')?.getAttribute('aria-label')"
    return visit.page.evaluate(script, list(pixel_of(visit, lon, lat))) or ""


def position(code: str) -> tuple[float, float]:
    row = next(row for row in seed_rows("osm_stations") if row["code"] == code)
    return float(row["lon"]), float(row["lat"])


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_band_of_collegno_is_drawn_at_its_place(visit: Visit, prefix: str) -> None:
    bands = [
        shapely.from_wkb(bytes(band.geometry.transform(4326, clone=True).wkb))
        for band in Band.objects.filter(station__code=COLLEGNO).order_by("minutes")
    ]
    visit.go(f"{prefix}/stazioni/{COLLEGNO}/")
    words = "{} minutes from Collegno" if prefix else "{} minuti da Collegno"
    smaller: shapely.Geometry = shapely.Point(position(COLLEGNO)).buffer(0.001)  # under the station's mark
    for minutes, band in zip((5, 10, 15), bands, strict=True):
        inside = shapely.maximum_inscribed_circle(band - smaller, tolerance=1e-6).coords[0]
        assert words.format(minutes) in name_at(visit, *inside), minutes
        smaller = smaller | band
    beyond = shapely.box(*bands[-1].bounds) - bands[-1]
    corner = shapely.maximum_inscribed_circle(beyond, tolerance=1e-6).coords[0]
    assert "Collegno" not in name_at(visit, *corner) or "min" not in name_at(visit, *corner)


def test_a_station_stands_at_its_place(visit: Visit) -> None:
    visit.go(f"/stazioni/{COLLEGNO}/")
    assert name_at(visit, *position(COLLEGNO)) == "Collegno"


def boundary_of(**municipality: str) -> shapely.Geometry:
    found = MunicipalityBoundary.objects.filter(**municipality).latest("edition__valid_from")
    return shapely.from_wkb(bytes(found.geometry.transform(4326, clone=True).wkb))


@pytest.mark.parametrize("code", ["001090", "001168"])
def test_a_municipality_is_drawn_where_its_boundary_lies(visit: Visit, code: str) -> None:
    boundary = MunicipalityBoundary.objects.filter(municipality__istat_code=code).latest(
        "edition__valid_from"
    )
    shape = shapely.from_wkb(bytes(boundary.geometry.transform(4326, clone=True).wkb))
    visit.go(f"/comuni/{code}/")
    visit.page.wait_for_selector('[data-layer="municipality"]')
    drawn = visit.page.locator('[data-layer="municipality"]').bounding_box()
    west, south, east, north = shape.bounds
    (left, top), (right, bottom) = pixel_of(visit, west, north), pixel_of(visit, east, south)
    stroke_px = 4
    assert drawn["width"] == pytest.approx(right - left, abs=stroke_px)
    assert drawn["height"] == pytest.approx(bottom - top, abs=stroke_px)
    assert (drawn["x"] + drawn["width"] / 2, drawn["y"] + drawn["height"] / 2) == pytest.approx(
        ((left + right) / 2, (top + bottom) / 2), abs=stroke_px
    )


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_stations_and_municipalities_of_an_axis_are_at_their_place(visit: Visit, prefix: str) -> None:
    visit.go(f"{prefix}/assi/3/")
    for name in ("Bardonecchia", "Carmagnola"):  # far from any other mark
        row = next(row for row in seed_rows("osm_stations") if row["name"] == name)
        assert name_at(visit, float(row["lon"]), float(row["lat"])) == name
    inside = boundary_of(municipality__name="Groscavallo").representative_point()
    assert name_at(visit, inside.x, inside.y) == "Groscavallo"


def test_a_popup_of_an_intervention_says_what_the_table_says(visit: Visit) -> None:
    visit.go("/assi/3/")
    visit.page.locator('[data-layer="axis-3"][data-feature~="iv-05"]').focus()
    visit.page.keyboard.press("Enter")
    popup = visit.page.locator(".leaflet-popup").inner_text()
    assert "Collegno" in popup
    assert "controllato dalla Regione" in popup
    assert "iv-05" in popup


def test_the_first_key_leads_past_the_header(visit: Visit) -> None:
    visit.go("/assi/3/")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_layer_is_switched_off_in_the_legend(visit: Visit) -> None:
    visit.go("/assi/3/")
    assert visit.page.locator('[data-layer="stations"]').count() > 100
    visit.page.locator('input[data-switch="stations"]').uncheck()
    assert visit.page.locator('[data-layer="stations"]').count() == 0
