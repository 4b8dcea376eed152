"""A view on paper: a page with the map, its legend, scale and sources, and pages of tables; A4 or A3 lying down."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

from gisplan.maps.legend import LegendEntry, LegendSection, section_of
from gisplan.maps.palettes import INK, WHITE
from gisplan.maps.print_table import PrintTable, TablePages
from gisplan.maps.print_text import FONT, text_svg, width_mm, wrapped
from gisplan.maps.spec import MapSpec, Source
from gisplan.maps.svg_map import Frame, Projection, svg_map
from gisplan.maps.texts import Lang, format_value, text

MARGIN_MM = 12.0
LEGEND_MM = 66.0
GAP_MM = 5.0
TITLE_MM, TEXT_MM, SMALL_MM = 6.0, 3.2, 2.7
SWATCH_MM = 4.6
QUIET = "#43546a"


@dataclass(frozen=True)
class Paper:
    """A sheet of paper lying down, in millimetres."""

    name: str
    width_mm: float
    height_mm: float


PAPERS = {"a4": Paper("A4", 297, 210), "a3": Paper("A3", 420, 297)}


@dataclass(frozen=True, kw_only=True)
class PrintContent:
    """What is printed: a map or none, tables, and what a figure on paper needs beside it.

    `more_specs` are further maps, a page each, named on the map. `filters` are the choices in force as sentences,
    `address` the page that shows the same, `system` the name of the projected system that the map is drawn in.
    """

    title: str
    spec: MapSpec | None
    more_specs: tuple[MapSpec, ...] = ()
    tables: tuple[PrintTable, ...]
    date: dt.date
    lang: Lang = "it"
    filters: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    notice: str = ""
    address: str = ""
    system: str = ""


def print_pages(content: PrintContent, paper: Paper, project: Projection) -> list[str]:
    """Pages as SVG documents sized in points (1/72 inch), the map's first; positions in millimetres.

    Raises
    ------
    MapInputError
        There is a map, and nothing in it to fit.
    """
    return [_document(paper, sheet) for sheet in _sheets(content, paper, project)]


def print_picture(content: PrintContent, paper: Paper, project: Projection) -> str:
    """The same sheets one below the other, as one SVG document."""
    sheets = _sheets(content, paper, project)
    whole = Paper(paper.name, paper.width_mm, paper.height_mm * len(sheets))
    moved = (
        f'<g transform="translate(0 {k * paper.height_mm:g})">{sheet}</g>' for k, sheet in enumerate(sheets)
    )
    return _document(whole, "".join(moved))


def _sheets(content: PrintContent, paper: Paper, project: Projection) -> list[str]:
    maps = [content.spec, *content.more_specs] if content.spec is not None else []
    bodies = [_map_page(content, spec, paper, project) for spec in maps]
    bodies += TablePages(content.tables, content.lang, _room(content, paper)).bodies()
    bodies = bodies or [""]
    return [
        _head(content, paper) + body + _foot(content, paper, f"{k} / {len(bodies)}")
        for k, body in enumerate(bodies, 1)
    ]


def _document(paper: Paper, body: str) -> str:
    points = 72 / 25.4
    size = f'width="{paper.width_mm * points:.3f}" height="{paper.height_mm * points:.3f}"'
    box = f'viewBox="0 0 {paper.width_mm:g} {paper.height_mm:g}"'
    ground = f'<rect width="{paper.width_mm:g}" height="{paper.height_mm:g}" fill="{WHITE}"/>'
    style = f'font-family="{FONT}" fill="{INK}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {style}>{ground}{body}</svg>'


def _head(content: PrintContent, paper: Paper) -> str:
    room = paper.width_mm - 2 * MARGIN_MM
    title = wrapped(content.title, room, TITLE_MM, bold=True)[0]
    lines = [text_svg(MARGIN_MM, MARGIN_MM + TITLE_MM - 1, title, size_mm=TITLE_MM, bold=True)]
    y = MARGIN_MM + TITLE_MM + 4
    for line in _subtitle(content, paper):
        lines.append(text_svg(MARGIN_MM, y, line, size_mm=TEXT_MM))
        y += TEXT_MM * 1.3
    return "".join(lines)


def _subtitle(content: PrintContent, paper: Paper) -> list[str]:
    """The choices in force, what the map shows, and on what the view stands."""
    caption = content.spec.caption if content.spec is not None else ""
    words = [line for line in ("; ".join(content.filters), caption, content.notice) if line]
    room = paper.width_mm - 2 * MARGIN_MM
    return [line for sentence in words for line in wrapped(sentence, room, TEXT_MM)]


def _foot_lines(content: PrintContent, paper: Paper) -> list[str]:
    """Sources and how the map was drawn."""
    written = "; ".join(_source(source, content.lang) for source in content.sources)
    lines = [f"{text('sources', content.lang)}: {written}"] if written else []
    if content.spec is not None and content.system:
        lines.append(text("drawn_in", content.lang, system=content.system))
    return [line for whole in lines for line in wrapped(whole, paper.width_mm - 2 * MARGIN_MM, SMALL_MM)]


def _source(source: Source, lang: Lang) -> str:
    licence = f" ({text('licence', lang)} {source.licence})" if source.licence else ""
    return f"{source.text}{licence}"


def _foot(content: PrintContent, paper: Paper, number: str) -> str:
    lines = _foot_lines(content, paper)
    bottom = paper.height_mm - MARGIN_MM
    y = bottom - SMALL_MM * 1.3 * len(lines)
    drawn = []
    for line in lines:
        drawn.append(text_svg(MARGIN_MM, y, line, size_mm=SMALL_MM))
        y += SMALL_MM * 1.3
    date = text("printed", content.lang, date=format_value(content.date, content.lang))
    last = wrapped(f"{date} {content.address}", paper.width_mm - 2 * MARGIN_MM - 20, SMALL_MM)[0]
    right = paper.width_mm - MARGIN_MM
    drawn += [
        text_svg(MARGIN_MM, bottom, last, size_mm=SMALL_MM),
        text_svg(right, bottom, number, size_mm=SMALL_MM, end=True),
    ]
    return f'<g fill="{QUIET}">{"".join(drawn)}</g>'


def _room(content: PrintContent, paper: Paper) -> Frame:
    """What head and foot leave."""
    top = MARGIN_MM + TITLE_MM + 3 + TEXT_MM * 1.3 * len(_subtitle(content, paper))
    bottom = paper.height_mm - MARGIN_MM - SMALL_MM * 1.3 * (len(_foot_lines(content, paper)) + 1) - 1.5
    return Frame(MARGIN_MM, top, paper.width_mm - 2 * MARGIN_MM, bottom - top)


def _map_page(content: PrintContent, spec: MapSpec, paper: Paper, project: Projection) -> str:
    room = _room(content, paper)
    frame = Frame(room.x_mm, room.y_mm, room.width_mm - LEGEND_MM - GAP_MM, room.height_mm)
    corners = (
        Frame(frame.x_mm, frame.y_mm + frame.height_mm - 13, 62, 13),  # the scale bar
        Frame(frame.x_mm + frame.width_mm - 15, frame.y_mm, 15, 21),  # north
    )
    drawn = svg_map(spec, frame, project, keep_clear=corners)
    side = Frame(frame.x_mm + frame.width_mm + GAP_MM, room.y_mm, LEGEND_MM, room.height_mm)
    ratio = round(drawn.m_per_mm * 1000, -3 if drawn.m_per_mm > 20 else -2)
    scale = text("scale", content.lang, ratio=format_value(int(ratio), content.lang), paper=paper.name)
    caption = ""
    if content.more_specs:
        caption = _caption(frame, spec.title)
    return (
        drawn.svg
        + caption
        + north_arrow(frame.x_mm + frame.width_mm - 9, frame.y_mm + 13)
        + scale_bar(frame.x_mm + 5, frame.y_mm + frame.height_mm - 6, drawn.m_per_mm, lang=content.lang)
        + _legend(spec, side, scale)
    )


def _caption(frame: Frame, title: str) -> str:
    """What one of several maps is, in its corner."""
    lines = wrapped(title, frame.width_mm - 40, 4, bold=True)
    wide = max(width_mm(line, 4, bold=True) for line in lines)
    box = f'x="{frame.x_mm + 2}" y="{frame.y_mm + 2}" width="{wide + 4:.2f}" height="{5.2 * len(lines) + 2:.2f}"'
    drawn, _bottom = _lines(lines, frame.x_mm + 4, frame.y_mm + 7, size_mm=4, bold=True)
    return f'<rect {box} rx="1" fill="{WHITE}" fill-opacity="0.85"/>{"".join(drawn)}'


def north_arrow(x_mm: float, y_mm: float) -> str:
    """An arrow to the north of the map's grid, which on the UTM zone of a place is off the pole by up to 2°."""
    arrow = (
        f'<path d="M{x_mm} {y_mm - 8}l3 9-3-2.2-3 2.2z" stroke="{WHITE}" stroke-width="0.4" fill="{INK}"/>'
    )
    box = f'x="{x_mm - 5}" y="{y_mm - 10}" width="10" height="17" rx="1"'
    ground = f'<rect {box} fill="{WHITE}" fill-opacity="0.85"/>'
    return f'<g data-part="north">{ground}{arrow}{_centred(x_mm, y_mm + 5, "N", 3.6)}</g>'


