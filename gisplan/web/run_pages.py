"""Runs as pages that can be cited: what was computed, from what, whether it still stands, and its files."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gisplan.analysis.coverage_ground import EVERYONE
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.exports import csv_of, provenance, run_tables, xlsx_of
from gisplan.analysis.geopackages import gpkg_of
from gisplan.analysis.models import Run
from gisplan.analysis.runs import parts_now
from gisplan.analysis.staleness import changed_inputs, is_stale
from gisplan.plan.dates import with_dates_in_words
from gisplan.plan.models import PlanEdition
from gisplan.web import coverage_words, inner_area_words, planning_words, view_exports
from gisplan.web.column_names import COLUMNS, METHODS, VALUES, shown_table
from gisplan.web.inner_area_words import named_poles
from gisplan.web.kept import kept_page
from gisplan.web.method_words import SOURCES, source_words, speed_kind
from gisplan.web.refusals import read_only
from gisplan.web.service_words import age_name, service_label

SHOWN_ROWS = 400
LISTED_RUNS = 50
PARAMETER_NAMES = {
    **planning_words.PARAMETERS,
    **inner_area_words.PARAMETERS,
    **coverage_words.PARAMETERS,
    "name": _("Nome"),
    "scenario": _("Scenario"),
    "measure": _("Misura"),
    "service": _("Servizio"),
    "group": _("Età delle persone"),
    "services": _("Servizi nel registro"),
    "services_left_out": _("Servizi lasciati fuori"),
    "stated_complete": _("Dichiarato completo da chi chiede"),
    "supply": _("Offerta"),
    "demand": _("Domanda"),
    "mode": _("Modo"),
    "minutes": _("Minuti"),
    "speed_kmh": _("Velocità (km/h)"),
    "modes": _("Velocità per modo (km/h)"),
    "headways": _("Intervalli fra i passaggi"),
    "count": _("Luoghi più vicini"),
    "lon": _("Longitudine"),
    "lat": _("Latitudine"),
    "weights": _("Pesi"),
    "normalisation": _("Normalizzazione"),
    "network": _("Rete stradale"),
    "snap_cap_m": _("Distanza massima dalla strada (m)"),
    "detour_factor": _("Fattore di deviazione"),
}
EDITION_NAMES = {
    "territory": _("Edizione del territorio"),
    "people_grid": _("Celle di popolazione"),
    **inner_area_words.EDITIONS,
    "plan": _("Edizione del piano"),
}
INPUT_NAMES = {
    "boundaries": _("confini"),
    "people": _("popolazione"),
    "people_cells": _("celle di popolazione"),
    "schools": _("scuole"),
    "hospitals": _("ospedali"),
    "health_sites": _("sedi sanitarie"),
    "interventions": _("interventi del piano"),
    "streets": _("strade"),
    "engine": _("motore di calcolo"),
}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
}


@read_only
@kept_page
def runs(request: HttpRequest) -> HttpResponse:
    """The analyses that there are, and the newest runs."""
    rows, now = Run.objects.defer("result")[:LISTED_RUNS], parts_now()
    listed = [
        {
            "run": run,
            "method": METHODS.get(run.method, run.method),
            "changed": [INPUT_NAMES.get(name, name) for name in changed_inputs(run, now)],
        }
        for run in rows
    ]
    return render(request, "web/runs.html", {"section": "analyses", "rows": listed})


@read_only
@kept_page
def run(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Run, pk=number)
    context = {
        "section": "analyses",
        "tables": [shown_table(table, rows=SHOWN_ROWS) for table in named_poles(run_tables(found))],
        "stale": is_stale(found),
        **how_computed(found),
    }
    title = f"{context['run_method']} n. {found.pk}"
    return view_exports.render_view(request, "web/run.html", context, title=title)


@read_only
def download(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """The run as CSV (its first table), XLSX (a sheet a table) or GeoPackage (with its ground)."""
    found = get_object_or_404(Run, pk=number)
    if kind == "gpkg":
        try:
            content = gpkg_of(found)
        except AnalysisError:
            said = _("Questo risultato non ha luoghi sulla mappa: scaricalo come CSV o XLSX.")
            return render(request, "web/refused.html", {"message": said}, status=404)
    else:
        tables = run_tables(found)
        content = (
            xlsx_of([*tables, provenance(found)]) if kind == "xlsx" else csv_of(tables[0]).encode("utf-8-sig")
        )
    name = f"gisplan-{found.method}-{found.pk}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)


def how_computed(found: Run) -> dict[str, Any]:
    """The run behind a figure: method, parameters and editions by name."""
    shown = {name: value for name, value in found.parameters.items() if name in PARAMETER_NAMES}
    named = {str(PARAMETER_NAMES[name]) for name in shown}
    return {
        "run": found,
        "run_method": METHODS.get(found.method, found.method),
        "parameters": [(PARAMETER_NAMES[name], parameter(name, value)) for name, value in shown.items()],
        "editions": [one for one in editions_named(found.editions) if str(one[0]) not in named],
        "network_name": "",
        "detour_factor": found.parameters.get("detour_factor"),
        "changed_inputs": [INPUT_NAMES.get(name, name) for name in changed_inputs(found)],
        "speeds": _speeds(found),
    }


def editions_named(editions: Mapping[str, str]) -> list[tuple[Any, str]]:
    """Those that are known; a plan by its title."""
    titles = {one.code: str(one.title) for one in PlanEdition.objects.filter(code=editions.get("plan") or "")}
    return [
        (EDITION_NAMES.get(kind, kind), titles.get(code, code)) for kind, code in editions.items() if code
    ]


def _speeds(found: Run) -> list[dict[str, Any]]:
    """What was used, at what speed, by which source."""
    return [
        {
            "kind": speed_kind(row["speed"]),
            "kmh": row["km/h"],
            "source": source_words(row["source"]),
            "is_known": row["source"] in SOURCES,
        }
        for row in found.parameters.get("speeds", [])
        if isinstance(row, dict)
    ]


def parameter(name: str, value: object) -> str:
    """A value in words: a service and an age by what the forms call them."""
    if name == "service" and isinstance(value, str):
        return service_label(value)
    if name == "group" and isinstance(value, str) and (value == EVERYONE or value[:1].isdigit()):
        return age_name(value)
    if name == "territory" and value == ",".join(sorted(settings.TERRITORY)):
        return settings.TERRITORY_NAME
    if name == "column":
        return str(COLUMNS.get(str(value), value))
    if value in ({}, [], ""):
        return gettext("nessuno")
    return written(value)


def written(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(written(item) for item in value)
    if isinstance(value, dict):
        known = ((VALUES.get(name, name), item) for name, item in value.items() if item not in (None, ""))
        return "; ".join(f"{name} {written(item)}" for name, item in known)
    if isinstance(value, bool):
        return str(VALUES[value])
    if isinstance(value, int | float):
        return number_format(value)
    return str(VALUES.get(str(value), with_dates_in_words(str(value))))
