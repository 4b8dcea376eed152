"""What the pages of answers share: tables, how it was computed, and the button that keeps it."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from gisplan.analysis.answers import Answer
from gisplan.analysis.exports import run_tables
from gisplan.analysis.models import Run
from gisplan.analysis.staleness import is_stale
from gisplan.plan.rights import may_edit_plan
from gisplan.web.column_names import shown_table
from gisplan.web.inner_area_words import named_poles
from gisplan.web.run_pages import how_computed


def run_context(
    run: Run,
    request: HttpRequest,
    *,
    hidden: tuple[str, ...] = (),
    columns: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, Any]:
    """The tables of a run, kept or not; `hidden` are in the files alone, and so are columns beyond `columns`."""
    tables = [
        _narrowed(table, columns or {})
        for table in named_poles(run_tables(run))
        if table["name"] not in hidden
    ]
    return {
        "tables": [shown_table(table) for table in tables],
        "stale": run.pk is not None and is_stale(run),
        "may_keep": run.pk is None and may_edit_plan(request.user),
        **how_computed(run),
    }


def _narrowed(table: dict[str, Any], columns: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    if table["name"] not in columns:
        return table
    at = [table["columns"].index(name) for name in columns[table["name"]]]
    heads = {name: [table[name][k] for k in at] for name in ("columns", "units")}
    return {**table, **heads, "rows": [[row[k] for k in at] for row in table["rows"]]}


def keep(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Keep the answer for a planner; others are refused."""
    if not (isinstance(request.user, User) and may_edit_plan(request.user)):
        return render(request, "403.html", status=403)
    return redirect("run", number=answer.keep(user=request.user).pk)


def rows_of(run: Run, name: str) -> list[dict[str, Any]]:
    """The rows of a table by column; empty where the run has no such table."""
    for table in run_tables(run):
        if table["name"] == name:
            return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    return []