def scale_bar(x_mm: float, y_mm: float, m_per_mm: float, *, lang: Lang = "it", most_mm: float = 45) -> str:
    """A bar of a round length, no longer than `most_mm`, with 0, its half and its end."""
    length_m = round_length_m(most_mm * m_per_mm)
    long = length_m / m_per_mm
    unit = "km" if length_m >= 1000 else "m"
    shown = [format_value(part / (1000 if unit == "km" else 1), lang) for part in (0, length_m / 2, length_m)]
    labels = "".join(
        _centred(x_mm + k * long / 2, y_mm - 1.6, f"{label} {unit}" if k == 2 else label, SMALL_MM)
        for k, label in enumerate(shown)
    )
    box = f'x="{x_mm - 3}" y="{y_mm - 5}" width="{long + 12:.2f}" height="8.5" rx="1"'
    ground = f'<rect {box} fill="{WHITE}" fill-opacity="0.85"/>'
    bar = f'<path d="M{x_mm} {y_mm}h{long:.3f}v1.6h-{long:.3f}z" fill="{WHITE}" stroke="{INK}" stroke-width="0.25"/>'
    half = f'<path d="M{x_mm} {y_mm}h{long / 2:.3f}v1.6h-{long / 2:.3f}z"/>'
    return f'<g data-part="scale" data-length-m="{length_m:g}">{ground}{bar}{half}{labels}</g>'


