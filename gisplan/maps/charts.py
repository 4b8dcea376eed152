"""Charts as inline SVG: each says in words what it shows, and every bar carries its figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from gisplan.maps.palettes import INK, WHITE
from gisplan.maps.print_text import width_mm, xml_text
from gisplan.maps.texts import Lang, format_value

FEMALE, MALE, BAR = "#9b2f6c", "#2a6099", "#2a6099"
SIZE = 12.0
WIDE = 340.0  # what a phone shows without making letters smaller
ROW, BAR_HIGH, KEY = 42.0, 16.0, 20.0


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: `value` None is 'not known' and has no bar; `fill` is `#rrggbb`."""

    label: str
    value: float | None
    fill: str = BAR


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one colour of stacked bars stands for; `known` is False for what is not known."""

    label: str
    fill: str = WHITE
    known: bool = True


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stacked bar: a value for each part."""

    label: str
    values: Sequence[float]


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
    """Bars lying down in CSS pixels, from a common zero, each below its name and before its figure.

    Parameters
    ----------
    rows : sequence of Bar
        From above; a value that is not known has words in place of a bar.
    title : str
        What the chart shows: its text alternative begins with it, and goes on with every figure.
    unit : str
        Follows the figures.
    lang, decimals
        How the figures are written.
    """
    figures = [_figure(row, unit, lang, decimals) for row in rows]
    most = max((abs(row.value) for row in rows if row.value is not None), default=0) or 1
    room = WIDE - 10 - max((_wide(figure) for figure in figures), default=0)
    drawn = []
    for k, (row, figure) in enumerate(zip(rows, figures, strict=True)):
        y, long = k * ROW, abs(row.value or 0) / most * room
        drawn.append(_text(0, y + 13, row.label))
        drawn.append(_rect(0, y + 18, long, BAR_HIGH, row.fill, f"{row.label}: {figure}"))
        drawn.append(_text(long + 6, y + 30, figure, bold=row.value is not None))
    told = "; ".join(f"{row.label}: {figure}" for row, figure in zip(rows, figures, strict=True))
    return _picture("".join(drawn), f"{title}. {told}", WIDE, max(len(rows), 1) * ROW)


def stacked(rows: Sequence[Stack], parts: Sequence[Part], *, title: str, lang: Lang = "it") -> str:
    """One full bar a row in CSS pixels, cut into the shares of its parts, with a key above them.

    Parameters
    ----------
    rows : sequence of Stack
        Each with one value a part, in one unit; a row whose values come to nothing is 'not known'.
    parts : sequence of Part
        From the left; one that is not known is a broken outline without a fill.
    title : str
        What the chart shows: its text alternative begins with it, and goes on with every share.
    lang
        How the shares are written.
    """
    high = len(parts) * KEY + 6
    drawn, told = [_key(part, k * KEY) for k, part in enumerate(parts)], []
    for k, row in enumerate(rows):
        content, words = _stack(row, parts, high + k * ROW, lang)
        drawn.append(content)
        told.append(f"{row.label}: {words}")
    return _picture("".join(drawn), f"{title}. {'; '.join(told)}", WIDE, high + max(len(rows), 1) * ROW)


def _stack(row: Stack, parts: Sequence[Part], y: float, lang: Lang) -> tuple[str, str]:
    """The bar below its name, and its words; a share that is too narrow for its figure has it in the words alone."""
    drawn, words, x, total = [_text(0, y + 13, row.label)], [], 0.0, sum(row.values)
    if total <= 0:
        missing = format_value(None, lang)
        return drawn[0] + _text(0, y + 30, missing), missing
    for part, value in zip(parts, row.values, strict=True):
        percent = f"{format_value(100 * value / total, lang, decimals=1)} %"
        wide = value / total * WIDE
        words.append(f"{part.label} {percent}")
        drawn.append(_piece(x, y + 18, wide, part, f"{row.label}, {part.label}: {percent}"))
        if wide > _wide(percent) + 6:
            ink = readable_on(part.fill)
            drawn.append(f'<g fill="{ink}">{_text(x + wide / 2, y + 30, percent, anchor="middle")}</g>')
        x += wide
    return "".join(drawn), ", ".join(words)


def _key(part: Part, y: float) -> str:
    return _piece(1, y + 2, 20, part, part.label) + _text(28, y + 14, part.label)


def _piece(x: float, y: float, wide: float, part: Part, words: str) -> str:
    dash = "" if part.known else ' stroke-dasharray="3 2"'
    line = f'stroke="{INK}" stroke-width="0.75"{dash}'
    return f"<g {line}>{_rect(x, y, wide, BAR_HIGH, part.fill, words)}</g>"


def tint(fill: str, share: float) -> str:
    """`fill` mixed with white, as `#rrggbb`; share 1 is the colour itself."""
    mixed = [round(255 - share * (255 - one)) for one in _rgb(fill)]
    return "#" + "".join(f"{one:02x}" for one in mixed)


def readable_on(fill: str) -> str:
    """White or ink, whichever has the greater contrast (WCAG 2.1) on the colour."""
    return WHITE if _contrast(WHITE, fill) >= _contrast(INK, fill) else INK


def _contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [one / 255 for one in _rgb(colour)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


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
    return f'<rect {box} fill="{xml_text(fill)}"><title>{xml_text(words)}</title></rect>'


def _picture(content: str, words: str, wide: float, high: float) -> str:
    size = f'viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" height="{high:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{xml_text(words)}" {size} '
        f'fill="{INK}">{content}</svg>'
    )
