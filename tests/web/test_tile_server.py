"""An optional server of map pictures: off unless the settings name it, and then the only outside address allowed."""

from typing import Any

import pytest
from django.test import Client

from gisplan.variables import VariableRefused, tile_template
from gisplan.web import maps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
ADDRESS = "https://{s}.tiles.example.org/{z}/{x}/{y}.png"


def images(client: Client) -> str:
    policy = client.get("/comuni/001090/").headers["Content-Security-Policy"]
    return next(part for part in policy.split("; ") if part.startswith("img-src"))


def test_without_a_server_no_picture_may_come_from_outside(client: Client) -> None:
    assert images(client) == "img-src 'self' data:"
    assert "L.tileLayer" not in client.get("/comuni/001090/").content.decode()


def test_a_named_server_lies_below_the_ground_with_what_it_wants_said(client: Client, settings: Any) -> None:
    settings.TILE_SERVER = ADDRESS
    settings.TILE_ATTRIBUTION = '© <a href="https://example.org/">Example</a>'
    assert images(client) == "img-src 'self' data: https://*.tiles.example.org"
    drawn = maps.page_map(maps.home_map([]))
    assert drawn is not None
    assert ADDRESS in drawn.script
    assert "Example" in drawn.script
    assert drawn.script.index("L.tileLayer") < drawn.script.index("gisplanMap.addLayer")
    assert '"fillOpacity":0.1' in drawn.script  # the ground lets it be seen


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ftp://a.org/{z}/{x}/{y}", "expects an address such as"),
        ("https://a.org/{z}/{x}/{y}.png; script-src *", "expects an address such as"),
        ("https://a.org/{z}/{x}.png", "expects {z}, {x} and {y}"),
    ],
)
def test_an_address_that_no_policy_may_hold_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: str
) -> None:
    monkeypatch.setenv("GISPLAN_TILE_SERVER", value)
    with pytest.raises(VariableRefused, match=expected):
        tile_template("GISPLAN_TILE_SERVER")


def test_a_plain_address_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISPLAN_TILE_SERVER", ADDRESS)
    assert tile_template("GISPLAN_TILE_SERVER") == ADDRESS
