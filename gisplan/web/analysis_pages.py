"""Pages of the stations and their catchments."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from gisplan.analysis.models import Band
from gisplan.analysis.queries import bands_of_station, bands_within
from gisplan.plan.queries import interventions_at_station
from gisplan.territory.models import Station
from gisplan.web import maps
from gisplan.web.coverage import coverages_of
from gisplan.web.plan_rows import intervention_rows
from gisplan.web.refusals import read_only

LISTED_MINUTES = 10
PARAMETER_NAMES = {
    "mode": _("Modo"),
    "minutes": _("Minuti"),
    "speed_kmh": _("Velocità (km/h)"),
    "snap_cap_m": _("Distanza massima dalla strada (m)"),
    "detour_factor": _("Fattore di deviazione"),
}
EDITION_NAMES = {"territory": _("Edizione del territorio"), "people_grid": _("Celle di popolazione")}


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
    """The run behind the bands: parameters and editions by name, the streets, the detour factor."""
    if not bands:
        return {"run": None}
    run = bands[0].run
    shown = {name: value for name, value in run.parameters.items() if name in PARAMETER_NAMES}
    return {
        "run": run,
        "parameters": [(PARAMETER_NAMES[name], _written(value)) for name, value in shown.items()],
        "editions": [(EDITION_NAMES.get(kind, kind), code) for kind, code in run.editions.items() if code],
        "network_name": next((band.network_name for band in bands if band.network_name), ""),
        "detour_factor": run.parameters.get("detour_factor"),
    }


def _written(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_written(item) for item in value)
    return number_format(value) if isinstance(value, int | float) else str(value)
