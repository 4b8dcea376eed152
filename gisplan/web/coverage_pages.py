"""The coverage workbench: a service, a threshold and a group of people in the address, the answer below the form."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gisplan.analysis.coverage import (
    METHOD,
    CoverageRequest,
    ServiceCoverage,
    coverage_digest,
    coverage_of_service,
)
from gisplan.analysis.coverage_ground import AGE_GROUPS, EVERYONE, GROUPINGS
from gisplan.analysis.coverage_reach import MODES
from gisplan.analysis.coverage_tables import group_table, keep_coverage
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.requests import MAX_MINUTES
from gisplan.analysis.results import with_columns
from gisplan.analysis.runs import known_run
from gisplan.plan.rights import may_edit_plan, may_import_layers
from gisplan.web import maps
from gisplan.web.catchment_api import limit
from gisplan.web.column_names import VALUES, shown_table
from gisplan.web.coverage_map import coverage_map
from gisplan.web.examples import examples
from gisplan.web.kept import kept_page
from gisplan.web.rate_limit import take
from gisplan.web.refusals import chosen, read_only
from gisplan.web.run_pages import PARAMETER_NAMES, editions_named, how_computed, parameter
from gisplan.web.service_words import age_name, service_groups, service_label, statements
from gisplan.web.view_exports import render_view
from gisplan.web.wording import NOT_COMPUTED

PEOPLE_COLUMNS = ("people", "covered", "not_covered", "not_known", "share_covered")
KEPT_ANSWERS = 16
EXAMPLES: tuple[dict[str, str], ...] = (
    {"servizio": "hospitals:public", "minuti": "30", "modo": "car", "eta": "65+"},
    {"servizio": "stations:rail", "minuti": "15", "modo": "walk"},
    {"servizio": "schools:primaria", "minuti": "15", "modo": "walk", "eta": "6-10"},
)
_answers: dict[tuple[CoverageRequest, str], ServiceCoverage] = {}


@read_only
@kept_page
def coverage(request: HttpRequest) -> HttpResponse:
    """?servizio=stations:rail&minuti=15&modo=walk&eta=6-10; without a service, the form alone."""
    asked = {
        name: request.GET.get(name, "").strip()
        for name in ("servizio", "minuti", "modo", "eta", "completo", "mappa")
    }
    chosen("completo", asked["completo"], ["1"])
    chosen("mappa", asked["mappa"], ["minuti"])
    public = not may_import_layers(request.user)
    found, error = _answered(request)
    context = {
        "section": "analyses",
        "asked": asked,
        "services": service_groups(public=public),
        "modes": [(mode, VALUES[mode]) for mode in MODES],
        "ages": [(ages, age_name(ages)) for ages in AGE_GROUPS],
        "error": error,
        "found": found,
        "examples": () if found else examples("coverage", EXAMPLES, public=public),
        **(_result(found, by_minutes=asked["mappa"] == "minuti") if found else {}),
        "may_save": found is not None and may_edit_plan(request.user),
    }
    return render_view(request, "web/coverage.html", context, status=400 if error else 200)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the answer as a Run: signed-in planners only."""
    if not isinstance(request.user, User) or not may_edit_plan(request.user):
        return render(request, "403.html", status=403)
    try:
        asked = _request(request.POST, public=not may_import_layers(request.user))
        kept = keep_coverage(_computed(asked), user=request.user)
    except AnalysisError as error:
        return render(request, "web/refused.html", {"message": sentence(error)}, status=400)
    return redirect("run", number=kept.pk)


def _answered(request: HttpRequest) -> tuple[ServiceCoverage | None, str]:
    """The answer to the address, or the sentence of what cannot be answered."""
    if not request.GET.get("servizio"):
        return None, ""
    try:
        asked = _request(request.GET, public=not may_import_layers(request.user))
        take(request, limit, per_minute=settings.CATCHMENTS_PER_MINUTE)
        return _computed(asked), ""
    except AnalysisError as error:
        return None, sentence(error)


def _request(query: QueryDict, *, public: bool) -> CoverageRequest:
    minutes = query.get("minuti", "").strip() or "15"
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 5):
        raise RequestRefused(
            f"minuti expects a whole number, found {minutes[:40]!r}: correct it.",
            field="minutes",
            found=minutes[:40],
            expected=f"1–{MAX_MINUTES}",
        )
    return CoverageRequest(
        service=query.get("servizio", "").strip(),
        minutes=int(minutes),
        mode=query.get("modo", "").strip() or MODES[0],
        group=query.get("eta", "").strip() or EVERYONE,
        stated_complete=query.get("completo") == "1",
        public=public,
    )


def _computed(asked: CoverageRequest) -> ServiceCoverage:
    """From memory while no input has changed."""
    key = (asked, coverage_digest(asked))
    if key not in _answers:
        found = coverage_of_service(asked)
        while len(_answers) >= KEPT_ANSWERS:
            _answers.pop(next(iter(_answers)), None)
        _answers[key] = found
    return _answers[key]


def _result(found: ServiceCoverage, *, by_minutes: bool) -> dict[str, Any]:
    """What the page shows of an answer, and the run that keeps the same one."""
    label = service_label(found.request.service)
    title = _("%(service)s entro %(minutes)s minuti %(mode)s") % {
        "service": label,
        "minutes": found.request.minutes,
        "mode": VALUES[found.request.mode],
    }
    run = known_run(METHOD, found.parameters, found.input_digest, to_front=False)
    return {
        "title": title,
        "people_name": age_name(found.request.group),
        "tables": [_table(name, found) for name in (*GROUPINGS, "age_group")],
        "not_reached": [(row, VALUES.get(row.method, row.method or "")) for row in found.not_reached],
        "left_out": found.left_out,
        "statements": statements(found.request.service),
        "parameters": [
            (PARAMETER_NAMES[name], parameter(name, value))
            for name, value in found.parameters.items()
            if name in PARAMETER_NAMES
        ],
        "editions": editions_named(found.editions),
        "map": maps.page_map(coverage_map(found, title, by_minutes=by_minutes)),
        **(how_computed(run) if run else {"run": None}),
    }


def _table(grouping: str, found: ServiceCoverage) -> dict[str, Any]:
    """People by status; and municipalities, where the groups are of municipalities."""
    places = () if grouping == "age_group" else ("municipalities", "municipalities_covered")
    table = group_table(grouping, found.by[grouping]).as_json()
    return shown_table(with_columns(table, [grouping, *PEOPLE_COLUMNS, *places]))


def sentence(error: AnalysisError) -> str:
    """The refusal in the reader's language: what was expected, what was found, what to do."""
    if not isinstance(error, RequestRefused):
        return _("Nessun territorio è caricato: non c'è nulla da misurare.")
    words = {"found": error.found, "expected": error.expected}
    sentences = {
        "service": _("Il servizio dev'essere uno dell'elenco, non %(found)s: scegline uno."),
        "mode": _("Il modo dev'essere uno fra %(expected)s, non %(found)s: scegline uno."),
        "minutes": _("I minuti devono essere un numero intero (%(expected)s), non %(found)s: correggili."),
        "group": _("Le età devono essere %(expected)s o altre da 0 a 100, non %(found)s: scegline una."),
        "complete": _(
            "Che un servizio sia completo lo dice il suo registro, non la domanda: togli la scelta."
        ),
    }
    return (sentences[error.field] % words) if error.field in sentences else str(NOT_COMPUTED)
