"""The hub workbench: one hub or two beside each other, kept as a Run or as a change of a scenario."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gisplan import __version__
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.hubs import HubCatchment, hub_catchment, save_hub
from gisplan.analysis.models import Scenario
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.analysis.requests import SPEEDS_KMH
from gisplan.analysis.scenarios import Change, add_change, create_scenario
from gisplan.maps.spec import MapSpec
from gisplan.plan.rights import may_edit_plan
from gisplan.web import hub_maps, maps, place_layers, view_exports
from gisplan.web.catchment_api import limit
from gisplan.web.column_names import COLUMNS, VALUES
from gisplan.web.hub_exports import hub_content
from gisplan.web.hub_figures import FIGURES, Answer, compared
from gisplan.web.hub_places import named_places, place_named
from gisplan.web.hub_question import HubQuestion, from_query, sentence
from gisplan.web.kept import kept_page
from gisplan.web.rate_limit import take
from gisplan.web.refusals import read_only
from gisplan.web.run_pages import EDITION_NAMES

RESULT_ROWS = (*FIGURES, "method", "connector_m", "people_source", "network_name")
#: The two hubs of the page: the letter, the place's field, longitude and latitude.
HUBS = (("A", "luogo", "lon", "lat"), ("B", "luogo2", "lon2", "lat2"))


@read_only
@kept_page
def hub(request: HttpRequest) -> HttpResponse:
    """?lon=…&lat=…&lon2=…&lat2=…&modo=walk&minuti=5,10,15: the whole state in the address, so that it can be shared."""
    first, second = (_answered(request, *fields) for fields in HUBS)
    question, found = first.question, first.found
    asked = question or second.question
    spec = _map(question, second.question)
    said = first.error or second.error
    if file := view_exports.answer(request, partial(hub_content, (first, second), spec), refusal=said):
        return file
    context = {
        "section": "analyses",
        "hubs": [
            (*fields, answer.question.query if answer.question else {})
            for fields, answer in zip(HUBS, (first, second), strict=True)
        ],
        "error": said,
        "modes": [(mode, VALUES[mode], usual) for mode, (_slow, usual, _fast) in SPEEDS_KMH.items()],
        "minutes": asked.query["minuti"] if asked else ",".join(map(str, STANDARD_MINUTES)),
        "mode": asked.request.mode if asked else "walk",
        "question": question,
        "places": named_places(),
        "bands": [band.columns for band in found.bands] if found else [],
        "cells": _cells(found) if found else [(name, COLUMNS[name], []) for name in RESULT_ROWS],
        "found": found,
        "engine_version": __version__,
        "second": second.found,
        "compared": compared(found, second.found),
        "editions": [(EDITION_NAMES.get(k, k), v) for k, v in found.editions.items() if v] if found else [],
        "words": {code: str(word) for code, word in VALUES.items() if isinstance(code, str)},
        "may_save": may_edit_plan(request.user),
        "scenarios": Scenario.objects.filter(service="") if may_edit_plan(request.user) else [],
        "map": maps.page_map(spec),
    }
    return render(request, "web/hub.html", context, status=400 if context["error"] else 200)


def _answered(request: HttpRequest, letter: str, place: str, lon: str, lat: str) -> Answer:
    try:
        question = from_query(_with_place(request.GET, place, lon, lat), second=letter == "B")
        if question is None:
            return Answer()
        take(request, limit, per_minute=settings.CATCHMENTS_PER_MINUTE)
        return Answer(question, hub_catchment(question.lon, question.lat, question.request))
    except RequestRefused as error:
        return Answer(error=sentence(error))
    except AnalysisError:
        return Answer(error=_("Nessun territorio è caricato: non c'è nulla da misurare."))


def _with_place(asked: QueryDict, place: str, lon: str, lat: str) -> dict[str, str]:
    """A place that is named stands for its position."""
    query = {name: str(asked[name]) for name in asked}
    if query.get(place, "").strip():
        named = place_named(query[place])
        query |= {lon: named.lon, lat: named.lat}
    return query


def _cells(found: HubCatchment) -> list[tuple[str, Any, list[Any]]]:
    """By row of the result: its name and the value of each band."""
    return [
        (name, COLUMNS[name], [_shown(band.columns[name]) for band in found.bands]) for name in RESULT_ROWS
    ]


def _shown(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        return {"text": VALUES.get(value, value)}
    return {"number": value}


def _map(*questions: HubQuestion | None) -> MapSpec | None:
    """The territory with its stations; the page's script draws the hubs and their bands."""
    bounds = None
    asked = [question for question in questions if question is not None]
    if asked:
        lons, lats = [one.lon for one in asked], [one.lat for one in asked]
        bounds = (min(lons) - 0.04, min(lats) - 0.03, max(lons) + 0.04, max(lats) + 0.03)
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


@require_POST
def to_scenario(request: HttpRequest) -> HttpResponse:
    """Add the hub to a scenario, one of those that there are or a new one: signed-in planners only."""
    if not isinstance(request.user, User) or not may_edit_plan(request.user):
        return render(request, "403.html", status=403)
    asked = request.POST
    try:
        question = from_query(asked, second=asked.get("quale") == "B")
        if question is None:
            return redirect("hub")
        with transaction.atomic():  # a hub that is refused leaves no empty scenario
            scenario = _scenario(request, question)
            name = asked.get("nome", "").strip() or _("Polo ipotetico")
            add_change(scenario, Change("add", name, position=(question.lon, question.lat)))
    except RequestRefused as error:
        return render(request, "web/refused.html", {"message": sentence(error)}, status=400)
    except AnalysisError:
        said = _("Per il nuovo scenario serve un nome che nessun altro ha: dagliene uno.")
        return render(request, "web/refused.html", {"message": said}, status=400)
    return redirect("scenario", number=scenario.pk)


def _scenario(request: HttpRequest, question: HubQuestion) -> Scenario:
    """The chosen one with its own mode and minutes, or a new one with those of the question."""
    number = request.POST.get("scenario", "")
    chosen = Scenario.objects.filter(pk=int(number), service="").first() if number.isdigit() else None
    if chosen is not None:
        return chosen
    return create_scenario(
        request.POST.get("nuovo", ""),
        mode=question.request.mode,
        minutes=question.request.minutes[-1],
        user=request.user if isinstance(request.user, User) else None,
    )
