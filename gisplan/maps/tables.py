"""The table that stands beside every map: the same features, the same words, nothing to point at."""

from collections.abc import Mapping
from html import escape
from typing import Any

from gisplan.maps.legend import not_located_note
from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapLayer
from gisplan.maps.texts import Lang, format_value, text


def feature_table(layer: MapLayer, lang: Lang = "it") -> str:
    """Table of all features of a layer as HTML, those without a position last and marked."""
    columns = [text("name", lang), *(label for _, label in layer.popup)]
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    features = sorted(layer.features, key=lambda feature: not feature.get("geometry"))
    rows = "".join(_row(layer, feature, lang) for feature in features)
    note = not_located_note(layer, lang) if features else text("empty_layer", lang)
    caption = f"<caption>{escape(layer.title)}</caption>"
    table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    label = escape(layer.title)
    return (
        f'<div class="map-table" role="region" tabindex="0" aria-label="{label}">{table}'
        f"{f'<p>{escape(note)}</p>' if note else ''}</div>"
    )


def value_table(table: PrintTable, lang: Lang = "it") -> str:
    """Any table of values as HTML."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.written(lang)
    )
    label = escape(table.title)
    return (
        f'<div class="map-table" role="region" tabindex="0" aria-label="{label}">'
        f"<table><caption>{label}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(layer: MapLayer, feature: Mapping[str, Any], lang: Lang) -> str:
    properties = feature["properties"]
    name = escape(str(properties[layer.name_field]))
    if not feature.get("geometry"):
        name += f' <span class="map-table-off">({escape(text("off_map", lang))})</span>'
    cells = "".join(
        f"<td>{escape(format_value(properties.get(field), lang))}</td>" for field, _ in layer.popup
    )
    identity = escape(str(properties[layer.id_field]))
    first = f'<th scope="row">{name}</th>' if cells else f"<td>{name}</td>"
    return f'<tr data-row="{identity}">{first}{cells}</tr>'


def layer_table(layer: MapLayer, lang: Lang = "it") -> PrintTable:
    """The same table for print and for spreadsheets, its values still values; those without a position last."""
    features = sorted(layer.features, key=lambda feature: not feature.get("geometry"))
    fields = [name for name, _ in layer.popup]
    rows = [
        (str(one["properties"][layer.name_field]), *(one["properties"].get(name) for name in fields))
        for one in features
    ]
    return PrintTable(
        name=layer.key,
        title=layer.title,
        columns=(text("name", lang), *(label for _, label in layer.popup)),
        rows=tuple(rows),
    )
