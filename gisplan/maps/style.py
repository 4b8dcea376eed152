"""How a feature looks: one value object for shapes and markers, on the map, in the legend and in print."""

from dataclasses import dataclass
from html import escape
from typing import Literal

Kind = Literal["point", "line", "area"]


@dataclass(frozen=True)
class Symbol:
    """A marker: a filled outline in a 24 x 24 box, and in it a filled `glyph` or a drawn `line`.

    Digits are lines, not text: what is text on a button would have to be part of its name.
    """

    path: str
    glyph: str = ""
    line: str = ""


@dataclass(frozen=True, kw_only=True)
class Style:
    """Colours are `#rrggbb`; `width_px` is the stroke; `dash` an SVG dash array; `hatched` is 'no data'."""

    fill: str
    stroke: str
    on_fill: str = "#ffffff"
    fill_opacity: float = 0.85
    width_px: float = 1.0
    dash: str = ""
    hatched: bool = False
    symbol: Symbol | None = None


def mark_svg(style: Style, *, size_px: int = 28) -> str:
    """Inline SVG of a marker, `size_px` wide; decorative: its name stands beside it or on its parent."""
    symbol = style.symbol
    if symbol is None:
        radius = f'<circle cx="12" cy="12" r="8" {_paint(style)}/>'
        return _svg(radius, box="-1.5 -1.5 27 27", width_px=size_px, height_px=size_px)
    parts = [f'<path d="{escape(symbol.path)}" stroke-linejoin="round" {_paint(style)}/>']
    if symbol.glyph:
        parts.append(f'<path d="{escape(symbol.glyph)}" fill="{escape(style.on_fill)}" fill-rule="evenodd"/>')
    if symbol.line:
        drawn = 'fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
        parts.append(f'<path d="{escape(symbol.line)}" stroke="{escape(style.on_fill)}" {drawn}/>')
    return _svg("".join(parts), box="-1.5 -1.5 27 27", width_px=size_px, height_px=size_px)


def swatch_svg(style: Style, kind: Kind) -> str:
    """Inline SVG of a legend's sample, in pixels as large as a line of text; decorative."""
    if kind == "point":
        return mark_svg(style, size_px=24)
    if kind == "line":
        line = f'<path d="M1 9h26" fill="none" {_stroke(style)}/>'
        return _svg(line, box="0 0 28 18", width_px=28, height_px=18)
    area = f'<rect x="2" y="2" width="24" height="14" {_paint(style)}/>'
    if style.hatched:
        area += f'<path d="M2 14 12 2M9 16 20 2M17 16 26 5" stroke="{escape(style.stroke)}"/>'
    return _svg(area, box="0 0 28 18", width_px=28, height_px=18)


def _paint(style: Style) -> str:
    return f'fill="{escape(style.fill)}" fill-opacity="{style.fill_opacity}" {_stroke(style)}'


def _stroke(style: Style) -> str:
    dash = f' stroke-dasharray="{escape(style.dash)}"' if style.dash else ""
    return f'stroke="{escape(style.stroke)}" stroke-width="{style.width_px}"{dash}'


def _svg(content: str, *, box: str, width_px: int, height_px: int) -> str:
    size = f'viewBox="{box}" width="{width_px}" height="{height_px}"'
    return f'<svg class="map-mark" {size} aria-hidden="true" focusable="false">{content}</svg>'
