"""Hypothetical hubs for paper and files: their bands, which the page's script draws, and the tables of figures."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from gisplan.analysis.exports import features_table
from gisplan.analysis.hubs import HubCatchment
from gisplan.maps import palettes
from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapLayer, MapSpec, StyleClass
from gisplan.maps.style import Style, Symbol
from gisplan.web.column_names import VALUES, shown_table
from gisplan.web.features import collection, feature, rounded
from gisplan.web.hub_figures import Answer, compared
from gisplan.web.hub_question import HubQuestion
from gisplan.web.view_content import ViewContent, shown_tables

#: As the page's script draws them: fills from the smallest band, line, dash, and the colour of the mark.
_FILLS = {"A": ("#2b5f8a", "#6fa5cc", "#bcd7ea"), "B": ("#b4641a", "#dfa25c", "#f3d7b3")}
_LINES = {"A": ("#17324d", "", "#c0227a"), "B": ("#7a3b00", "7 4", "#8a4b00")}
_MARK = {"A": Symbol(palettes.DIAMOND), "B": Symbol(palettes.SQUARE)}


def hub_content(answers: Sequence[Answer], spec: MapSpec | None) -> ViewContent:
    """The questions of the address and their answers; without one, the ground with its stations."""
    known = [
        (letter, one.question, one.found)
        for letter, one in zip("AB", answers, strict=True)
        if one.question is not None and one.found is not None
    ]
    if not known or spec is None:
        return ViewContent(title=_("Polo ipotetico"), spec=spec)
    ground, *others = spec.layers
    bands = [_bands(letter, found, alone=len(known) == 1) for letter, _question, found in known]
    marks = [_mark(letter, question, alone=len(known) == 1) for letter, question, _found in known]
    return ViewContent(
        title=_title([found for _letter, _question, found in known]),
        spec=replace(spec, layers=(ground, *bands, *others, *marks)),
        tables=_tables([(letter, found) for letter, _question, found in known]),
        filters=_in_force([(letter, question) for letter, question, _found in known]),
        layer_tables=False,
        own=frozenset(layer.key for layer in (*bands, *marks)),
    )


def _title(found: Sequence[HubCatchment]) -> str:
    first, *others = [one.municipality for one in found]
    if others:
        return _("Poli ipotetici A (%(first)s) e B (%(second)s) a confronto") % {
            "first": first,
            "second": others[0],
        }
    return _("Polo ipotetico nel comune di %(name)s") % {"name": first}


def _in_force(known: Sequence[tuple[str, HubQuestion]]) -> tuple[tuple[str, str], ...]:
    several = len(known) > 1
    positions = [
        (
            _("Posizione %(letter)s") % {"letter": letter} if several else _("Posizione"),
            f"{question.lat:.5f}, {question.lon:.5f}",
        )
        for letter, question in known
    ]
    question = known[0][1]
    return (
        *positions,
        (_("Modo"), str(VALUES.get(question.request.mode, question.request.mode))),
        (_("Minuti"), str(question.query["minuti"])),
    )


def _tables(known: Sequence[tuple[str, HubCatchment]]) -> tuple[PrintTable, ...]:
    own = shown_tables([shown_table(features_table(_features(found))) for _letter, found in known])
    if len(known) == 1:
        return own
    named = (
        replace(table, title=_("Polo %(letter)s") % {"letter": letter})
        for table, (letter, _found) in zip(own, known, strict=True)
    )
    (_a, first), (_b, second) = known
    minutes = [band.columns["minutes"] for band in first.bands]
    columns = [f"{one} min: {side}" for one in minutes for side in ("A", "B", "B − A")]
    difference = PrintTable(
        name="difference",
        title=_("Polo A, polo B e differenza (B − A), per minuti"),
        columns=(_("Voce"), *columns),
        rows=tuple((str(name), *map(rounded, cells)) for _field, name, cells in compared(first, second)),
    )
    return (difference, *named)


def _features(found: HubCatchment) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = found.result()["features"]["features"]
    return features


def _mark(letter: str, question: HubQuestion, *, alone: bool) -> MapLayer:
    title = _("Polo ipotetico") if alone else _("Polo %(letter)s") % {"letter": letter}
    place = {"type": "Point", "coordinates": [question.lon, question.lat]}
    style = replace(palettes.PLACES["station"].style, fill=_LINES[letter][2], symbol=_MARK[letter])
    key = "hub" if letter == "A" else "hub-b"
    return MapLayer(
        key=key, title=title, data=collection([feature(place, id=key, name=title)]), style=style, listed=False
    )


def _bands(letter: str, found: HubCatchment, *, alone: bool) -> MapLayer:
    """The largest first, so that the smaller ones lie upon it."""
    features = _features(found)
    minutes = sorted({int(one["properties"]["minutes"]) for one in features})
    words = {one: _("%(minutes)s minuti") % {"minutes": one} for one in minutes}
    key = "bands" if letter == "A" else "bands-b"
    shown = [
        feature(
            one["geometry"],
            id=f"{key}-{one['properties']['minutes']}",
            name=words[one["properties"]["minutes"]],
            minutes=one["properties"]["minutes"],
            people=rounded(one["properties"]["people"]),
        )
        for one in features
    ]
    return MapLayer(
        key=key,
        title=_("Bacino") if alone else _("Bacino %(mode)s") % {"mode": letter},
        data=collection(shown),
        style=_style(letter, 0),
        classes=tuple(
            StyleClass(value=one, label=words[one], style=_style(letter, k)) for k, one in enumerate(minutes)
        ),
        class_field="minutes",
        popup=(("people", _("Persone")),),
    )


def _style(letter: str, place: int) -> Style:
    line, dash, _mark = _LINES[letter]
    return Style(fill=_FILLS[letter][min(place, 2)], stroke=line, fill_opacity=0.5, width_px=2, dash=dash)
