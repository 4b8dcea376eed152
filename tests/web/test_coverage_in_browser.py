"""The coverage workbench in Chromium: asked by the form, answered below it, readable by everyone."""

from pathlib import Path

import pytest

from .conftest import Visit
from .wcag import wcag_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PAGE = "/analisi/copertura/"
ASKED = PAGE + "?servizio=hospitals:public&minuti=15&modo=car&eta=65%2B"


def test_a_question_is_asked_by_the_form_and_its_address_can_be_shared(visit: Visit) -> None:
    visit.go(PAGE)
    visit.page.select_option("#servizio", "stations:rail")
    visit.page.fill("#minuti", "10")
    visit.page.select_option("#modo", "car")
    visit.page.select_option("#eta", "6-10")
    visit.page.click("#coverage-form button")
    visit.page.wait_for_selector("#coverage-result")
    assert "servizio=stations%3Arail&minuti=10&modo=car&eta=6-10" in visit.page.url
    assert visit.page.input_value("#eta") == "6-10"
    figure = visit.page.locator("li[data-status=covered] strong").inner_text()
    assert figure.endswith("%")
    visit.page.wait_for_selector(".leaflet-container path.leaflet-interactive", state="attached")
    assert visit.page.locator(".leaflet-container path.leaflet-interactive").count() >= 312
    legend = visit.page.locator(".map-legend").inner_text()
    assert all(word in legend for word in ("Coperto", "Non coperto", "Non noto"))
    link = visit.page.locator("#coverage-link").get_attribute("href")
    visit.go(str(link))
    assert visit.page.locator("li[data-status=covered] strong").inner_text() == figure
    assert visit.outside == []
    assert visit.failed == []
    assert visit.complaints == []
    assert visit.page.context.cookies() == []


def test_need_and_plan_are_chosen_by_the_form_and_shown_on_one_map(visit: Visit) -> None:
    visit.go("/analisi/piano/")
    visit.page.select_option("#bisogno", "minutes_to_pole")
    visit.page.select_option("#asse", "6")
    visit.page.click("#plan-form button")
    visit.page.wait_for_url("**bisogno=minutes_to_pole**")
    visit.page.wait_for_selector(".leaflet-container path.leaflet-interactive", state="attached")
    assert visit.page.locator(".leaflet-container path.leaflet-interactive").count() >= 312
    assert "Bisogno alto, nessun intervento" in visit.page.locator(".map-legend").inner_text()
    assert visit.page.locator("#bivariate-legend svg").count() == 9
    assert visit.page.locator("#thin tbody tr").count() > 10
    assert (visit.outside, visit.failed, visit.complaints) == ([], [], [])


@pytest.mark.parametrize("address", [PAGE, ASKED, "/en" + ASKED, "/analisi/piano/", "/en/analisi/piano/"])
def test_the_workbench_is_accessible_and_fits_a_phone(visit: Visit, axe_script: Path, address: str) -> None:
    visit.go(address)
    assert wcag_violations(visit, axe_script) == []
    visit.page.set_viewport_size({"width": 390, "height": 850})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
