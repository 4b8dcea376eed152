"""The page of demographic trends: a map by measure, the tables, and the definition of each sign."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.models import Run
from gisplan.analysis.trends import SIGNS, population_dates, trends
from gisplan.maps.choropleth import CLASS_FIELD, classified, ramp_classes
from gisplan.maps.classes import quantile
from gisplan.maps.diverging import Diverging
from gisplan.maps.palettes import BOUNDARY, NO_DATA, RAMP
from gisplan.maps.spec import MapLayer, MapSpec, StyleClass
from gisplan.territory.display import boundary_geometries, territory_bounds
from gisplan.territory.profile import latest_edition
from gisplan.web import maps
from gisplan.web.answer_pages import keep, rows_of, run_context
from gisplan.web.difference_map import Differences, step_classes
from gisplan.web.features import collection, feature, lang
from gisplan.web.kept import kept_page
from gisplan.web.planning_words import COLUMNS, sentence
from gisplan.web.refusals import chosen
from gisplan.web.view_exports import render_view

#: Measure in the address -> column, unit, decimals, name.
MEASURES: dict[str, tuple[str, str, int, Any]] = {
    "variazione": ("change_pct", "%", 1, gettext_lazy("Variazione dei residenti")),
    "vecchiaia": ("old_age_last", "", 0, gettext_lazy("Indice di vecchiaia")),
    "debolezza": ("signs", "", 0, gettext_lazy("Segni di debolezza demografica")),
}
POPUP = ("people_last", "change", "change_pct", "old_age_last", "signs")
BY_MUNICIPALITY = "trends_by_municipality"
#: What the page shows of each municipality; the files have all ages at both dates.
SHOWN = ("istat_code", "municipality", *POPUP[:-1], *SIGNS, "signs")
CLASSES = 5
#: Of the change in % a year, on both sides of 0: growth and fall never share a class.
CHANGE_LIMITS = (1.0, 2.0)


@require_http_methods(["GET", "HEAD", "POST"])
@kept_page
def trend(request: HttpRequest) -> HttpResponse:
    """?dal=2022&al=2023&misura=vecchiaia; a planner's POST keeps what the address asks."""
    measure = chosen("misura", request.GET.get("misura", "").strip(), list(MEASURES)) or "variazione"
    dates = population_dates()
    context: dict[str, Any] = {
        "section": "analyses",
        "years": [day.year for day in dates],
        "measure": measure,
        "measures": [(code, name) for code, (*_rest, name) in MEASURES.items()],
    }
    try:
        answer = trends(_year(request, "dal"), _year(request, "al"))
    except AnalysisError as error:
        return render(request, "web/trends.html", context | {"error": sentence(error)}, status=400)
    if request.method == "POST":
        return keep(request, answer)
    run = answer.run()
    first, last = (run.parameters[name][:4] for name in ("first_date", "last_date"))
    context |= {
        "first": int(first),
        "last": int(last),
        "whole": rows_of(run, "trends_by_snai_class")[-1],
        "map": maps.page_map(_map(run, measure)),
        **run_context(
            run, request, hidden=("people_by_municipality_and_date",), columns={BY_MUNICIPALITY: SHOWN}
        ),
    }
    return render_view(request, "web/trends.html", context)


def _year(request: HttpRequest, name: str) -> int | None:
    written = request.GET.get(name, "").strip()
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) == 4):
        known = ", ".join(str(day.year) for day in population_dates())
        raise RequestRefused(
            f"{name} expects a year of {known}, found {written[:20]!r}: choose another.",
            field="years",
            found=written[:20],
            expected=known,
        )
    return int(written)


def _map(run: Run, measure: str) -> MapSpec | None:
    edition = latest_edition()
    if edition is None:
        return None
    rows = rows_of(run, BY_MUNICIPALITY)
    shapes = boundary_geometries(edition)
    data = collection(
        feature(
            shapes.get(row["istat_code"]),
            id=row["istat_code"],
            name=row["municipality"],
            url=reverse("municipality", args=[row["istat_code"]]),
            **{name: row[name] for name in POPUP},
        )
        for row in rows
    )
    data, classes, class_field = _classed(run, data, measure)
    layer = MapLayer(
        key="trends",
        title=str(MEASURES[measure][-1]),
        data=data,
        style=NO_DATA.style,
        classes=classes,
        class_field=class_field,
        popup=tuple((name, str(COLUMNS[name])) for name in POPUP),
        link_field="url",
    )
    return MapSpec(
        title=_("Andamento demografico"),
        layers=(layer,),
        lang=lang(),
        bounds=territory_bounds(edition),
        attribution=maps.attribution(edition),
    )


def _classed(
    run: Run, data: dict[str, Any], measure: str
) -> tuple[dict[str, Any], tuple[StyleClass, ...], str]:
    """The features with the field of their class, the classes, and the name of the field."""
    column, unit, decimals, name = MEASURES[measure]
    if column == "signs":
        return data, _of_signs(), column
    if column == "change_pct":
        first, last = (int(run.parameters[name][:4]) for name in ("first_date", "last_date"))
        steps = Diverging(tuple(limit * (last - first) for limit in CHANGE_LIMITS))
        told = Differences(title=str(name), unit=unit, decimals=decimals, names=("", ""))
        return classified(data, column, steps), step_classes(steps, told), CLASS_FIELD
    limits = quantile([one["properties"][column] for one in data["features"]], CLASSES)
    classes = ramp_classes(limits, unit=unit, decimals=decimals, lang=lang())
    return classified(data, column, limits), classes, CLASS_FIELD


def _of_signs() -> tuple[StyleClass, ...]:
    """One class a count, from light to dark."""
    return tuple(
        StyleClass(value=count, label=str(count), style=replace(BOUNDARY.style, fill=fill))
        for count, fill in enumerate(RAMP[: len(SIGNS) + 1])
    )
