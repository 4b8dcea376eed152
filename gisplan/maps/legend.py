"""The one legend: the same list on the page, in the export and in print."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import cos, radians

from gisplan.maps.palettes import NO_DATA
from gisplan.maps.spec import Bounds, MapLayer, Tiles
from gisplan.maps.style import swatch_svg
from gisplan.maps.texts import Lang, format_value, text

TILE_PX = 512  # a side of a tile on the screen
MAP_PX = 640  # a side of the map on a page, about


@dataclass(frozen=True)
class LegendEntry:
    """One line: the sample's SVG (trusted, from `swatch_svg`), its text, and how many, of what."""

    symbol: str
    text: str
    count: float | None = None
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class LegendSection:
    """The lines of one layer; with `layer` the reader can switch it on and off, `table_url` lists its features."""

    title: str
    entries: tuple[LegendEntry, ...]
    layer: str = ""
    visible: bool = True
    note: str = ""
    table_url: str = ""


def section_of(layer: MapLayer, lang: Lang = "it", *, opens_at: Bounds | None = None) -> LegendSection:
    """Legend of a layer: a line a class with its number of features, or one line for all.

    `opens_at` are the bounds that the map shows at first: they decide whether a reader must go nearer.
    """
    kind = layer.kind
    if not layer.classes:
        count = layer.tiles.count if layer.tiles else len(layer.located)
        lines = [LegendEntry(swatch_svg(layer.style, kind), layer.title, count)]
    else:
        of_class = class_counts(layer)
        lines = [
            LegendEntry(swatch_svg(item.style, kind), item.label, of_class[place])
            for place, item in enumerate(layer.classes)
        ]
        if of_class[None] and not (layer.tiles and not layer.listed):
            lines.append(LegendEntry(swatch_svg(layer.style, kind), NO_DATA.label(lang), of_class[None]))
    if not layer.listed and (layer.tiles or {line.text for line in lines} == {layer.title}):
        lines = _quiet_lines(lines, layer.title)
    elif not layer.listed:
        lines = [LegendEntry(line.symbol, line.text) for line in lines]
    notes = [layer.note, not_located_note(layer, lang)]
    if layer.tiles and opens_at and _is_out_of_sight(layer.tiles, opens_at):
        notes.append(text("nearer", lang))
    if layer.tiles and layer.listed and kind == "area":
        notes.append(text("small_areas", lang))
    return LegendSection(
        title=layer.title,
        entries=tuple(lines),
        layer=layer.key,
        visible=layer.visible,
        note=" ".join(note for note in notes if note),
        table_url=layer.table_url or (layer.tiles.table_url if layer.tiles else ""),
    )


def _quiet_lines(lines: list[LegendEntry], title: str) -> list[LegendEntry]:
    """Of context drawn from tiles, without counts: the kinds that it has, or one line where all are named alike."""
    if len(lines) > 1 and {line.text for line in lines} == {title}:
        lines = lines[1:2]
    elif any(line.count for line in lines):
        lines = [line for line in lines if line.count]
    return [LegendEntry(line.symbol, line.text) for line in lines]


def _is_out_of_sight(tiles: Tiles, opens_at: Bounds) -> bool:
    """Whether a map of usual size shows too much ground at first for these tiles to be drawn."""
    west, south, east, north = opens_at
    degrees = 360 * MAP_PX / TILE_PX / 2**tiles.first_zoom
    return bool(max(east - west, (north - south) / cos(radians((south + north) / 2))) > degrees)


def class_counts(layer: MapLayer) -> Counter[int | None]:
    """Number of drawn features of each class, by its position; None those in no class."""
    if layer.tiles:
        return Counter(layer.tiles.counts)
    found = (layer.class_of(feature) for feature in layer.located)
    return Counter(None if item is None else layer.classes.index(item) for item in found)


def not_located_note(layer: MapLayer, lang: Lang) -> str:
    """Sentence on the features that have no position; empty where all have one."""
    missing = len(layer.features) - len(layer.located)
    return text("not_located", lang, count=missing, total=len(layer.features)) if missing else ""


def legend_html(sections: Sequence[LegendSection], *, lang: Lang = "it", map_name: str = "") -> str:
    """Legend as an accessible list; with `map_name` each layer has a check box to switch it on that map."""
    parts = "".join(_section_html(section, lang, map_name) for section in sections)
    label = escape(text("legend", lang))
    return f'<section class="map-legend" aria-label="{label}"><h2>{label}</h2>{parts}</section>'


def _section_html(section: LegendSection, lang: Lang, map_name: str) -> str:
    single = len(section.entries) == 1 and section.entries[0].text == section.title
    lines = "".join(_entry_html(entry, lang) for entry in section.entries)
    note = f'<p class="map-legend-note">{escape(section.note)}</p>' if section.note else ""
    if section.table_url and map_name:
        link = escape(text("table_of", lang, title=section.title))
        note += f'<p class="map-legend-note"><a href="{escape(section.table_url)}">{link}</a></p>'
    switch = _switch_html(section, lang, map_name) if map_name and section.layer else ""
    title = "" if single else f"<strong>{escape(section.title)}</strong>"
    return f'<div class="map-legend-layer">{switch}<div>{title}<ul>{lines}</ul>{note}</div></div>'


def _entry_html(entry: LegendEntry, lang: Lang) -> str:
    amount = ""
    if entry.count is not None:
        unit = f" {escape(entry.unit)}" if entry.unit else ""
        amount = f' <span class="map-legend-count">{escape(format_value(entry.count, lang))}{unit}</span>'
    return f"<li>{entry.symbol}<span>{escape(entry.text)}</span>{amount}</li>"


def _switch_html(section: LegendSection, lang: Lang, map_name: str) -> str:
    name = escape(text("show_layer", lang, title=section.title))
    checked = " checked" if section.visible else ""
    where = f'data-map="{escape(map_name)}" data-switch="{escape(section.layer)}"'
    return f'<input type="checkbox" {where} aria-label="{name}"{checked}>'
