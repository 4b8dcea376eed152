"""Pages of the stations and their catchments."""

from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from gisplan.analysis.exports import band_table
from gisplan.analysis.models import Band
from gisplan.analysis.queries import bands_of_station, bands_within
from gisplan.analysis.staleness import is_stale
from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapSpec, Source
from gisplan.plan.queries import interventions_at_station
from gisplan.territory.models import Station
from gisplan.web import maps, view_exports, wording
from gisplan.web.cited_runs import runs_behind
from gisplan.web.column_names import shown_table
from gisplan.web.coverage import coverages_of
from gisplan.web.features import rounded
from gisplan.web.kept import kept_page
from gisplan.web.plan_rows import intervention_rows
from gisplan.web.refusals import read_only
from gisplan.web.run_pages import how_computed
from gisplan.web.view_content import ViewContent, shown_tables

LISTED_MINUTES = 10


@read_only
@kept_page
def stations(request: HttpRequest) -> HttpResponse:
    """All stations, or those whose name or municipality matches ?q=."""
    asked = request.GET.get("q", "").strip()
    every = Station.objects.filter(municipality__in_territory=True)
    found = every.select_related("municipality")
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(municipality__name__icontains=asked))
    bands = bands_within(LISTED_MINUTES)
    rows = [{"station": station, "band": bands.get(station.pk)} for station in found]
    if file := view_exports.answer(request, partial(_list_content, rows, asked)):
        return file
    context = {
        "section": "stations",
        "asked": asked,
        "total": every.count(),
        "rows": rows,
        "coverages": coverages_of(["stations"]),
        "cited": runs_behind(bands.values()),
    }
    return render(request, "web/stations.html", context)


@read_only
@kept_page
def station(request: HttpRequest, code: str) -> HttpResponse:
    """One station: its catchment, who lives in it, and how that was computed."""
    found = get_object_or_404(Station.objects.select_related("municipality", "source"), code=code)
    bands = bands_of_station(found)
    spec = maps.station_map(found, bands)
    if file := view_exports.answer(request, partial(_content, found, spec, bands)):
        return file
    context = {
        "section": "stations",
        "station": found,
        "bands": bands,
        **_how_computed(bands),
        "touches_border": any(band.touches_border for band in bands),
        "interventions": intervention_rows(interventions_at_station(found)),
        "map": maps.page_map(spec),
    }
    return render(request, "web/station.html", context)


def _content(station: Station, spec: MapSpec | None, bands: list[Band]) -> ViewContent:
    return ViewContent(
        title=_("Stazione di %(name)s") % {"name": station.name},
        spec=spec,
        tables=shown_tables([shown_table(band_table(bands))]) if bands else (),
        sources=(Source(station.source.title, licence=station.source.licence),),
    )


def _list_content(rows: list[dict[str, Any]], asked: str) -> ViewContent:
    table = PrintTable(
        name="stations",
        title=_("Stazioni"),
        columns=(
            _("Codice"),
            _("Stazione"),
            _("Comune"),
            _("Tipo"),
            _("Stato"),
            _("Persone entro 10 minuti a piedi"),
            _("Metodo"),
        ),
        rows=tuple(_list_row(row["station"], row["band"]) for row in rows),
    )
    filters = ((_("Ricerca"), asked),) if asked else ()
    return ViewContent(title=_("Stazioni"), tables=(table,), filters=filters)


def _list_row(station: Station, band: Band | None) -> tuple[Any, ...]:
    return (
        station.code,
        station.name,
        station.municipality.name if station.municipality else None,
        str(station.get_kind_display()),
        wording.status(station) or None,
        rounded(band.people) if band else None,
        wording.method(band) if band else None,
    )


def _how_computed(bands: list[Band]) -> dict[str, Any]:
    """The run behind the bands, whether it still stands, and the streets."""
    if not bands:
        return {"run": None}
    run = bands[0].run
    network_name = next((band.network_name for band in bands if band.network_name), "")
    return how_computed(run) | {"network_name": network_name, "stale": is_stale(run)}
