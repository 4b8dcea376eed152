"""The profile of a hub, a station or any position, and the headways that planners keep with their source."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gisplan.accessibility.hub_quality import DEFAULT_TABLE
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.headways import MAX_HEADWAY_MIN, Headway, checked_headway, store_headways
from gisplan.analysis.models import HubService
from gisplan.analysis.profile import USUAL_MINUTES, HubPlace, HubProfile, hub_profile, keep_profile, place_of
from gisplan.plan.rights import may_edit_plan
from gisplan.territory.models import Station
from gisplan.web import hub_maps, maps
from gisplan.web.catchment_api import limit
from gisplan.web.column_names import METHODS, VALUES, shown_table
from gisplan.web.hub_question import from_query, number_of, sentence
from gisplan.web.kept import kept_page
from gisplan.web.method_words import source_words
from gisplan.web.rate_limit import take
from gisplan.web.refusals import chosen, read_only
from gisplan.web.run_pages import EDITION_NAMES
from gisplan.web.view_exports import render_view

#: A profile is as much work as so many catchments.
COST = 3


@read_only
@kept_page
def station_profile(request: HttpRequest, code: str) -> HttpResponse:
    """?minuti=5,10,15: the profile of a station, with the headways that are kept of it."""
    station = get_object_or_404(Station, code=code)
    context: dict[str, Any] = {
        "station": station,
        "services": HubService.objects.filter(station=station),
        "groups": HubService.ModeGroup.choices,
    }
    try:
        place = place_of(station.code)
    except AnalysisError:
        said = _("La posizione di questa stazione non è nota: non c'è un bacino da misurare.")
        return render(request, "web/profile.html", context | {"error": said, "title": station.name})
    return _profile(request, place, context)


@read_only
@kept_page
def profile(request: HttpRequest) -> HttpResponse:
    """?lon=…&lat=…&minuti=5,10,15: the profile of a position, with mode group and headway (&mezzo=rail&cadenza=15)."""
    try:
        question = from_query(request.GET)
        if question is None:
            return redirect("hub")
        headways = _asked_headway(request)
    except AnalysisError as error:
        context = {"section": "analyses", "error": _said(error), "title": _("Profilo di un polo")}
        return render(request, "web/profile.html", context, status=400)
    name = request.GET.get("nome", "").strip()[:120] or _("Polo ipotetico")
    return _profile(request, HubPlace(name, question.lon, question.lat, headways), {})


def _profile(request: HttpRequest, place: HubPlace, context: dict[str, Any]) -> HttpResponse:
    context |= {
        "section": "analyses",
        "title": place.name,
        "place": place,
        "minutes": request.GET.get("minuti") or ",".join(map(str, USUAL_MINUTES)),
        "may_edit": may_edit_plan(request.user),
        "table_source": source_words(DEFAULT_TABLE.source),
    }
    try:
        found = _answer(request, place)
    except AnalysisError as error:
        return render(request, "web/profile.html", context | {"error": _said(error)}, status=400)
    context |= {
        "found": found,
        "tables": [shown_table(table.as_json()) for table in found.tables],
        "without": [VALUES[mode] for mode in found.without],
        "speeds": [(VALUES[mode], kmh) for mode, kmh in found.parameters["modes"].items()],
        "editions": [(EDITION_NAMES.get(kind, kind), code) for kind, code in found.editions.items() if code],
        "method": METHODS["hub_profile"],
        "map": maps.page_map(hub_maps.profile_map(found, place.name)),
    }
    return render_view(request, "web/profile.html", context)


def _answer(request: HttpRequest, place: HubPlace) -> HubProfile:
    take(request, limit, per_minute=settings.CATCHMENTS_PER_MINUTE, times=COST)
    asked = {"lon": str(place.lon), "lat": str(place.lat), "minuti": request.GET.get("minuti", "")}
    question = from_query(asked)
    minutes = question.request.minutes if question else USUAL_MINUTES
    return hub_profile(place.lon, place.lat, minutes=minutes, headways=place.headways)


def _asked_headway(request: HttpRequest) -> list[Headway]:
    """Of a position nobody knows a headway, unless the question says one."""
    if not request.GET.get("cadenza"):
        return []
    written, groups = request.GET["cadenza"], list(DEFAULT_TABLE.category_by_mode)
    minutes = number_of("headway", written)
    if not 0 < minutes <= MAX_HEADWAY_MIN:
        raise RequestRefused(
            f"cadenza expects minutes up to {MAX_HEADWAY_MIN}, found {written[:40]!r}: correct it.",
            field="headway",
            found=written[:40],
            expected=f"0–{MAX_HEADWAY_MIN}",
        )
    return [
        checked_headway(
            chosen("mezzo", request.GET.get("mezzo", "rail"), groups), minutes, where="in the address"
        )
    ]


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a profile as a Run: signed-in planners only."""
    if not isinstance(request.user, User) or not may_edit_plan(request.user):
        return render(request, "403.html", status=403)
    try:
        code = request.POST.get("stazione", "")
        question = from_query(request.POST)
        if code:
            place = place_of(code)
        elif question is None:
            return redirect("hub")
        else:
            name = request.POST.get("nome", "").strip()[:120] or _("Polo ipotetico")
            place = HubPlace(name, question.lon, question.lat, [])
        minutes = question.request.minutes if question else USUAL_MINUTES
        found = hub_profile(place.lon, place.lat, minutes=minutes, headways=place.headways)
    except AnalysisError as error:
        return render(request, "web/refused.html", {"message": _said(error)}, status=400)
    return redirect("run", number=keep_profile(found, name=place.name, user=request.user).pk)


@require_POST
def headway(request: HttpRequest, code: str) -> HttpResponse:
    """Keep or take away how often a station is served, with its source: signed-in planners only."""
    if not isinstance(request.user, User) or not may_edit_plan(request.user):
        return render(request, "403.html", status=403)
    station = get_object_or_404(Station, code=code)
    asked = request.POST
    if "togli" in asked:
        HubService.objects.filter(station=station, mode_group=asked["togli"]).delete()
        return redirect("station_profile", code=code)
    try:
        minutes = number_of("minutes", asked.get("cadenza", ""))
        row = checked_headway(
            asked.get("mezzo", ""), minutes, where="in the form", source=asked.get("fonte", "")
        )
        store_headways([(code, row)], user=request.user)
    except AnalysisError:
        said = _(
            "Servono il mezzo, un intervallo fra i passaggi maggiore di 0 e fino a %(most)s minuti, e la fonte: "
            "completa i tre campi."
        ) % {"most": MAX_HEADWAY_MIN}
        return render(request, "web/refused.html", {"message": said}, status=400)
    return redirect("station_profile", code=code)


def _said(error: AnalysisError) -> str:
    if isinstance(error, RequestRefused):
        return sentence(error)
    return _("Questo polo non si può misurare: controlla posizione, minuti, mezzo e intervallo.")
