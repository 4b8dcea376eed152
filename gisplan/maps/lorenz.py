"""The Lorenz chart as SVG: curves below the line of equality, with a text that says the same."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from gisplan.maps.palettes import GREY, INK, WHITE
from gisplan.maps.texts import Lang, format_value

SIZE_PX, MARGIN_PX = 360, 44
#: First curve, second curve: the dash says the same as the colour.
STROKES = (("#08579e", ""), ("#9b3d00", "7 4"))
WORDS = {
    "it": ("Quota di persone, dalle meno servite", "Quota dell'accessibilità", "Uguaglianza"),
    "en": ("Share of people, the worst served first", "Share of the accessibility", "Equality"),
}
Points = Sequence[tuple[float, float]]


def lorenz_svg(curves: Mapping[str, Points], *, title: str, description: str, lang: Lang = "it") -> str:
    """An SVG element of 360 by 360 px; shares on both axes, 0 to 1.

    Parameters
    ----------
    curves : mapping of name to points (share of people, share of value)
        At most two, from (0, 0) to (1, 1), both not decreasing; the names stand in the legend.
    title, description : str
        What the chart shows, and the same in words for whoever does not see it.
    lang : "it" or "en"
        Of the words on the axes and of the numbers.
    """
    across, up, equal = WORDS[lang]
    parts = [_frame(lang), _text(SIZE_PX / 2, SIZE_PX - 6, across), _text_up(14, SIZE_PX / 2, up)]
    lines: list[tuple[str, Points, tuple[str, str]]] = [(equal, ((0.0, 0.0), (1.0, 1.0)), (GREY, "2 4"))]
    lines += [(name, points, stroke) for (name, points), stroke in zip(curves.items(), STROKES, strict=False)]
    for position, (name, points, stroke) in enumerate(lines):
        parts.append(_line(points, stroke))
        parts.append(_key(position, name, stroke))
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE_PX} {SIZE_PX}" '
        f'width="{SIZE_PX}" height="{SIZE_PX}" role="img" aria-labelledby="lorenz-title lorenz-text">'
        f'<title id="lorenz-title">{escape(title)}</title><desc id="lorenz-text">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def share_below(points: Points, people_share: float) -> float:
    """Share of the value (0 to 1) that the given share of people (0 to 1) holds, straight between the points."""
    for (left, low), (right, high) in pairwise(points):
        if left <= people_share <= right and right > left:
            return low + (high - low) * (people_share - left) / (right - left)
    return points[-1][1]


def _at(share_x: float, share_y: float) -> tuple[float, float]:
    inner = SIZE_PX - 2 * MARGIN_PX
    return MARGIN_PX + share_x * inner, SIZE_PX - MARGIN_PX - share_y * inner


def _frame(lang: Lang) -> str:
    left, top = _at(0, 1)
    side = SIZE_PX - 2 * MARGIN_PX
    parts = [f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="{WHITE}" stroke="{GREY}"/>']
    for share in (0.0, 0.5, 1.0):
        written = f"{format_value(100 * share, lang, decimals=0)} %"
        x, y = _at(share, 0)
        parts.append(_text(x, y + 16, written))
        x, y = _at(0, share)
        parts.append(_text(x - 4, y + 4, written, anchor="end"))
    return "".join(parts)


def _line(points: Points, stroke: tuple[str, str]) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_at(*point) for point in points))
    colour, dash = stroke
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'


def _key(position: int, name: str, stroke: tuple[str, str]) -> str:
    left, top = _at(0.04, 0.95)
    y = top + 18 * position
    colour, dash = stroke
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    mark = (
        f'<line x1="{left}" x2="{left + 24}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2"{dashed}/>'
    )
    return mark + _text(left + 30, y + 4, name, anchor="start")


def _text(x: float, y: float, written: str, *, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12" fill="{INK}">{escape(written)}</text>'


def _text_up(x: float, y: float, written: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" transform="rotate(-90 {x:.1f} {y:.1f})"'
    return f'<text {place} text-anchor="middle" font-size="12" fill="{INK}">{escape(written)}</text>'
