"""The coverage of the plan: by class, zone and axis on what is loaded, and a map of where it is thin against need."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.plan_coverage import (
    GROUPINGS,
    METHOD,
    PlanCoverage,
    PlanRequest,
    coverage_of_plan,
    keep_plan_coverage,
)
from gisplan.analysis.plan_groups import GroupPlan
from gisplan.analysis.plan_need import NEEDS, REGISTERS
from gisplan.analysis.plan_tables import group_table
from gisplan.analysis.results import with_columns
from gisplan.analysis.runs import known_run
from gisplan.plan.models import PlanEdition
from gisplan.plan.queries import default_edition
from gisplan.plan.rights import may_edit_plan
from gisplan.web import maps
from gisplan.web.axes import axis_name
from gisplan.web.column_names import COLUMNS, shown_table
from gisplan.web.kept import kept_page
from gisplan.web.plan_coverage_map import legend_rows, plan_map
from gisplan.web.refusals import read_only
from gisplan.web.run_pages import PARAMETER_NAMES, editions_named, how_computed, written
from gisplan.web.view_exports import render_view

LISTED = 60
PLAN_COLUMNS = (
    *("people", "municipalities", "municipalities_touched", "actions", "actions_per_1000"),
    *("plan_interventions", "interventions_per_1000", "eur", "eur_per_inhabitant"),
)
PNRR_COLUMNS = ("people", "pnrr_projects", "pnrr_per_1000", "pnrr_eur", "pnrr_eur_per_inhabitant")
REGISTER_WORDS = {"plan": gettext_lazy("registro del piano"), "pnrr": gettext_lazy("progetti PNRR")}


@read_only
@kept_page
def plan_coverage(request: HttpRequest) -> HttpResponse:
    """?asse=5&bisogno=minutes_to_pole&registro=pnrr; without a question, every axis and the old-age index."""
    asked = {name: request.GET.get(name, "").strip() for name in ("asse", "bisogno", "registro")}
    found, error = _answered(request.GET)
    edition = default_edition()
    context = {
        "section": "analyses",
        "asked": asked,
        "axes": [(axis.code, f"{axis.code}. {axis_name(axis)}") for axis in edition.axes.all()]
        if edition
        else [],
        "needs": [(need, COLUMNS[need]) for need in NEEDS],
        "registers": [(name, REGISTER_WORDS[name]) for name in REGISTERS],
        "error": error,
        "found": found,
        **(_result(found) if found else {}),
        "may_save": found is not None and may_edit_plan(request.user),
    }
    return render_view(request, "web/plan_coverage.html", context, status=400 if error else 200)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the answer as a Run: signed-in planners only."""
    if not isinstance(request.user, User) or not may_edit_plan(request.user):
        return render(request, "403.html", status=403)
    found, error = _answered(request.POST)
    if found is None:
        return render(request, "web/refused.html", {"message": error}, status=400)
    return redirect("run", number=keep_plan_coverage(found, user=request.user).pk)


def _answered(query: QueryDict) -> tuple[PlanCoverage | None, str]:
    try:
        asked = PlanRequest(
            axis=query.get("asse", "").strip(),
            need=query.get("bisogno", "").strip() or NEEDS[0],
            register=query.get("registro", "").strip() or REGISTERS[0],
        )
        return coverage_of_plan(asked), ""
    except RequestRefused as error:
        return None, _("Scegli uno fra %(expected)s: %(found)s non c'è.") % {
            "expected": error.expected,
            "found": error.found,
        }
    except AnalysisError:
        return None, _("Nessun piano o nessun territorio è caricato: non c'è nulla da misurare.")


def _result(found: PlanCoverage) -> dict[str, Any]:
    title = _("%(need)s e interventi: %(register)s") % {
        "need": COLUMNS[found.request.need],
        "register": REGISTER_WORDS[found.request.register],
    }
    groups = {**found.by, "axis": found.axes}
    thin = [row for row in found.municipalities if row.need_step == 2 and row.plan_step == 0]
    plan_tables = [_table(name, rows, PLAN_COLUMNS, found.edition) for name, rows in groups.items()]
    of_pnrr = GROUPINGS if found.total.pnrr_projects else ()
    pnrr_tables = [_table(name, found.by[name], PNRR_COLUMNS, found.edition) for name in of_pnrr]
    run = known_run(METHOD, found.parameters, found.input_digest, to_front=False)
    return {
        "completeness": found.completeness,
        "title": title,
        "map": maps.page_map(plan_map(found, title)),
        "legend": legend_rows(),
        "thin": sorted(thin, key=lambda row: -row.people)[:LISTED],
        "thin_total": len(thin),
        "tables": [*plan_tables, *pnrr_tables],
        "plan_tables": plan_tables,
        "pnrr_tables": pnrr_tables,
        "parameters": [
            (PARAMETER_NAMES[name], written(value))
            for name, value in found.parameters.items()
            if name in PARAMETER_NAMES and value not in ("", None)
        ],
        "editions": editions_named(found.editions),
        **(how_computed(run) if run else {"run": None}),
    }


def _table(
    grouping: str, rows: Sequence[GroupPlan], names: Sequence[str], edition: PlanEdition
) -> dict[str, Any]:
    """Some of the columns; axes by their names."""
    table = with_columns(group_table(grouping, rows).as_json(), [grouping, *names])
    if grouping == "axis":
        words = {axis.code: f"{axis.code}. {axis_name(axis)}" for axis in edition.axes.all()}
        table["rows"] = [[words.get(row[0], row[0]), *row[1:]] for row in table["rows"]]
    shown = shown_table(table)
    for cells, row in zip(shown["rows"], rows, strict=True):
        if row.reason:  # there is nothing to know: the row is no group
            cells[1:] = [{"text": "–"} if cell.get("unknown") else cell for cell in cells[1:]]
    return shown
