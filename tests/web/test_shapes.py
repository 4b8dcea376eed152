"""The municipalities' shapes: one script for all pages, kept by the browser, renewed with the edition."""

import gzip
import json
import re

import pytest
from django.test import Client

from gisplan.territory.models import Municipality, School, TerritoryEdition
from gisplan.territory.profile import latest_edition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

PAGES = ("/", "/assi/2/", "/assi/5/", "/en/assi/2/")


def script_of(client: Client, address: str) -> str:
    found = re.findall(r'<script src="(/forme/[^"]+)"', client.get(address).content.decode())
    assert len(found) == 1, address
    return str(found[0])


def geometries(content: bytes) -> dict[str, dict[str, object]]:
    written = content.decode().split("||{},JSON.parse('", 1)[1].removesuffix("'));\n")
    return dict(json.loads(written))


def test_every_page_names_the_same_script_and_holds_no_boundary_itself(client: Client) -> None:
    assert len({script_of(client, address) for address in PAGES}) == 1
    for address in PAGES:
        assert '"MultiPolygon"' not in client.get(address).content.decode(), address


def test_the_script_holds_the_shape_of_every_municipality_of_the_territory(client: Client) -> None:
    response = client.get(script_of(client, "/assi/2/"))
    assert response.headers["Content-Type"] == "text/javascript"
    codes = Municipality.objects.filter(in_territory=True).values_list("istat_code", flat=True)
    assert set(geometries(response.content)) == set(codes)


def test_a_browser_keeps_the_script_and_asks_for_it_compressed(client: Client) -> None:
    address = script_of(client, "/")
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "immutable" in plain.headers["Cache-Control"]
    assert not plain.cookies
    again = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_edition_that_is_loaded_anew_has_another_address(client: Client) -> None:
    before = script_of(client, "/")
    edition = latest_edition()
    assert edition is not None
    TerritoryEdition.objects.filter(pk=edition.pk).update(input_digest="f" * 64)
    assert script_of(client, "/") != before
    assert client.get(before).status_code == 404


def test_a_new_name_of_a_municipality_is_on_the_map_at_once(client: Client) -> None:
    assert "Torre Nuova" not in client.get("/assi/2/").content.decode()
    Municipality.objects.filter(istat_code="001090").update(name="Torre Nuova")
    assert "Torre Nuova" in client.get("/assi/2/").content.decode()


def test_a_municipality_with_many_places_shows_them_by_the_page(client: Client) -> None:
    torino = Municipality.objects.get(istat_code="001272")
    first = client.get("/comuni/001272/").content.decode()
    known = int(re.findall(r"Elenco dei luoghi noti: (\d+)", first)[0])
    pattern = School.objects.filter(municipality=torino)[0]
    for number in range(50):
        pattern.pk, pattern.code, pattern.name = None, f"new-{number:02}", f"Scuola nuova {number:02}"
        pattern.level = School.Level.SECONDARIA_II
        pattern.save()
    shown = 0
    for page in range(1, (known + 50) // 40 + 2):
        answer = client.get(f"/comuni/001272/?luoghi={page}").content.decode()
        shown += answer.count("Scuola nuova")
        assert f"Elenco dei luoghi noti: {known + 50}" in answer
    assert shown == 50


@pytest.mark.parametrize(("address", "most"), [("/assi/3/", 30), ("/assi/6/", 34), ("/comuni/001090/", 64)])
def test_a_page_asks_the_database_a_bounded_number_of_questions(
    client: Client, django_assert_max_num_queries: object, address: str, most: int
) -> None:
    client.get(address)
    with django_assert_max_num_queries(most):  # type: ignore[operator]
        assert client.get(address).status_code == 200
