"""The page of equity: a kept run, its indices, the Lorenz chart and what lies between and within groups."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisplan.analysis.equity import columns_of, equity
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.models import Run
from gisplan.maps.lorenz import Points, lorenz_svg, share_below
from gisplan.maps.texts import format_value
from gisplan.web.answer_pages import keep, rows_of, run_context
from gisplan.web.column_names import COLUMNS, METHODS, VALUES
from gisplan.web.features import lang
from gisplan.web.kept import kept_page
from gisplan.web.planning_words import sentence
from gisplan.web.refusals import chosen as pick
from gisplan.web.refusals import whole
from gisplan.web.view_exports import render_view

OFFERED_METHODS = ("accessibility", "scenario", "siting", "coverage", "station_reach")
OFFERED_RUNS = 30
HALF = 0.5


@require_http_methods(["GET", "HEAD", "POST"])
@kept_page
def equity_page(request: HttpRequest) -> HttpResponse:
    """?esecuzione=12&misura=reached&dopo=13; a planner's POST keeps what the address asks."""
    runs = _offered()
    chosen, then = (_chosen(request, name) for name in ("esecuzione", "dopo"))
    chosen = chosen or (runs[0] if runs else None)
    context: dict[str, Any] = {
        "section": "analyses",
        "runs": [(run.pk, _name(run)) for run in runs],
        "chosen": chosen,
        "then": then,
    }
    if chosen is None:
        return render(request, "web/equity.html", context)
    columns = columns_of(chosen)
    column = pick("misura", request.GET.get("misura", "").strip(), columns)
    context |= {"columns": [(name, COLUMNS.get(name, name)) for name in columns], "column": column}
    try:
        answer = equity(chosen, column=column, then=then)
    except AnalysisError as error:
        return render(request, "web/equity.html", context | {"error": sentence(error)}, status=400)
    if request.method == "POST":
        return keep(request, answer)
    run = answer.run()
    context |= {
        "column": run.parameters["column"],
        "burden": run.parameters["unit"] == "min",
        "chart": _chart(run),
        "said": _said(run),
        **run_context(run, request, hidden=("lorenz",)),
    }
    return render_view(request, "web/equity.html", context)


def _offered() -> list[Run]:
    """The newest kept runs that hold a figure of each place."""
    found = Run.objects.filter(method__in=OFFERED_METHODS)[:OFFERED_RUNS]
    return [run for run in found if columns_of(run)]


def _chosen(request: HttpRequest, name: str) -> Run | None:
    number = whole(name, request.GET.get(name, "").strip(), digits=9)
    found = None if number is None else Run.objects.filter(pk=number).first()
    if number is not None and found is None:
        pick(name, str(number), [str(run.pk) for run in _offered()])
    return found


def _name(run: Run) -> str:
    asked = run.parameters
    words = [METHODS.get(run.method, run.method)]
    words += [asked[name] for name in ("scenario", "name", "measure", "supply", "service") if asked.get(name)]
    return f"n. {run.pk}: {' · '.join(map(str, words))}"


def _curves(run: Run) -> dict[str, Points]:
    curves: dict[str, list[tuple[float, float]]] = {}
    for row in rows_of(run, "lorenz"):
        curves.setdefault(str(VALUES[row["side"]]), []).append((row["share_people"], row["share_value"]))
    return dict(curves)


def _chart(run: Run) -> str:
    title = _("Curva di Lorenz")
    return lorenz_svg(_curves(run), title=title, description=" ".join(_said(run)), lang=lang())


def _said(run: Run) -> list[str]:
    """What the chart shows, in words."""
    ginis = {str(VALUES[row["side"]]): row["gini"] for row in rows_of(run, "equity")}
    return [
        _("%(side)s: la metà delle persone meno servita ha il %(share)s per cento del totale; Gini %(gini)s.")
        % {
            "side": side.capitalize(),
            "share": format_value(100 * share_below(points, HALF), lang(), decimals=1),
            "gini": format_value(ginis[side], lang(), decimals=3),
        }
        for side, points in _curves(run).items()
    ]
