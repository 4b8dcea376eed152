"""The charts of an axis's answers say what the table beside them says, in the axis's colour."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from django.test import Client

from gisplan.analysis.station_reach import keep_station_reach
from gisplan.maps.palettes import AXES
from gisplan.web.axis_charts import bar_chart, share_chart

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
CHARTED = re.compile(r'<div class="charted">.*?</table>', re.DOTALL)


def charted(client: Client, address: str) -> list[tuple[ET.Element, list[list[str]]]]:
    """Each chart with the cells of the table beside it."""
    found = []
    for piece in CHARTED.findall(client.get(address).content.decode()):
        body = re.findall(r"<tr>(.*?)</tr>", piece.split("<tbody>")[1], re.DOTALL)
        cells = [
            [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in body
        ]
        svg = re.search(r"<svg.*?</svg>", piece, re.DOTALL)
        assert svg is not None
        found.append((ET.fromstring(svg.group()), cells))  # noqa: S314
    return found


@pytest.mark.parametrize(("code", "column", "unit"), [("6", -1, "€"), ("5", 3, "%")])
def test_the_bars_of_zones_and_of_classes_are_as_long_as_the_figures_of_their_table(
    client: Client, code: str, column: int, unit: str
) -> None:
    chart, rows = charted(client, f"/assi/{code}/")[-1]
    words = chart.attrib["aria-label"]
    told = [row for row in rows if row[column] != "–"]
    assert len(told) == {"6": 11, "5": 6}[code]
    for row in told:
        shown = row[column] if row[column] == "non noto" else f"{row[column]} {unit}"
        assert f"{row[0]}: {shown}" in words
    bars = [one for one in chart.iter() if one.tag.endswith("rect")]
    assert {bar.attrib["fill"] for bar in bars} == {AXES[code].style.fill}
    known = [row[column].replace(".", "").replace(",", ".").replace("non noto", "0") for row in told]
    values = [float(one) for one in known]
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths == pytest.approx([max(widths) * one / max(values) for one in values], abs=0.6)


def test_people_near_stations_are_shared_out_once_each(client: Client) -> None:
    keep_station_reach()
    chart, rows = charted(client, "/assi/3/risposte/?parte=1")[0]
    words = chart.attrib["aria-label"]
    for zone, people, *within, _beyond, beyond_percent in rows:
        total, *steps = (int(one.replace(".", "")) for one in (people, *within))
        assert f"oltre, o non noto {beyond_percent} %" in words.split(f"{zone}: ")[1].split(";")[0]
        shares = [100 * (later - nearer) / total for nearer, later in pairwise([0, *steps])]
        for share, name in zip(shares, ("entro 5", "da 5 a 10", "da 10 a 15"), strict=True):
            said = re.search(rf"{name} minuti ([\d,]+) %", words.split(f"{zone}: ")[1])
            assert said is not None
            assert float(said.group(1).replace(",", ".")) == pytest.approx(share, abs=0.06)


@pytest.mark.parametrize("lang", ["", "/en"])
def test_services_within_reach_have_a_bar_each_and_what_is_not_known_stands_apart(
    client: Client, lang: str
) -> None:
    chart, rows = charted(client, f"{lang}/assi/6/risposte/?parte=1")[0]
    words = chart.attrib["aria-label"].split("; ")
    assert len(words) == len(rows) == 4
    for row, said in zip(rows, words, strict=True):
        percent = row[-1]
        assert (f"reach it {percent} %" if lang else f"raggiungono {percent} %") in said.replace("them", "it")
        assert ("not known" if lang else "non noto") in said


def test_nothing_known_has_no_chart() -> None:
    assert bar_chart("Euro", [("1 Torino", None), ("2 AMT Ovest", 0.0)], axis_code="1") == []
    assert share_chart("Chi", [("1 Torino", [0, 0])], axis_code="1", parts=["sì"], rest=[]) == []
