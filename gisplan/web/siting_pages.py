"""The siting workbench: the question in the address, the answer at once where it is quick, else by the worker."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gisplan.analysis.answers import Answer
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.ground import current_ground
from gisplan.analysis.models import Run, SitingJob
from gisplan.analysis.services import published_layers
from gisplan.analysis.siting import is_quick, known_siting, site
from gisplan.analysis.siting_inputs import siting_digest, siting_inputs
from gisplan.analysis.siting_jobs import GOING, settle, start
from gisplan.analysis.siting_request import SitingRequest, request_of
from gisplan.analysis.siting_scenarios import save_scenario
from gisplan.maps.texts import format_value
from gisplan.network.errors import NetworkError
from gisplan.plan.rights import may_edit_plan, may_import_layers
from gisplan.web import maps
from gisplan.web.answer_pages import keep, rows_of, run_context
from gisplan.web.catchment_api import limit
from gisplan.web.column_names import VALUES
from gisplan.web.examples import examples
from gisplan.web.features import lang
from gisplan.web.planning_words import PROBLEM_NAMES, UNIT_NAMES, sentence
from gisplan.web.rate_limit import take
from gisplan.web.refusals import read_only
from gisplan.web.service_words import service_label, statements
from gisplan.web.siting_map import siting_map
from gisplan.web.siting_question import asked_of, choices, from_query, query_of
from gisplan.web.view_exports import render_view
from gisplan.web.wording import NOT_COMPUTED

KEPT_ANSWERS = 16
HIDDEN = ("candidates", "minutes_by_municipality", "proof", "totals")
EXAMPLES: tuple[dict[str, str], ...] = (
    {"problema": "mclp", "servizio": "hospitals:public", "siti": "2", "minuti": "20", "modo": "car"},
    {"problema": "lscp", "servizio": "hospitals:public", "minuti": "30", "modo": "car"},
)
_answers: dict[tuple[SitingRequest, str], Answer] = {}


@require_http_methods(["GET", "HEAD", "POST"])
def workbench(request: HttpRequest) -> HttpResponse:
    """?problema=mclp&servizio=hospitals&siti=3&minuti=20&modo=car; a planner's POST keeps it, or queues it."""
    public = not may_import_layers(request.user)
    asked = asked_of(request.GET)
    context: dict[str, Any] = {
        "section": "analyses",
        "asked": asked,
        "modes": [(mode, VALUES[mode]) for mode in ("car", "walk", "bike")],
        **choices(asked, public=public, layers=published_layers(public=public)),
    }
    try:
        question = from_query(request.GET, public=public)
        if question is None:
            found = examples("siting", EXAMPLES, public=public)
            return render_view(request, "web/siting.html", context | {"examples": found})
        if request.method == "POST":
            return _compute(request, question)
        context |= _answered(request, question)
    except (AnalysisError, NetworkError) as error:
        return render(request, "web/siting.html", context | {"error": _said(error)}, status=400)
    return render_view(request, "web/siting.html", context)


def _compute(request: HttpRequest, question: SitingRequest) -> HttpResponse:
    """Kept at once where it is quick, else by the worker: planners only."""
    if not (isinstance(request.user, User) and may_edit_plan(request.user)):
        return render(request, "403.html", status=403)
    answer, _pairs = _quick(question, siting_digest(question, current_ground()))
    if answer is not None:
        return keep(request, answer)
    return redirect("siting_job", number=start(question, user=request.user).pk)


def _answered(request: HttpRequest, question: SitingRequest) -> dict[str, Any]:
    """The kept answer, one that is quick, or that it takes the worker."""
    input_digest = siting_digest(question, current_ground())
    kept = known_siting(question, input_digest)
    if kept:
        return _result(request, question, kept)
    take(request, limit, per_minute=settings.CATCHMENTS_PER_MINUTE)
    answer, pairs = _quick(question, input_digest)
    if answer is None:
        return {"long": True, "may_start": may_edit_plan(request.user), "pairs": pairs}
    return _result(request, question, answer.run())


def _quick(question: SitingRequest, input_digest: str) -> tuple[Answer | None, int]:
    """The answer, from memory while no input has changed; None and the pairs where it would take too long."""
    key = (question, input_digest)
    if key not in _answers:
        inputs = siting_inputs(question, current_ground())
        if not is_quick(question, inputs):
            return None, inputs.od_min.size
        found = site(question, inputs=inputs)
        while len(_answers) >= KEPT_ANSWERS:
            _answers.pop(next(iter(_answers)), None)
        _answers[key] = found
    return _answers[key], 0


