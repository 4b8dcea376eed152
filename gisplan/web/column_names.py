"""What the columns of results are called on the pages, and their units."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

COLUMNS = {
    "rank": _("Posto"),
    "station": _("Stazione"),
    "station_code": _("Codice"),
    "score": _("Punteggio (0–1)"),
    "people": _("Persone"),
    "people_alone": _("Persone che nessun altro polo raggiunge"),
    "people_0_14": _("0–14 anni"),
    "people_15_64": _("15–64 anni"),
    "people_65_plus": _("65 anni e oltre"),
    "part_people": _("Quota: persone"),
    "part_people_alone": _("Quota: solo questo polo"),
    "part_people_65_plus": _("Quota: 65 anni e oltre"),
    "schools": _("Scuole"),
    "hospitals": _("Ospedali"),
    "health_sites": _("Sedi sanitarie"),
    "interventions": _("Interventi del piano"),
    "method": _("Metodo"),
    "touches_border": _("Tocca il bordo della rete"),
    "headway_min": _("Intervallo fra i passaggi (min)"),
    "category": _("Categoria del servizio"),
    "first": _("Primo polo"),
    "second": _("Secondo polo"),
    "first_code": _("Codice del primo"),
    "second_code": _("Codice del secondo"),
    "people_shared": _("Persone raggiunte da entrambi"),
    "share_of_first": _("Parte del primo"),
    "share_of_second": _("Parte del secondo"),
    "istat_code": _("Codice ISTAT"),
    "municipality": _("Comune"),
    "zone": _("Zona omogenea"),
    "snai_class": _("Classe SNAI"),
    "reached": _("Persone raggiunte"),
    "not_reached": _("Persone non raggiunte"),
    "not_placed": _("Persone senza luogo noto"),
    "share_not_reached": _("Parte non raggiunta"),
    "reached_today": _("Persone raggiunte oggi"),
    "reached_then": _("Persone raggiunte nello scenario"),
    "difference": _("Differenza (persone)"),
    "hubs_today": _("Poli oggi"),
    "hubs_then": _("Poli nello scenario"),
    "hub": _("Polo"),
    "code": _("Codice"),
    "place": _("Luogo"),
    "status": _("Stato"),
    "mode": _("Modo"),
    "minutes": _("Minuti"),
    "speed_kmh": _("Velocità (km/h)"),
    "people_source": _("Fonte delle persone"),
    "connector_m": _("Raccordo (m)"),
    "x_m": _("x (m)"),
    "y_m": _("y (m)"),
    "nearest": _("Minuti al luogo più vicino"),
    "cell_share": _("Area coperta da celle"),
    "network_name": _("Rete stradale"),
}
for _place in range(1, 11):
    COLUMNS[f"nearest_{_place}"] = format_lazy(_("Minuti al luogo n. {place}"), place=_place)
TABLES = {
    "ranking": _("Graduatoria dei poli"),
    "overlap": _("Coppie di poli che raggiungono le stesse persone"),
    "gap_by_municipality": _("Persone che nessun polo raggiunge, per comune"),
    "gap_by_zone": _("Persone che nessun polo raggiunge, per zona omogenea"),
    "gap_by_snai_class": _("Persone che nessun polo raggiunge, per classe SNAI"),
    "totals": _("In tutto il territorio"),
    "difference_by_municipality": _("Differenza per comune"),
    "difference_by_zone": _("Differenza per zona omogenea"),
    "difference_by_snai_class": _("Differenza per classe SNAI"),
    "hubs_changed": _("Poli che cambiano"),
    "access": _("Accessibilità"),
    "bands": _("Fasce cumulative"),
}
METHODS = {
    "catchments": _("Bacini delle stazioni"),
    "hub_catchment": _("Bacino di un polo ipotetico"),
    "hub_ranking": _("Graduatoria dei poli"),
    "scenario": _("Scenario"),
    "accessibility": _("Accessibilità"),
}
VALUES = {
    "network": _("sulla rete stradale"),
    "straight_line": _("in linea d'aria"),
    "reached": _("raggiunge"),
    "unreachable": _("non raggiunge: 0 per regola"),
    "no_street": _("nessuna strada vicina: 0 per regola"),
    "cells": _("celle di popolazione"),
    "municipality": _("comune, in proporzione all'area"),
    "mixed": _("celle, e comune per il resto"),
    "walk": _("a piedi"),
    "bike": _("in bicicletta"),
    "car": _("in auto"),
    True: _("sì"),
    False: _("no"),
}
#: A time is not 0 where nothing is reached: it is not known.
NO_TIME = {
    "unreachable": _("nessun luogo entro i minuti dati"),
    "no_street": _("nessuna strada vicina"),
}
CODED = {"method", "status", "people_source", "mode", "touches_border"}


def shown_table(table: dict[str, Any], *, rows: int | None = None) -> dict[str, Any]:
    """A table of a result with names and values in the reader's language; numbers stay numbers."""
    columns = table["columns"]
    units = table["units"]
    names = [
        f"{COLUMNS.get(name, name)}" + (f" [{unit}]" if unit and name not in COLUMNS else "")
        for name, unit in zip(columns, units, strict=True)
    ]
    words = VALUES | NO_TIME if any(name.startswith("nearest") for name in columns) else VALUES
    body = [
        [_value(name, value, words) for name, value in zip(columns, row, strict=True)]
        for row in table["rows"][:rows]
    ]
    return {
        "title": TABLES.get(table["name"], table["name"]),
        "names": names,
        "rows": body,
        "total": len(table["rows"]),
    }


def _value(column: str, value: Any, words: Mapping[Any, Any]) -> dict[str, Any]:
    if column in CODED:
        return {"text": words.get(value, value)}
    if isinstance(value, int | float):
        return {"number": value, "decimals": decimals_of(column, value)}
    return {"text": value, "unknown": value is None}


def decimals_of(column: str, value: float) -> int:
    """None for people and counts; three for scores and shares, more for small figures per person."""
    if column.startswith(("score", "part_", "share_", "cell_")):
        return 3
    return 0 if float(value).is_integer() or abs(value) >= 20 else 6 if abs(value) < 0.01 else 2
