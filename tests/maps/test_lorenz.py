"""The Lorenz chart: curves through their points, each with a name and a dash of its own, and the same in words."""

import re
from xml.etree import ElementTree

import pytest

from gisplan.maps.lorenz import lorenz_svg, share_below

NAMESPACE = "{http://www.w3.org/2000/svg}"
HALF = ((0.0, 0.0), (0.5, 0.25), (1.0, 1.0))
EVEN = ((0.0, 0.0), (1.0, 1.0))


def test_the_curves_go_through_their_points_and_differ_by_more_than_colour() -> None:
    root = ElementTree.fromstring(lorenz_svg({"oggi": HALF, "dopo": EVEN}, title="T", description="D"))  # noqa: S314
    equal, today, then = root.findall(f"{NAMESPACE}polyline")
    places = [tuple(map(float, place.split(","))) for place in today.attrib["points"].split()]
    (left, bottom), (x, y), (right, top) = places
    assert x == pytest.approx((left + right) / 2, abs=0.1)
    assert (bottom - y) / (bottom - top) == pytest.approx(0.25, abs=1e-3)
    dashes = [line.attrib.get("stroke-dasharray") for line in (equal, today, then)]
    assert len(set(dashes)) == 3
    words = [text.text for text in root.findall(f"{NAMESPACE}text")]
    assert {"Uguaglianza", "oggi", "dopo"} <= set(words)


def test_it_is_named_and_described_for_who_does_not_see_it_and_a_hostile_name_is_text() -> None:
    drawn = lorenz_svg({'"><script>': HALF}, title="<b>", description="a & b", lang="en")
    root = ElementTree.fromstring(drawn)  # noqa: S314
    assert "<script" not in drawn
    assert root.attrib["aria-labelledby"] == "lorenz-title lorenz-text"
    assert [part.text for part in root[:2]] == ["<b>", "a & b"]
    assert re.search(r">Equality<", drawn)


def test_a_share_lies_straight_between_the_points() -> None:
    assert share_below(HALF, 0.5) == 0.25
    assert share_below(HALF, 0.75) == pytest.approx(0.625)
    assert share_below(HALF, 1.0) == 1.0
