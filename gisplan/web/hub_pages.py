"""The hub workbench, and the hubs of today in order."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.exports import run_tables
from gisplan.analysis.hub_network import METHOD as RANKING
from gisplan.analysis.hubs import HubCatchment, hub_catchment, save_hub
from gisplan.analysis.inputs import located_stations
from gisplan.analysis.models import Run
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.analysis.requests import SPEEDS_KMH
from gisplan.analysis.staleness import is_stale
from gisplan.maps.spec import MapSpec
from gisplan.plan.rights import may_edit_plan
from gisplan.territory.display import points
from gisplan.web import hub_maps, maps, place_layers, view_exports
from gisplan.web.catchment_api import limit
from gisplan.web.column_names import COLUMNS, VALUES, shown_table
from gisplan.web.hub_exports import hub_content
from gisplan.web.hub_question import HubQuestion, from_query, sentence
from gisplan.web.rate_limit import address_of
from gisplan.web.refusals import read_only
from gisplan.web.run_pages import EDITION_NAMES, how_computed

RESULT_ROWS = (
    *("people", "people_0_14", "people_15_64", "people_65_plus"),
    *("schools", "hospitals", "health_sites", "interventions"),
    *("method", "connector_m", "people_source", "network_name"),
)


@read_only
def hub(request: HttpRequest) -> HttpResponse:
    """?lon=…&lat=…&modo=walk&minuti=5,10,15: the same question in the address, so that it can be shared."""
    question, found, error = _answered(request)
    spec = _map(question)
    if not error and (file := view_exports.answer(request, partial(hub_content, question, found, spec))):
        return file
    context = {
        "section": "analyses",
        "question": question,
        "error": error,
        "modes": [(mode, VALUES[mode], usual) for mode, (_slow, usual, _fast) in SPEEDS_KMH.items()],
        "minutes": question.query["minuti"] if question else ",".join(map(str, STANDARD_MINUTES)),
        "mode": question.request.mode if question else "walk",
        "stations": _station_positions(),
        "bands": [band.columns for band in found.bands] if found else [],
        "cells": _cells(found) if found else [(name, COLUMNS[name], []) for name in RESULT_ROWS],
        "found": found,
        "editions": [(EDITION_NAMES.get(k, k), v) for k, v in found.editions.items() if v] if found else [],
        "words": {code: str(word) for code, word in VALUES.items() if isinstance(code, str)},
        "may_save": may_edit_plan(request.user),
        "map": maps.page_map(spec),
    }
    return render(request, "web/hub.html", context)


def _answered(request: HttpRequest) -> tuple[HubQuestion | None, HubCatchment | None, str]:
    """The question of the address, its answer, and the sentence of what cannot be answered."""
    try:
        question = from_query(request.GET)
        if question is None:
            return None, None, ""
        if not request.user.is_authenticated and limit.wait_s(
            address_of(request), per_minute=settings.CATCHMENTS_PER_MINUTE
        ):
            return question, None, _("Troppe richieste da questo indirizzo: riprova fra un minuto.")
        return question, hub_catchment(question.lon, question.lat, question.request), ""
    except RequestRefused as error:
        return None, None, sentence(error)
    except AnalysisError:
        return None, None, _("Nessun territorio è caricato: non c'è nulla da misurare.")


def _cells(found: HubCatchment) -> list[tuple[str, Any, list[Any]]]:
    """By row of the result: its name and the value of each band."""
    return [
        (name, COLUMNS[name], [_shown(band.columns[name]) for band in found.bands]) for name in RESULT_ROWS
    ]


def _shown(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"text": VALUES.get(value, value)}
    return {"number": value}


def _station_positions() -> list[dict[str, Any]]:
    """Name and degrees of each station, for those who do not use the map."""
    found = []
    for row, place in points(located_stations().order_by("name", "code")):
        if place is not None:
            lon, lat = place["coordinates"]
            found.append({"name": row.name, "lon": f"{lon:.5f}", "lat": f"{lat:.5f}"})
    return found


def _map(question: HubQuestion | None) -> MapSpec | None:
    """The territory with its stations; the page's script draws the hubs and their bands."""
    bounds = None
    if question is not None:
        bounds = (question.lon - 0.04, question.lat - 0.03, question.lon + 0.04, question.lat + 0.03)
    stations = place_layers.stations(hub_maps.stations_of_territory(), small=True)
    spec = hub_maps.on_the_ground(_("Polo ipotetico"), stations, bounds=bounds)
    if spec is None:
        return None
    ground, *others = spec.layers
    return replace(spec, layers=(replace(ground, link_field=""), *others))


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the hub as a Run: signed-in planners only."""
    if not isinstance(request.user, User) or not may_edit_plan(request.user):
        return render(request, "403.html", status=403)
    name = request.POST.get("nome", "").strip()[:120] or _("Polo ipotetico")
    try:
        question = from_query(request.POST)
        if question is None:
            return redirect("hub")
        kept = save_hub(question.lon, question.lat, question.request, name=name, user=request.user)
    except RequestRefused as error:
        return render(request, "web/refused.html", {"message": sentence(error)}, status=400)
    return redirect("run", number=kept.pk)


@read_only
def ranking(request: HttpRequest) -> HttpResponse:
    """The newest ranking: the order with each term, overlaps, and whom no hub reaches."""
    found = Run.objects.filter(method=RANKING).first()
    context: dict[str, Any] = {"section": "analyses", "run": found}
    if found:
        context |= {
            "tables": [shown_table(table) for table in run_tables(found)],
            "stale": is_stale(found),
            **how_computed(found),
        }
    if found:
        context["map"] = maps.page_map(hub_maps.ranking_map(found))
    return view_exports.render_view(request, "web/ranking.html", context, title=_("Graduatoria dei poli"))
