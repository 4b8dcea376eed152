"""Pages are kept while no row has changed: the second asking is one query, and no edit, setting or reader is missed."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gisplan.plan.models import Intervention
from gisplan.plan.rights import PLANNER
from gisplan.territory.models import Municipality, School
from gisplan.territory.stamps import table_stamps
from gisplan.web.kept import data_stamp
from gisplan.web.public_pages import NOT_PAGES, SAMPLES, public_pages
from gisplan.web.urls import urlpatterns
from gisplan.web.warming import read_pages

from .import_steps import signed_in, user
from .pages import PUBLIC_PAGES, SIGN_IN
from .test_every_page import whole
from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

#: Queries of the first asking after a change of the plan: a number that grows must be looked at.
FIRST_ASKING = {
    **{f"/assi/{code}/": 50 for code in "123456"},
    "/piani/psm-2024-2026/assi/3/": 42,
    "/comuni/001090/": 43,
    "/comuni/001272/": 43,
    "/comuni/001090/incorpora/": 43,
    "/analisi/piano/": 42,
    "/confronto/": 44,
    "/confronto/?tipo=comuni&a=001090&b=001219": 70,
    "/confronto/?tipo=comuni&a=001090&b=001219&voce=polo": 70,
    "/confronto/?tipo=zone&a=2&b=3": 72,
    "/confronto/?tipo=anni&a=2019&b=2023": 60,
}
FEW = 25
#: They show what is in no table that is summed, or hold a form with a token.
NOT_KEPT = {"/strati/", "/analisi/localizzazione/", "/accessibilita/", "/privacy/", SIGN_IN}


def edited() -> None:
    Intervention.objects.filter(pk=Intervention.objects.values("pk")[:1]).update(area_text="Altrove")


def queries(client: Client, address: str) -> int:
    """Without those of the stamp: a test's own transaction is in no snapshot, so here each asking reads it anew."""
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return sum("sum(hashtext(ctid" not in one["sql"] for one in asked.captured_queries)


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_the_first_asking_after_an_edit_takes_few_queries_and_the_second_one(
    client: Client, address: str
) -> None:
    page = whole(address)
    client.get(page)
    edited()
    assert queries(client, page) <= FIRST_ASKING.get(address, FEW)
    if address not in NOT_KEPT:
        assert queries(client, page) == 0


def test_a_kept_page_is_sent_with_a_nonce_of_its_own(client: Client) -> None:
    first, second = client.get("/assi/3/"), client.get("/assi/3/")
    nonces = []
    for answer in (first, second):
        (nonce,) = set(re.findall(r'nonce="([\w-]+)"', answer.content.decode()))
        assert f"'nonce-{nonce}'" in answer["Content-Security-Policy"]
        assert "Cookie" in answer["Vary"]
        nonces.append(nonce)
    assert nonces[0] != nonces[1]
    assert first.content.decode().replace(nonces[0], "") == second.content.decode().replace(nonces[1], "")


def test_a_page_for_other_sites_keeps_its_own_policy(client: Client) -> None:
    for _ in range(2):
        answer = client.get("/comuni/001090/incorpora/")
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert not answer.has_header("X-Frame-Options")
        nonce = re.search(r"'nonce-([\w-]+)'", answer["Content-Security-Policy"])
        assert nonce is not None
        assert nonce[1] in answer.content.decode()


def test_an_edit_is_on_the_page_that_was_kept(client: Client) -> None:
    read(client, "/comuni/")
    Municipality.objects.filter(istat_code="001090").update(name="Collegno Nuova")
    assert "Collegno Nuova" in read(client, "/comuni/")


def test_who_is_signed_in_is_not_shown_what_was_kept_for_all(client: Client) -> None:
    stranger = read(client, "/analisi/piano/")
    planner = signed_in(user(PLANNER))
    assert "Conserva" not in stranger
    assert "Conserva" in read(planner, "/analisi/piano/")
    assert "Conserva" not in read(client, "/analisi/piano/")


def test_another_setting_is_another_page(client: Client, settings: object) -> None:
    assert "Ente di prova" not in read(client, "/")
    settings.OWNER = "Ente di prova"  # type: ignore[attr-defined]
    assert "Ente di prova" in read(client, "/")


@pytest.mark.parametrize("address", ["/comuni/999999/", "/assi/9/"])
def test_a_refusal_is_not_kept(client: Client, address: str) -> None:
    assert client.get(address).status_code >= 400
    assert queries(client, address) > 0


def test_the_stamp_of_an_app_changes_with_its_own_rows_alone() -> None:
    before = data_stamp()
    edited()
    after = data_stamp()
    assert before != after
    assert before.of("territory", "analysis", "layers") == after.of("territory", "analysis", "layers")
    assert before.of("plan") != after.of("plan")


def test_the_stamp_of_a_table_changes_with_a_row_that_is_written_or_removed() -> None:
    found = [table_stamps([School, Municipality])]
    School.objects.filter(pk=School.objects.values("pk")[:1]).update(name="Un'altra")
    found.append(table_stamps([School, Municipality]))
    School.objects.filter(name="Un'altra").delete()
    found.append(table_stamps([School, Municipality]))
    assert len({one[0] for one in found}) == 3
    assert len({one[1] for one in found}) == 1


def test_every_address_is_a_public_page_with_samples_or_none() -> None:
    names = {str(one.name) for one in urlpatterns}
    assert names >= NOT_PAGES
    found = public_pages(urlpatterns)
    assert set(found) == names - NOT_PAGES
    assert set(SAMPLES) <= set(found)
    assert {name for name, addresses in found.items() if not addresses} <= {"layer", "scenario"}


def test_a_server_that_starts_reads_every_page(client: Client, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["piano.example.it"]  # type: ignore[attr-defined]
    addresses = [one for found in public_pages(urlpatterns).values() for one in found]
    with ThreadPoolExecutor(1) as server:  # its connection is its own
        assert server.submit(read_pages, WSGIHandler()).result() == len(addresses)
    for address in addresses:
        assert client.get(address, headers={"host": "piano.example.it"}).status_code == 200
