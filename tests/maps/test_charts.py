"""Charts: every bar is as long as its figure says, and the words say what the bars show."""

import xml.etree.ElementTree as ET

import pytest

from gisplan.maps.charts import Bar, age_groups, bars, pyramid

SVG = "{http://www.w3.org/2000/svg}"
FEMALES = [10] * 50 + [4] * 50 + [7]
MALES = [8] * 50 + [2] * 50 + [1]


def read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314


def rectangles(svg: str) -> dict[str, float]:
    """Words of each bar -> how wide it is."""
    found = {}
    for rect in read(svg).iter(f"{SVG}rect"):
        title = rect.find(f"{SVG}title")
        assert title is not None
        found[str(title.text)] = float(rect.attrib["width"])
    return found


def test_the_groups_of_five_years_hold_everybody_and_the_last_is_open() -> None:
    groups = age_groups(FEMALES, MALES)
    assert [groups[0], groups[10], groups[-1]] == [("0–4", 50, 40), ("50–54", 20, 10), ("100+", 7, 1)]
    assert sum(left for _, left, _ in groups) == sum(FEMALES)
    assert sum(right for _, _, right in groups) == sum(MALES)


def test_the_bars_of_the_pyramid_are_as_long_as_their_people() -> None:
    svg = pyramid(FEMALES, MALES, title="Residenti", sides=("Femmine", "Maschi"))
    wide = rectangles(svg)
    assert len(wide) == 42
    assert wide["Maschi 0–4: 40"] / wide["Femmine 0–4: 50"] == pytest.approx(0.8, abs=0.01)
    assert wide["Femmine 100+: 7"] / wide["Femmine 0–4: 50"] == pytest.approx(0.14, abs=0.01)
    assert 'role="img"' in svg
    assert "Residenti. Femmine: 707; Maschi: 501" in svg


def test_the_figures_of_bars_are_written_as_readers_write_them_and_missing_ones_have_no_bar() -> None:
    rows = [Bar(label="A Polo", value=1234567.0), Bar(label="F Ultraperiferico", value=None)]
    svg = bars(rows, title="Residenti", unit="ab.")
    wide = rectangles(svg)
    assert wide["A Polo: 1.234.567 ab."] > 0
    assert wide["F Ultraperiferico: non noto"] == 0
    assert 'aria-label="Residenti. A Polo: 1.234.567 ab.; F Ultraperiferico: non noto"' in svg
    assert "1,234,567" in bars(rows, title="Residents", lang="en")


def test_a_chart_of_nothing_and_a_hostile_label_are_drawn() -> None:
    read(bars([], title="<b>"))
    svg = bars([Bar(label='"><script>', value=1.0)], title='"><script>')
    read(svg)
    assert "<script" not in svg
    read(pyramid([0] * 101, [0] * 101, title="", sides=("", "")))
