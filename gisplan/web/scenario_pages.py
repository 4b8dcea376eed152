"""Scenarios: everybody reads them, signed-in planners make, change and compute them."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.exports import run_tables
from gisplan.analysis.inputs import located_stations
from gisplan.analysis.models import Run, Scenario, ScenarioChange
from gisplan.analysis.requests import SPEEDS_KMH
from gisplan.analysis.scenarios import (
    METHOD,
    Change,
    add_change,
    answers,
    create_scenario,
    run_scenario,
)
from gisplan.analysis.staleness import is_stale
from gisplan.plan.rights import may_edit_plan
from gisplan.web import hub_maps, maps
from gisplan.web.column_names import shown_table
from gisplan.web.hub_question import number_of, sentence
from gisplan.web.kept import kept_page
from gisplan.web.run_pages import how_computed
from gisplan.web.service_words import service_label
from gisplan.web.view_exports import render_view

Kind = ScenarioChange.Kind


@require_http_methods(["GET", "HEAD", "POST"])
@kept_page
def scenarios(request: HttpRequest) -> HttpResponse:
    """The list; a planner's POST makes a new one."""
    error = ""
    if request.method == "POST":
        if not _may(request):
            return render(request, "403.html", status=403)
        try:
            made = create_scenario(
                request.POST.get("nome", ""),
                mode=request.POST.get("modo", "walk"),
                minutes=int(number_of("minutes", request.POST.get("minuti", "10"))),
                note=request.POST.get("nota", "")[:2_000],
                user=request.user if isinstance(request.user, User) else None,
            )
            return redirect("scenario", number=made.pk)
        except AnalysisError as refused:
            error = _sentence(refused)
    context = {
        "section": "analyses",
        "rows": Scenario.objects.prefetch_related("changes"),
        "may_edit": _may(request),
        "modes": [(mode, name) for mode, name in Scenario.Mode.choices if mode in SPEEDS_KMH],
        "error": error,
    }
    return render(request, "web/scenarios.html", context, status=400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@kept_page
def scenario(request: HttpRequest, number: int) -> HttpResponse:
    """One scenario with its changes and its newest comparison; a planner's POST changes or computes it."""
    found = get_object_or_404(Scenario, pk=number)
    error = ""
    if request.method == "POST":
        if not _may(request):
            return render(request, "403.html", status=403)
        try:
            _act(request, found)
            return redirect("scenario", number=found.pk)
        except AnalysisError as refused:
            error = _sentence(refused)
    run = Run.objects.filter(method=METHOD, parameters__scenario=found.name).first()
    context: dict[str, Any] = {
        "section": "analyses",
        "scenario": found,
        "changes": found.changes.select_related("station"),
        "may_edit": _may(request),
        "kinds": [one for one in ScenarioChange.Kind.choices if not found.service or one[0] == Kind.ADD],
        "service": service_label(found.service) if found.service else "",
        "stations": located_stations().order_by("name", "code"),
        "error": error,
        "run": run,
        "map": maps.page_map(hub_maps.scenario_map(found, run)),
    }
    if run:
        tables = [shown_table(table) for table in run_tables(run)]
        context |= {
            "tables": tables,
            "stale": is_stale(run),
            "changed": not answers(run, found),
            **how_computed(run),
        }
    status = 400 if error else 200
    return render_view(request, "web/scenario.html", context, title=found.name, status=status)


def _may(request: HttpRequest) -> bool:
    return may_edit_plan(request.user)


def _act(request: HttpRequest, found: Scenario) -> None:
    asked = request.POST
    if "calcola" in asked:
        run_scenario(found, user=request.user if isinstance(request.user, User) else None)
    elif "togli" in asked:
        found.changes.filter(pk=asked["togli"] if asked["togli"].isdigit() else 0).delete()
    else:
        kind = asked.get("tipo", "")
        if kind not in ScenarioChange.Kind.values:
            raise RequestRefused(f"Expected a kind of change, found {kind!r}: choose one.", field="kind")
        change = Change(
            kind,
            asked.get("nome", ""),
            station_code=asked.get("stazione", ""),
            position=_position(asked, "lon", "lat"),
            to_position=_position(asked, "lon2", "lat2"),
        )
        add_change(found, change)


def _position(asked: Any, lon: str, lat: str) -> tuple[float, float] | None:
    if not asked.get(lon) or not asked.get(lat):
        return None
    return number_of("lon", asked[lon]), number_of("lat", asked[lat])


def _sentence(refused: AnalysisError) -> str:
    """In the reader's language where the refusal names its field; else what to check."""
    if isinstance(refused, RequestRefused) and refused.field != "kind":
        return sentence(refused)
    return _(
        "La modifica non si può usare: controlla nome, stazione e posizioni (un nome nuovo, una sola modifica per "
        "stazione, punti dentro il territorio, strade vicine ai collegamenti)."
    )
