"""Pages of the stations and their catchments."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from gisplan.analysis.models import Band
from gisplan.analysis.queries import bands_of_station, bands_within
from gisplan.analysis.staleness import is_stale
from gisplan.plan.queries import interventions_at_station
from gisplan.territory.models import Station
from gisplan.web import maps
from gisplan.web.cited_runs import runs_behind
from gisplan.web.coverage import coverages_of
from gisplan.web.plan_rows import intervention_rows
from gisplan.web.refusals import read_only
from gisplan.web.run_pages import how_computed

LISTED_MINUTES = 10


@read_only
def stations(request: HttpRequest) -> HttpResponse:
    """All stations, or those whose name or municipality matches ?q=."""
    asked = request.GET.get("q", "").strip()
    every = Station.objects.filter(municipality__in_territory=True)
    found = every.select_related("municipality")
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(municipality__name__icontains=asked))
    bands = bands_within(LISTED_MINUTES)
    context = {
        "section": "stations",
        "asked": asked,
        "total": every.count(),
        "rows": [{"station": station, "band": bands.get(station.pk)} for station in found],
        "coverages": coverages_of(["stations"]),
        "cited": runs_behind(bands.values()),
    }
    return render(request, "web/stations.html", context)


@read_only
def station(request: HttpRequest, code: str) -> HttpResponse:
    """One station: its catchment, who lives in it, and how that was computed."""
    found = get_object_or_404(Station.objects.select_related("municipality", "source"), code=code)
    bands = bands_of_station(found)
    context = {
        "section": "stations",
        "station": found,
        "bands": bands,
        **_how_computed(bands),
        "touches_border": any(band.touches_border for band in bands),
        "interventions": intervention_rows(interventions_at_station(found)),
        "map": maps.page_map(maps.station_map(found, bands)),
    }
    return render(request, "web/station.html", context)


def _how_computed(bands: list[Band]) -> dict[str, Any]:
    """The run behind the bands, whether it still stands, and the streets."""
    if not bands:
        return {"run": None}
    run = bands[0].run
    network_name = next((band.network_name for band in bands if band.network_name), "")
    return how_computed(run) | {"network_name": network_name, "stale": is_stale(run)}
