"""Charts: every bar is as long as its figure says, and the words say what the bars show."""

import xml.etree.ElementTree as ET

import pytest

from gisplan.maps.charts import Bar, Part, Stack, age_groups, bars, pyramid, readable_on, stacked, tint
from gisplan.maps.palettes import AXES, INK, WHITE

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


def test_no_chart_of_bars_is_wider_than_a_phone_and_no_figure_leaves_it() -> None:
    rows = [Bar(label="11 Chierese-Carmagnolese e tutto il resto", value=v) for v in (1.0, 99_999_999.0)]
    for svg in (
        bars(rows, title="", unit="€", decimals=2),
        stacked([Stack(label="a", values=[1])], [HERE], title=""),
    ):
        assert float(read(svg).attrib["width"]) <= 340
    right = [float(text.attrib["x"]) for text in read(bars(rows, title="")).iter(f"{SVG}text")]
    assert max(right) < 340 - 50  # the longest bar leaves room for its figure


HERE, THERE, UNKNOWN = (
    Part(label="vicino", fill="#08579e"),
    Part(label="lontano"),
    Part(label="non noto", known=False),
)


def test_stacked_bars_are_cut_into_shares_that_fill_them_and_say_so() -> None:
    rows = [
        Stack(label="A", values=[30, 60, 10]),
        Stack(label="B", values=[1, 0, 999]),
        Stack(label="C", values=[0, 0, 0]),
    ]
    svg = stacked(rows, [HERE, THERE, UNKNOWN], title="Chi arriva")
    wide = rectangles(svg)
    assert wide["A, lontano: 60,0 %"] / wide["A, vicino: 30,0 %"] == pytest.approx(2, abs=0.01)
    of_a = [width for words, width in wide.items() if words.startswith("A, ")]
    assert sum(of_a) == pytest.approx(340, abs=0.2)
    assert not [words for words in wide if words.startswith("C, ")]
    first, second = (
        "vicino 30,0 %, lontano 60,0 %, non noto 10,0 %",
        "vicino 0,1 %, lontano 0,0 %, non noto 99,9 %",
    )
    words = f"Chi arriva. A: {first}; B: {second}; C: non noto"
    assert f'aria-label="{words}"' in svg
    written = [text.text for text in read(svg).iter(f"{SVG}text")]
    assert written == [
        "vicino",
        "lontano",
        "non noto",
        "A",
        "30,0 %",
        "60,0 %",
        "B",
        "99,9 %",
        "C",
        "non noto",
    ]
    assert svg.count("stroke-dasharray") == 3  # the key, A and B: what is not known is told without a colour


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("share", [1.0, 0.5, 0.22])
def test_what_is_written_on_a_colour_of_an_axis_can_be_read(axis: str, share: float) -> None:
    ground = tint(AXES[axis].style.fill, share)
    ink = readable_on(ground)
    assert ink in {INK, WHITE}
    assert contrast(ink, ground) >= 4.5


def contrast(first: str, second: str) -> float:
    """Of WCAG 2.1, computed here once more."""
    lights = []
    for colour in (first, second):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
        lights.append(sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))
    return (max(lights) + 0.05) / (min(lights) + 0.05)