def round_length_m(most_m: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten metres that is at most `most_m`."""
    power = 10 ** floor(log10(most_m))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most_m))


def _centred(x_mm: float, y_mm: float, written: str, size_mm: float) -> str:
    return text_svg(x_mm - width_mm(written, size_mm) / 2, y_mm, written, size_mm=size_mm)


def _legend(spec: MapSpec, side: Frame, scale: str) -> str:
    """The page's legend: the same samples, words and counts; what does not fit the sheet is said."""
    sections = [section_of(layer, spec.lang) for layer in spec.layers if layer.visible]
    y = side.y_mm + 4
    drawn = [text_svg(side.x_mm, y, text("legend", spec.lang), size_mm=4.2, bold=True)]
    y += 7
    end = side.y_mm + side.height_mm - 6
    for k, section in enumerate(sections):
        lines, bottom = _section(section, side.x_mm, y, spec.lang)
        if bottom > end:
            more = text("legend_more", spec.lang, count=len(sections) - k)
            drawn.append(text_svg(side.x_mm, min(y, end), more, size_mm=SMALL_MM))
            break
        drawn.append(lines)
        y = bottom + 2
    drawn.append(text_svg(side.x_mm, side.y_mm + side.height_mm, scale, size_mm=SMALL_MM))
    return f'<g data-part="legend">{"".join(drawn)}</g>'


def _section(section: LegendSection, x: float, y: float, lang: Lang) -> tuple[str, float]:
    """A layer's lines and where they end."""
    single = len(section.entries) == 1 and section.entries[0].text == section.title
    drawn: list[str] = []
    if not single:
        drawn, y = _lines(wrapped(section.title, LEGEND_MM, TEXT_MM, bold=True), x, y, bold=True)
    for entry in section.entries:
        line, y = _entry(entry, x, y, lang)
        drawn.append(line)
    if section.note:
        notes, y = _lines(wrapped(section.note, LEGEND_MM, SMALL_MM), x, y, size_mm=SMALL_MM)
        drawn.append(f'<g fill="{QUIET}">{"".join(notes)}</g>')
    return "".join(drawn), y


def _lines(
    lines: Sequence[str], x: float, y: float, *, size_mm: float = TEXT_MM, bold: bool = False
) -> tuple[list[str], float]:
    step = size_mm * 1.3
    drawn = [text_svg(x, y + k * step, line, size_mm=size_mm, bold=bold) for k, line in enumerate(lines)]
    return drawn, y + step * len(lines)


def _entry(entry: LegendEntry, x: float, y: float, lang: Lang) -> tuple[str, float]:
    count = "" if entry.count is None else f"{format_value(entry.count, lang)} {entry.unit}".strip()
    room = LEGEND_MM - SWATCH_MM - 4 - width_mm(count, TEXT_MM)
    words, bottom = _lines(wrapped(entry.text, room, TEXT_MM), x + SWATCH_MM + 2, y)
    swatch = f'<g transform="translate({x:.2f} {y - 3.0:.2f}) scale({SWATCH_MM / 26:.4f})">{entry.symbol}</g>'
    number = text_svg(x + LEGEND_MM, y, count, size_mm=TEXT_MM, end=True) if count else ""
    return swatch + "".join(words) + number, max(bottom, y + SWATCH_MM) + 0.6
