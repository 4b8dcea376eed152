"""Every public page, in both languages: accessible, of one site, without a cookie, for phones and keyboards."""

import re
from http import HTTPStatus
from pathlib import Path

import pytest
from django.test import Client

from gisplan.analysis.models import Run
from gisplan.web.urls import urlpatterns

from .conftest import Visit
from .pages import BOTH_LANGUAGES, ELSEWHERE, NOT_PAGES, SAMPLES, SIGN_IN, with_parameters
from .wcag import wcag_violations

pytestmark = [pytest.mark.django_db]

PHONE = {"width": 390, "height": 850}
POLICY = {
    "default-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'", "data:"},
    "object-src": {"'none'"},
    "base-uri": {"'self'"},
    "form-action": {"'self'"},
}


def whole(address: str) -> str:
    """The address with the number of a run that there is."""
    return address.replace("{run}", str(Run.objects.values_list("pk", flat=True).first()))


@pytest.mark.browser
@pytest.mark.parametrize("address", BOTH_LANGUAGES)
def test_a_page_is_accessible_fits_a_phone_and_asks_nothing_of_the_outside(
    visit: Visit, axe_script: Path, address: str
) -> None:
    answer = visit.page.goto(visit.site + whole(address), timeout=60_000)
    assert answer.status == HTTPStatus.OK
    assert visit.page.evaluate("document.documentElement.lang") == (
        "en" if address.startswith("/en") else "it"
    )
    assert wcag_violations(visit, axe_script) == []
    visit.page.set_viewport_size(PHONE)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert wcag_violations(visit, axe_script) == []
    assert visit.outside == []
    assert visit.failed == []
    assert visit.complaints == []
    cookies = {cookie["name"] for cookie in visit.page.context.cookies()}
    assert cookies == ({"csrftoken"} if address.endswith(SIGN_IN) else set())


@pytest.mark.usefixtures("torino")
@pytest.mark.parametrize("address", BOTH_LANGUAGES)
def test_the_policy_allows_own_scripts_and_one_with_a_nonce_alone(client: Client, address: str) -> None:
    answer = client.get(whole(address))
    assert answer.status_code == HTTPStatus.OK
    allowed = {
        name: set(sources)
        for name, *sources in (part.split() for part in answer["Content-Security-Policy"].split(";"))
    }
    nonce = re.findall(r'<script nonce="([\w-]+)"', answer.content.decode())
    assert allowed["script-src"] <= {"'self'", *(f"'nonce-{one}'" for one in {*nonce, _nonce(allowed)})}
    assert allowed["style-src"] <= {"'self'", f"'nonce-{_nonce(allowed)}'"}
    assert {name: allowed[name] for name in POLICY} == POLICY
    assert not re.search(r"<[^>]+\sstyle=", answer.content.decode())
    inline = re.findall(
        r"<script(?![^>]*\b(?:src|nonce)=)(?![^>]*application/json)[^>]*>", answer.content.decode()
    )
    assert inline == []
    assert not re.search(r"\son\w+=\"", answer.content.decode())
    if not address.endswith(SIGN_IN):
        assert not answer.cookies


def _nonce(allowed: dict[str, set[str]]) -> str:
    found = [source for source in allowed["script-src"] if source.startswith("'nonce-")]
    assert len(found) == 1
    return found[0][len("'nonce-") : -1]


def test_every_address_with_a_parameter_has_a_sample_or_is_no_page() -> None:
    asked = {one.name for one in urlpatterns if with_parameters(one)}
    assert asked - NOT_PAGES - ELSEWHERE == set(SAMPLES)


@pytest.mark.browser
def test_the_menu_of_a_phone_opens_and_closes_and_gives_the_keyboard_back(visit: Visit) -> None:
    visit.page.set_viewport_size(PHONE)
    visit.go("/")
    button, menu = visit.page.locator(".menu-button"), visit.page.locator("#site-menu")
    assert not menu.is_visible()
    button.focus()
    visit.page.keyboard.press("Enter")
    assert menu.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.closest('#site-menu') !== null")
    visit.page.keyboard.press("Escape")
    assert not menu.is_visible()
    assert visit.page.evaluate("document.activeElement.className") == "menu-button"
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    assert menu.is_visible()
    assert not button.is_visible()


REPORTS = [
    ("", "Segnalalo a chi pubblica il sito"),
    ("errori@example.it", "mailto:errori@example.it?subject=Errore%20in%20una%20pagina%20di%20gisplan"),
    (
        "https://example.it/segnala",
        "https://example.it/segnala?pagina=http%3A%2F%2Ftestserver%2Fassi%2F3%2F%3Fanno%3D2023",
    ),
]


@pytest.mark.usefixtures("torino")
@pytest.mark.parametrize(("address", "shown"), REPORTS)
def test_each_page_says_where_its_errors_are_reported(
    client: Client, settings: object, address: str, shown: str
) -> None:
    settings.REPORT_ADDRESS = address  # type: ignore[attr-defined]
    page = client.get("/assi/3/?anno=2023").content.decode()
    assert shown in page
    if address:
        assert "http%3A%2F%2Ftestserver%2Fassi%2F3%2F%3Fanno%3D2023" in page


@pytest.mark.usefixtures("torino")
def test_the_statements_name_who_publishes_the_site_or_say_that_nobody_is_named(
    client: Client, settings: object
) -> None:
    for address in ("/accessibilita/", "/privacy/"):
        assert "non indicato" in client.get(address).content.decode()
        settings.OWNER = "Città metropolitana di Prova"  # type: ignore[attr-defined]
        page = client.get(address).content.decode()
        assert "Città metropolitana di Prova" in page
        assert "non indicato" not in page
        settings.OWNER = ""  # type: ignore[attr-defined]


def test_a_page_for_a_host_that_is_refused_has_a_frame_all_the_same(client: Client, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["piano.example.it"]  # type: ignore[attr-defined]
    assert client.get("/fonti/", headers={"host": "altro.example.it"}).status_code == 400