def _result(request: HttpRequest, question: SitingRequest, run: Run) -> dict[str, Any]:
    (proof,), (totals,) = rows_of(run, "proof"), rows_of(run, "totals")
    return {
        "run": run,
        "title": _title(question),
        "proof": proof,
        "unit": UNIT_NAMES[proof["objective_unit"]],
        "decimals": 1 if proof["objective_unit"] == "min" else 0,  # people and sites are whole
        "totals": totals,
        "new_sites": [row for row in rows_of(run, "sites") if row["site_kind"] == "new"],
        "statements": statements(question.service),
        "stated": run.result["stated"],
        "map": maps.page_map(siting_map(run)),
        "may_save": run.pk is not None and may_edit_plan(request.user),
        **run_context(run, request, hidden=HIDDEN, columns={"sites": _columns_of_sites(question)}),
    }


def _columns_of_sites(question: SitingRequest) -> tuple[str, ...]:
    """Codes and positions are in the files of a kept run and on the map."""
    cost = ("cost_eur",) if question.cost_field else ()
    return ("site_kind", "name", "istat_code", "placed_at", *cost, "people_nearest")


def _title(question: SitingRequest) -> str:
    return _("%(problem)s: %(service)s, %(minutes)s minuti %(mode)s") % {
        "problem": PROBLEM_NAMES[question.problem],
        "service": service_label(question.service),
        "minutes": question.minutes,
        "mode": VALUES[question.mode],
    }


@read_only
def job(request: HttpRequest, number: int) -> HttpResponse:
    """A problem while the worker solves it; once solved, its address."""
    found = settle(get_object_or_404(SitingJob.objects.select_related("run"), pk=number))
    question = request_of(found.parameters)
    address = f"{reverse('siting')}?{urlencode(query_of(question))}"
    if found.status == SitingJob.Status.DONE:
        return redirect(address if known_siting(question) else reverse("run", args=[found.run_id or 0]))
    context = {
        "section": "analyses",
        "job": found,
        "going": found.status in GOING,
        "title": _title(question),
        "told": told(found),
        "address": address,
        "error": _refused(found),
    }
    return render(request, "web/siting_job.html", context)


@read_only
def job_state(request: HttpRequest, number: int) -> JsonResponse:
    """The same for the page's script."""
    found = settle(get_object_or_404(SitingJob, pk=number))
    return JsonResponse(
        {"going": found.status in GOING, "now": told(found)}, headers={"Cache-Control": "no-store"}
    )


def told(found: SitingJob) -> str:
    """How far it is, in words."""
    progress = found.progress
    if found.status not in GOING or not progress:
        return str(found.get_status_display()).capitalize()
    return _("In corso da %(seconds)s s: valore %(best)s, limite %(bound)s, scarto %(gap)s per cento") % {
        name: format_value(value, lang(), decimals=decimals)
        for name, value, decimals in (
            ("seconds", progress.get("seconds"), 0),
            ("best", progress.get("best"), 0),
            ("bound", progress.get("bound"), 0),
            ("gap", None if progress.get("gap") is None else 100 * progress["gap"], 2),
        )
    }


def _refused(found: SitingJob) -> str:
    if found.status == SitingJob.Status.FAILED:
        return _("Il calcolo si è interrotto: riprova, o chiedi a chi gestisce il sistema.")
    refusal = found.refusal
    if not refusal:
        return ""
    if "field" not in refusal:
        return str(NOT_COMPUTED)
    known = {name: refusal.get(name, "") for name in ("field", "found", "expected")}
    return sentence(RequestRefused(refusal["sentence"], **known))


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """The new sites of a kept run as a scenario: planners only."""
    if not (isinstance(request.user, User) and may_edit_plan(request.user)):
        return render(request, "403.html", status=403)
    written = request.POST.get("esecuzione", "")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0
    try:
        made = save_scenario(
            get_object_or_404(Run, pk=number), request.POST.get("nome", ""), user=request.user
        )
    except AnalysisError as error:
        said = (
            sentence(error)
            if isinstance(error, RequestRefused)
            else _("Il nome dev'essere nuovo e di al più 120 caratteri: scegline un altro.")
        )
        return render(request, "web/refused.html", {"message": said}, status=400)
    return redirect("scenario", number=made.pk)


def _said(error: Exception) -> str:
    if isinstance(error, RequestRefused):
        return sentence(error)
    if isinstance(error, NetworkError):
        return str(NOT_COMPUTED)
    return _(
        "Manca ciò che serve: un territorio con i suoi residenti, e le strade per chi va a piedi o in bici."
    )
