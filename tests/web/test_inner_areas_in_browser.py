"""The inner areas in Chromium: the official classes are one click away, nothing comes from outside, all can read it."""

from pathlib import Path

import pytest

from .conftest import Visit
from .wcag import wcag_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PAGE = "/analisi/aree-interne/"


def test_the_official_classes_are_drawn_when_they_are_asked_for(visit: Visit) -> None:
    visit.go(PAGE)
    visit.page.wait_for_selector("path.leaflet-interactive", state="attached")
    before = visit.page.locator("path.leaflet-interactive").count()
    visit.page.get_by_label("Mostra il livello Classi ufficiali dell'edizione 2020").check()
    visit.page.wait_for_function(
        "before => document.querySelectorAll('path.leaflet-interactive').length > before", arg=before
    )
    assert visit.outside == []
    assert visit.failed == []
    assert visit.complaints == []


@pytest.mark.parametrize("address", [PAGE, "/en" + PAGE, PAGE + "?edizione=2014"])
def test_the_page_is_accessible_and_fits_a_phone(visit: Visit, axe_script: Path, address: str) -> None:
    visit.go(address)
    assert wcag_violations(visit, axe_script) == []
    visit.page.set_viewport_size({"width": 390, "height": 850})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
