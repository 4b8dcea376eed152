"""Pages of the stations and their catchments."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from gisplan.analysis.queries import bands_of_station, people_within
from gisplan.plan.queries import interventions_at_station
from gisplan.territory.models import Station
from gisplan.web import maps
from gisplan.web.coverage import coverages_of

LISTED_MINUTES = 10


def stations(request: HttpRequest) -> HttpResponse:
    """All stations, or those whose name or municipality matches ?q=."""
    asked = request.GET.get("q", "").strip()
    every = Station.objects.filter(municipality__in_territory=True)
    found = every.select_related("municipality")
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(municipality__name__icontains=asked))
    bands = people_within(LISTED_MINUTES)
    context = {
        "section": "stations",
        "asked": asked,
        "total": every.count(),
        "rows": [{"station": station, "band": bands.get(station.pk)} for station in found],
        "coverages": coverages_of("stations"),
    }
    return render(request, "web/stations.html", context)


def station(request: HttpRequest, code: str) -> HttpResponse:
    """One station: its catchment, who lives in it, and how that was computed."""
    found = get_object_or_404(Station.objects.select_related("municipality", "source"), code=code)
    bands = bands_of_station(found)
    context = {
        "section": "stations",
        "station": found,
        "bands": bands,
        "run": bands[0].run if bands else None,
        "touches_border": any(band.touches_border for band in bands),
        "interventions": interventions_at_station(found),
        "map": maps.page_map(maps.station_map(found, bands)),
    }
    return render(request, "web/station.html", context)
