"""Charts as inline SVG: each says in words what it shows, and every bar carries its figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from gisplan.maps.palettes import INK, WHITE
from gisplan.maps.print_text import width_mm, xml_text
from gisplan.maps.texts import Lang, format_value

FEMALE, MALE, BAR = "#9b2f6c", "#2a6099", "#2a6099"
SIZE = 12.0
ROW, GAP = 20.0, 4.0


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: `value` None is 'not known' and has no bar; `fill` is `#rrggbb`."""

    label: str
    value: float | None
    fill: str = BAR


def pyramid(
    females: Sequence[int], males: Sequence[int], *, title: str, sides: tuple[str, str], lang: Lang = "it"
) -> str:
    """Population pyramid in CSS pixels: people by sex and five years of age, from the youngest below.

    Parameters
    ----------
    females, males : sequence of int, shape (n_ages,)
        People of each single year of age, from 0; the last year holds all who are older.
    title : str
        What the chart shows, with place and date: its text alternative begins with it.
    sides : tuple of str
        Words for females (left) and males (right).
    lang : {"it", "en"}
        How figures are written.

    Returns
    -------
    str
        One `svg` element with the role of a picture and its text alternative.
    """
    groups = age_groups(females, males)
    most = max((max(left, right) for _, left, right in groups), default=0) or 1
    side, middle = 170.0, 52.0
    height = 22 + len(groups) * 12.0 + 18
    drawn = [
        _text(side / 2, 14, sides[0], anchor="middle", bold=True),
        _text(side * 1.5 + middle, 14, sides[1], anchor="middle", bold=True),
    ]
    for k, (label, left, right) in enumerate(groups):
        y = 22 + (len(groups) - 1 - k) * 12.0
        wide_left, wide_right = left / most * (side - 6), right / most * (side - 6)
        drawn.append(
            _rect(side - wide_left, y, wide_left, 10.5, FEMALE, f"{sides[0]} {label}: {_n(left, lang)}")
        )
        drawn.append(
            _rect(side + middle, y, wide_right, 10.5, MALE, f"{sides[1]} {label}: {_n(right, lang)}")
        )
        if k % 2 == 0:
            drawn.append(_text(side + middle / 2, y + 9, label, anchor="middle", size=10))
    foot = height - 5
    drawn += [
        _text(6, foot, _n(most, lang), size=10),
        _text(side, foot, "0", anchor="end", size=10),
        _text(side + middle, foot, "0", size=10),
        _text(2 * side + middle - 6, foot, _n(most, lang), anchor="end", size=10),
    ]
    return _picture("".join(drawn), _pyramid_words(groups, title, sides, lang), 2 * side + middle, height)


def age_groups(females: Sequence[int], males: Sequence[int]) -> list[tuple[str, int, int]]:
    """Label, females and males of each five years of age; the last group, from 100, is open."""
    found = []
    for first in range(0, len(females), 5):
        label = f"{first}–{first + 4}" if first + 5 <= len(females) - 1 else f"{first}+"
        found.append((label, sum(females[first : first + 5]), sum(males[first : first + 5])))
    return found


def bars(rows: Sequence[Bar], *, title: str, unit: str = "", lang: Lang = "it", decimals: int = 0) -> str:
    """Bars lying down in CSS pixels, from a common zero, each with its figure; `unit` follows the figures."""
    known = [row.value for row in rows if row.value is not None]
    most = max((abs(value) for value in known), default=0) or 1
    names = max((_wide(row.label) for row in rows), default=0) + 8
    figures = [_figure(row, unit, lang, decimals) for row in rows]
    room = max((_wide(figure) for figure in figures), default=0) + 10
    wide = 260.0
    drawn = []
    for k, (row, figure) in enumerate(zip(rows, figures, strict=True)):
        y = k * (ROW + GAP)
        long = abs(row.value or 0) / most * wide
        drawn.append(_text(names - 8, y + 14, row.label, anchor="end"))
        drawn.append(_rect(names, y, long, ROW, row.fill, f"{row.label}: {figure}"))
        drawn.append(_text(names + long + 6, y + 14, figure))
    words = f"{title}. " + "; ".join(
        f"{row.label}: {figure}" for row, figure in zip(rows, figures, strict=True)
    )
    return _picture("".join(drawn), words, names + wide + room, len(rows) * (ROW + GAP))


def _pyramid_words(
    groups: Sequence[tuple[str, int, int]], title: str, sides: tuple[str, str], lang: Lang
) -> str:
    sums = (sum(left for _, left, _ in groups), sum(right for _, _, right in groups))
    totals = [f"{side}: {_n(people, lang)}" for side, people in zip(sides, sums, strict=True)]
    largest = max(groups, key=lambda group: group[1] + group[2], default=None)
    peak = [] if largest is None else [f"max {largest[0]}: {_n(largest[1] + largest[2], lang)}"]
    return f"{title}. " + "; ".join([*totals, *peak])


def _figure(row: Bar, unit: str, lang: Lang, decimals: int) -> str:
    written = format_value(row.value, lang, decimals=decimals)
    return f"{written} {unit}" if unit and row.value is not None else written


def _n(value: int, lang: Lang) -> str:
    return format_value(value, lang)


def _wide(text: str) -> float:
    return width_mm(text, SIZE) * 1.06  # the page's own font may be a little wider


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: float = SIZE, bold: bool = False
) -> str:
    weight = ' font-weight="700"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}"'
    return f"<text {place}{weight}>{xml_text(text)}</text>"


def _rect(x: float, y: float, wide: float, high: float, fill: str, words: str) -> str:
    box = f'x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0):.1f}" height="{high:g}"'
    paint = f'fill="{xml_text(fill)}" stroke="{WHITE}" stroke-width="0.5"'
    return f"<rect {box} {paint}><title>{xml_text(words)}</title></rect>"


def _picture(content: str, words: str, wide: float, high: float) -> str:
    size = f'viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" height="{high:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{xml_text(words)}" {size} '
        f'fill="{INK}">{content}</svg>'
    )
