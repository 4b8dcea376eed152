"""What the columns of results are called on the pages, and their units."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gisplan.maps.palettes import AXES
from gisplan.territory.models import HealthSite, Hospital, School
from gisplan.web import coverage_words, inner_area_words, planning_words
from gisplan.web.coverage import REGISTER_NAMES
from gisplan.web.features import lang
from gisplan.web.service_words import age_name

COLUMNS: dict[str, Any] = {
    **planning_words.COLUMNS,
    **inner_area_words.COLUMNS,
    **coverage_words.COLUMNS,
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
    **{
        f"within_{minutes}": format_lazy(_("entro {minutes} minuti"), minutes=minutes)
        for minutes in (5, 10, 15)
    },
    "beyond": _("oltre, o non noto"),
    "share_beyond": _("Parte oltre, o non nota"),
    "covered": _("Persone coperte"),
    "not_covered": _("Persone non coperte"),
    "not_known": _("Persone di cui non si sa"),
    "share_covered": _("Parte coperta"),
    "share_not_covered": _("Parte non coperta"),
    "share_not_known": _("Parte non nota"),
    "municipalities": _("Comuni"),
    "municipalities_covered": _("Comuni coperti"),
    "municipalities_not_covered": _("Comuni non coperti"),
    "municipalities_not_known": _("Comuni di cui non si sa"),
    "altimetric_zone": _("Zona altimetrica"),
    "age_group": _("Età"),
    "total": _("Insieme"),
    "nearest_service": _("Servizio più vicino"),
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
COLUMNS |= {
    "age_group": _("Età"),
    "people_3_5": _("3–5 anni"),
    "people_6_10": _("6–10 anni"),
    "people_11_13": _("11–13 anni"),
    "people_14_18": _("14–18 anni"),
    "register": _("Registro"),
    "kind": _("Tipo"),
    "not_located": _("Senza posizione nota"),
    "axis": _("Asse"),
    "layer": _("Strato"),
    "from_m": _("Da (m)"),
    "to_m": _("A (m)"),
    "quality_class": _("Classe"),
    "area_km2": _("Area (km²)"),
}
for _place in range(1, 11):
    COLUMNS[f"nearest_{_place}"] = format_lazy(_("Minuti al luogo n. {place}"), place=_place)
TABLES = {
    **planning_words.TABLES,
    **inner_area_words.TABLES,
    **coverage_words.TABLES,
    "ranking": _("Graduatoria dei poli"),
    "overlap": _("Coppie di poli che raggiungono le stesse persone"),
    "gap_by_municipality": _("Persone che nessun polo raggiunge, per comune"),
    "station_reach_by_municipality": _("Persone vicine alle stazioni, per comune"),
    "station_reach_by_zone": _("Persone vicine alle stazioni, per zona omogenea"),
    "station_reach_by_snai_class": _("Persone vicine alle stazioni, per classe SNAI"),
    "gap_by_zone": _("Persone che nessun polo raggiunge, per zona omogenea"),
    "gap_by_snai_class": _("Persone che nessun polo raggiunge, per classe SNAI"),
    "totals": _("In tutto il territorio"),
    "difference_by_municipality": _("Differenza per comune"),
    "difference_by_zone": _("Differenza per zona omogenea"),
    "difference_by_snai_class": _("Differenza per classe SNAI"),
    "hubs_changed": _("Poli che cambiano"),
    "access": _("Accessibilità"),
    "bands": _("Fasce cumulative"),
    "coverage_by_municipality": _("Copertura per comune"),
    "coverage_by_total": _("Copertura di tutto il territorio"),
    "coverage_by_snai_class": _("Copertura per classe SNAI"),
    "coverage_by_zone": _("Copertura per zona omogenea"),
    "coverage_by_altimetric_zone": _("Copertura per zona altimetrica"),
    "coverage_by_age_group": _("Copertura per età"),
    "profile_catchments": _("I bacini, per modo e minuti"),
    "profile_people": _("Persone per età"),
    "profile_services": _("Servizi per tipo"),
    "profile_interventions": _("Interventi del piano per asse"),
    "profile_layers": _("Punti degli strati importati"),
    "profile_quality": _("Classe di qualità del servizio, per distanza in linea d'aria"),
}
METHODS = {
    **planning_words.METHODS,
    **inner_area_words.METHODS,
    **coverage_words.METHODS,
    "catchments": _("Bacini delle stazioni"),
    "hub_catchment": _("Bacino di un polo ipotetico"),
    "hub_profile": _("Profilo di un polo"),
    "hub_ranking": _("Graduatoria dei poli"),
    "scenario": _("Scenario"),
    "accessibility": _("Accessibilità"),
    "coverage": _("Copertura di un servizio"),
    "station_reach": _("Persone vicine alle stazioni"),
}
VALUES: dict[Any, Any] = {
    **planning_words.VALUES,
    **inner_area_words.VALUES,
    **coverage_words.VALUES,
    "snai_class": COLUMNS["snai_class"],
    "zone": COLUMNS["zone"],
    "network": _("sulla rete stradale"),
    "straight_line": _("in linea d'aria"),
    "schematic": _("rete schematica"),
    "reached": _("raggiunge"),
    "unreachable": _("non raggiunge: 0 per regola"),
    "no_street": _("nessuna strada vicina: 0 per regola"),
    "cells": _("celle di popolazione"),
    "municipality": _("comune, in proporzione all'area"),
    "mixed": _("celle, e comune per il resto"),
    "covered": _("coperto"),
    "not_covered": _("non coperto"),
    "not_known": _("non noto"),
    "walk": _("a piedi"),
    "bike": _("in bicicletta"),
    "car": _("in auto"),
    True: _("sì"),
    False: _("no"),
    **{group: COLUMNS[group] for group in COLUMNS if group.startswith("people")},
    **REGISTER_NAMES,
    **dict(School.Level.choices),
    **dict(Hospital.Kind.choices),
    **dict(HealthSite.Kind.choices),
    "none": _("nessuna classe"),
    "min_max": _("fra il minimo, 0, e il massimo, 1"),
    "other": _("altro"),
}
#: ISTAT's altimetric zones.
CODES: dict[str, dict[Any, Any]] = {
    "altimetric_zone": {
        "1": _("montagna interna"),
        "2": _("montagna litoranea"),
        "3": _("collina interna"),
        "4": _("collina litoranea"),
        "5": _("pianura"),
    },
    "age_group": {"all": _("tutte le età")},
    **coverage_words.CODES,
    "zone": coverage_words.REASONS | {"all": planning_words.WHOLE},
    "snai_class": coverage_words.REASONS | {"all": planning_words.WHOLE},
}
#: walk_10: the column of a catchment.
CATCHMENT = re.compile(r"(walk|bike|car)_(\d+)")
#: 0-2, 65+: an age group.
AGES = re.compile(r"\d+(-\d+|\+)")
#: A time is not 0 where nothing is reached: it is not known.
NO_TIME = {
    "unreachable": _("nessun luogo entro i minuti dati"),
    "no_street": _("nessuna strada vicina"),
}
UNDEFINED = {
    **planning_words.UNDEFINED,
    **inner_area_words.UNDEFINED,
    "speed_kmh": _("quella di ogni strada"),  # a mode has one speed or that of each street
}
CODED = {
    *planning_words.CODED,
    *inner_area_words.CODED,
    *("method", "status", "people_source", "mode", "touches_border"),
    *("age_group", "register", "kind", "quality_class"),
}


#: Decimals of the indices of equity, one rule down a column.
INDICES = {"gini": 3, "palma": 3, "theil": 4, "between": 4, "within": 4}

#: Columns that a result keeps as a part of 1 and the pages show as a percentage.
SHARE = "share_"


def shown_table(table: dict[str, Any], *, rows: int | None = None) -> dict[str, Any]:
    """A table of a result with names and values in the reader's language; numbers stay numbers."""
    columns = table["columns"]
    units = table["units"]
    names = [_name(name, unit) for name, unit in zip(columns, units, strict=True)]
    words = VALUES | NO_TIME if any(name.startswith("nearest") for name in columns) else VALUES
    body = [
        [_value(name, value, words) for name, value in zip(columns, row, strict=True)]
        for row in table["rows"][:rows]
    ]
    _align_means(columns, body)
    return {
        "title": TABLES.get(table["name"], table["name"]),
        "names": names,
        "rows": body,
        "total": len(table["rows"]),
    }


