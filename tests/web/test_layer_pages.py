"""The pages of imported layers: who sees them, what they tell, how a layer is changed and taken back."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from layers.models import Layer, Version
from layers.serving.features import read_features

from .import_samples import geojson, point
from .import_steps import imported, publish, signed_in, text, user

pytestmark = pytest.mark.django_db
LOOK = {"title": "Luoghi", "color": "#112233", "stroke": "#445566", "width_mm": "2.5"}
Published = Callable[..., None]


@pytest.fixture
def published(officer: Client) -> Published:
    def make(*names: str, public: bool = False) -> None:
        for name in names:
            run = imported(officer, geojson([point(7.6, 45.0, nome=name)]))
            publish(officer, run)
        officer.post("/strati/luoghi/modifica/", {**LOOK, **({"is_public": "on"} if public else {})})

    return make


def test_a_private_layer_does_not_exist_for_a_stranger(client: Client, published: Published) -> None:
    published("a")
    for address in ("/strati/luoghi/", "/strati/luoghi/stile.qml", "/strati/luoghi/stile.sld"):
        assert client.get(address).status_code == 404
        assert signed_in(user(None, address)).get(address).status_code == 404
    assert "Luoghi" not in text(client.get("/strati/"))


def test_a_public_layer_is_read_by_all_and_changed_by_none_of_them(
    client: Client, published: Published
) -> None:
    published("a", public=True)
    page = client.get("/strati/luoghi/")
    assert page.status_code == 200
    assert not page.cookies
    assert "Luoghi" in text(client.get("/strati/"))
    assert "luoghi" in text(page)
    assert "Modifica" not in text(page)
    assert "GIS-officer" not in text(page)  # who works here is not told to strangers
    for kind in ("qml", "sld"):
        style = client.get(f"/strati/luoghi/stile.{kind}")
        assert style.headers["Content-Disposition"] == f'attachment; filename="luoghi.{kind}"'
        assert b"#112233" in style.content or b"17,34,51" in style.content


def test_the_style_is_that_of_the_map(officer: Client, published: Published) -> None:
    published("a")
    page = officer.get("/strati/luoghi/").content.decode()
    assert "#112233" in page
    assert "#445566" in page
    wrong = officer.post("/strati/luoghi/modifica/", {**LOOK, "color": "red;}"})
    assert "Serve un colore come #226570." in text(wrong)


def test_an_earlier_version_comes_back_after_a_confirmation(officer: Client, published: Published) -> None:
    published("a", "b")
    assert read_features("luoghi").columns["nome"] == ["b"]
    asked = text(officer.get("/strati/luoghi/ripristina/"))
    assert "mostra la versione 2" in asked
    assert "versione 1: 1 elementi" in asked
    assert read_features("luoghi").columns["nome"] == ["b"]
    for number in ("7", "-1", "²", "9" * 40, ""):  # not the one before, which nobody chose
        refused = officer.post("/strati/luoghi/ripristina/", {"to": number}, follow=True)
        assert "Non c'è una versione precedente da ripristinare." in text(refused)
        assert read_features("luoghi").columns["nome"] == ["b"]
    done = officer.post("/strati/luoghi/ripristina/", {"to": "1"}, follow=True)
    assert "Lo strato mostra di nuovo la versione 1." in text(done)
    assert "versione 1 ripristinata" in text(done)
    assert read_features("luoghi").columns["nome"] == ["a"]


def test_a_layer_tells_its_history(officer: Client, published: Published) -> None:
    published("a", "b")
    page = text(officer.get("/strati/luoghi/"))
    for version in Version.objects.all():
        assert version.digest in page
    assert page.count("luoghi.geojson") == 2
    assert "versione 2 pubblicata" in page


def test_a_style_by_value_colours_each_feature_on_the_map_and_in_the_legend(officer: Client) -> None:
    run = imported(officer, geojson([point(7.6, 45.0, tipo="A"), point(7.7, 45.0, tipo="B")]))
    publish(officer, run)
    layer = Layer.objects.get(name="luoghi")
    classes = [{"value": "A", "color": "#aa0000", "label": "classe A"}, {"value": "B", "color": "#00aa00"}]
    layer.style = {"kind": "categorised", "column": "tipo", "classes": classes}
    layer.save()
    page = officer.get("/strati/luoghi/")
    assert "#aa0000" in page.content.decode()
    assert "#00aa00" in page.content.decode()
    assert "classe A" in text(page)
    assert officer.get("/strati/luoghi/stile.qml").status_code == 200
    assert "/strati/luoghi/stile.qml" in page.content.decode()
    again = imported(officer, geojson([point(7.6, 45.0, altro="A")]))
    publish(officer, again)  # its column is gone: drawn plainly, and no style file
    page = officer.get("/strati/luoghi/")
    assert page.status_code == 200
    assert "stile.qml" not in page.content.decode()
    assert officer.get("/strati/luoghi/stile.qml").status_code == 404


def test_a_public_layer_is_seen_by_the_reading_role_and_a_private_one_is_not(
    officer: Client, published: Published
) -> None:
    def may_read() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege('gisplan_reader', 'layers.luoghi', 'SELECT')")
            return bool(cursor.fetchone()[0])

    published("a", public=True)
    assert may_read()
    officer.post("/strati/luoghi/modifica/", LOOK)
    assert not may_read()
