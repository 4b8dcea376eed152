"""The pages of siting, trends and equity in Chromium: accessible, nothing of the outside, and they fit a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gisplan.analysis.models import Run
from gisplan.analysis.siting import site
from gisplan.analysis.siting_request import SitingRequest

from .conftest import Visit
from .test_import_worker import committed
from .wcag import wcag_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
__all__ = ["committed"]

SITING = "/analisi/localizzazione/?problema=mclp&servizio=hospitals&siti=2&minuti=20&modo=car&eta=65%2B"

#: The first page that measures by car prepares the ground and the road times.
FIRST_MS = 60_000


def checked(visit: Visit, axe_script: Path) -> None:
    assert wcag_violations(visit, axe_script) == []
    visit.page.set_viewport_size({"width": 390, "height": 850})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visit.outside == []
    assert visit.failed == []
    assert visit.complaints == []


@pytest.mark.parametrize(
    "address",
    [
        SITING,
        f"/en{SITING}",
        "/analisi/localizzazione/",
        "/analisi/tendenze/",
        "/en/analisi/tendenze/?misura=debolezza",
        "/analisi/equita/",
    ],
)
def test_the_page_is_accessible(visit: Visit, axe_script: Path, address: str) -> None:
    visit.page.set_default_navigation_timeout(FIRST_MS)
    visit.go(address)
    checked(visit, axe_script)


def test_a_measure_is_chosen_in_the_form_and_stands_in_the_address(visit: Visit) -> None:
    visit.go("/analisi/tendenze/")
    visit.page.select_option("#misura", "debolezza")
    visit.page.get_by_role("button", name="Mostra").click()
    visit.page.wait_for_url("**misura=debolezza**")
    assert "Segni di debolezza demografica" in visit.page.locator("#content").inner_text()


@pytest.fixture
def kept_siting(committed: None) -> Iterator[Run]:
    """Where the site's own threads see it; it goes when the test ends."""
    run = site(SitingRequest(problem="mclp", service="hospitals", number=2)).keep()
    yield run
    run.delete()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_chart_of_equity_before_and_after_is_accessible(
    visit: Visit, axe_script: Path, kept_siting: Run, prefix: str
) -> None:
    visit.go(f"{prefix}/analisi/equita/?esecuzione={kept_siting.pk}")
    assert visit.page.locator("svg.chart polyline").count() == 3
    checked(visit, axe_script)