def _align_means(columns: Sequence[str], body: Sequence[Sequence[dict[str, Any]]]) -> None:
    """A mean has the unit of its measure, which may be people, minutes or a ratio: the largest one decides."""
    for k in (k for k, name in enumerate(columns) if name == "mean"):
        cells = [row[k] for row in body if "number" in row[k]]
        largest = max((abs(cell["number"]) for cell in cells), default=0.0)
        decimals = 1 if largest >= 20 else 2 if largest >= 0.1 else 6
        for cell in cells:
            cell["decimals"] = decimals


def _name(column: str, unit: str) -> str:
    catchment = CATCHMENT.fullmatch(column)
    if catchment:
        return f"{VALUES[catchment[1]]}, {catchment[2]} min"
    if column in COLUMNS:
        return f"{COLUMNS[column]} (%)" if column.startswith(SHARE) else str(COLUMNS[column])
    return f"{column} [{unit}]" if unit else column


def _value(column: str, value: Any, words: Mapping[Any, Any]) -> dict[str, Any]:
    if said := _said(column, value):
        return {"text": said}
    if column in CODES:
        return {"text": CODES[column].get(value, words.get(value, value)), "unknown": value is None}
    if column in CODED and value is not None:
        return {"text": words.get(value, value)}
    if value is None and column in UNDEFINED:
        return {"text": UNDEFINED[column], "unknown": False}
    if isinstance(value, int | float):
        return _number(column, value)
    return {"text": value, "unknown": value is None}


def _said(column: str, value: Any) -> str:
    """An axis and an age group as the other pages name them; empty for anything else."""
    if column == "axis" and value in AXES:
        return f"{value}. {AXES[value].label(lang())}"
    return age_name(value) if column == "age_group" and AGES.fullmatch(str(value)) else ""


def _number(column: str, value: float) -> dict[str, Any]:
    if column.startswith(SHARE):
        return {"number": 100 * value, "decimals": 1}
    return {"number": value, "decimals": decimals_of(column, value)}


def decimals_of(column: str, value: float) -> int:
    """None for people and counts; three for scores and shares, more for small figures per person."""
    if column.startswith(("score", "part_", "cell_")) or column.endswith("_per_1000"):
        return 3
    if column.startswith("people") or CATCHMENT.fullmatch(column):
        return 0
    if column.startswith("minutes_"):  # one precision down a column: 30.4 is not within 30
        return 1
    if column in INDICES:
        return INDICES[column]
    return 0 if float(value).is_integer() or abs(value) >= 20 else 6 if abs(value) < 0.01 else 2
