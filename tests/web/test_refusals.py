"""What the site refuses, and how it says so: methods, addresses, rights and its own failures."""

from typing import Any, NoReturn

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client

from gisplan.web import territory_pages

pytestmark = pytest.mark.django_db

READ_ONLY = (
    "/",
    "/assi/3/",
    "/piani/psm-2024-2026/",
    "/piani/psm-2024-2026/assi/3/",
    "/comuni/",
    "/comuni/001090/",
    "/stazioni/",
    "/stazioni/osm-1597711071/",
    "/fonti/",
    "/en/fonti/",
)
SIGN_IN = "/admin/login/"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("address", READ_ONLY)
def test_a_page_is_only_read(address: str, method: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, address)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "address",
    [
        "/stazioni/%00/",
        "/comuni/%00/",
        "/comuni/?q=%00",
        "/stazioni/?q=a%00b",
        "/%00",
        "/?%00=1",
        SIGN_IN + "%00",
    ],
)
def test_an_address_with_a_nul_is_a_bad_request(client: Client, address: str, method: str) -> None:
    response = client.generic(method, address)
    assert response.status_code == 400


def test_a_percent_sign_before_two_zeros_is_no_nul(client: Client) -> None:
    assert client.get("/comuni/?q=%2500").status_code == 200
    assert client.get("/comuni/%2500/").status_code == 404


@pytest.mark.parametrize(
    ("prefix", "lang", "words"),
    [("", "it", "Questa richiesta non si può leggere"), ("/en", "en", "This request cannot be read")],
)
def test_a_bad_request_is_answered_in_the_language_of_the_address(
    client: Client, prefix: str, lang: str, words: str
) -> None:
    page = client.get(f"{prefix}/stazioni/?q=%00").content.decode()
    assert f'<html lang="{lang}">' in page
    assert f"<h1>{words}</h1>" in page
    assert f'href="{prefix}/comuni/"' in page


@pytest.mark.parametrize(
    ("prefix", "lang", "words"),
    [("", "it", "Questa pagina non si è potuta comporre"), ("/en", "en", "This page could not be made")],
)
def test_a_failure_is_told_without_a_query(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any, prefix: str, lang: str, words: str
) -> None:
    def fail() -> NoReturn:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(territory_pages, "coverages_of", fail)
    with django_assert_num_queries(1):  # whether the page is kept: that was asked before it failed
        response = Client(raise_request_exception=False).get(f"{prefix}/fonti/")
    page = response.content.decode()
    assert response.status_code == 500
    assert f'<html lang="{lang}">' in page
    assert f"<h1>{words}</h1>" in page
    assert "Torino" in page
    assert "connection" not in page


def test_who_has_no_right_is_told_in_the_style_of_the_site(client: Client) -> None:
    client.force_login(User.objects.create_user("reader", is_staff=True))
    response = client.get("/admin/auth/user/")
    page = response.content.decode()
    assert response.status_code == 403
    assert '<html lang="it">' in page
    assert "<h1>Questa pagina non ti è aperta</h1>" in page


def test_a_form_without_its_token_is_told_in_the_style_of_the_site() -> None:
    response = Client(enforce_csrf_checks=True).post(SIGN_IN, {"username": "a", "password": "b"})
    page = response.content.decode()
    assert response.status_code == 403
    assert '<html lang="it">' in page
    assert "<h1>Il modulo non è stato accettato</h1>" in page
