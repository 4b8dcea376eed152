"""The place of the map that an address asks for, as paper and files draw it: whatever it is, they are made."""

import io
import re

import pypdf
import pytest
from django.test import Client

from gisplan.web import layer_features

from .import_samples import geojson, point
from .import_steps import imported, publish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
FAR = ("999,0,1", "-180,85,0", "139.7,35.7,10")


@pytest.fixture
def large_layer(officer: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """A layer that the page draws from tiles."""
    monkeypatch.setattr(layer_features, "MOST_FEATURES", 3)
    publish(officer, imported(officer, geojson([point(7.6 + n / 100, 45.0, nome=f"n{n}") for n in range(9)])))
    return "/strati/luoghi/"


def scale_of(officer: Client, address: str, vista: str = "") -> int:
    answer = officer.get(address, {"formato": "pdf", **({"vista": vista} if vista else {})})
    assert answer.status_code == 200
    found = re.search(r"1:([\d.]+)", pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text())
    assert found
    return int(found[1].replace(".", ""))


@pytest.mark.parametrize("vista", FAR)
def test_a_place_where_nothing_of_the_map_lies_is_drawn_as_usual(
    officer: Client, large_layer: str, vista: str
) -> None:
    for address in ("/assi/3/", large_layer):
        assert scale_of(officer, address, vista) == scale_of(officer, address)
        assert officer.get(address, {"formato": "html", "vista": vista}).status_code == 200


def test_a_zoom_that_the_map_has_not_is_drawn_at_its_nearest(officer: Client, large_layer: str) -> None:
    for address in ("/assi/3/", large_layer):
        for asked, nearest in (("0", "6"), ("3", "6"), ("19", "18"), ("99", "18")):
            assert scale_of(officer, address, f"7.6,45.0,{asked}") == scale_of(
                officer, address, f"7.6,45.0,{nearest}"
            )
