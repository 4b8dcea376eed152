"""The page of the inner areas: computed and official classes on one map, the table of both, and where they differ."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gisplan.accessibility.inner_areas import INNER, THRESHOLDS_MIN
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.inner_area_runs import answer_of, run_or_answer
from gisplan.analysis.inner_areas import InnerAreasRequest
from gisplan.analysis.models import Run
from gisplan.analysis.results import Table
from gisplan.analysis.road_times import SCHEMATIC
from gisplan.maps import palettes
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.territory.display import boundary_geometries, territory_bounds
from gisplan.territory.models import TerritoryEdition
from gisplan.territory.profile import latest_edition
from gisplan.web import maps
from gisplan.web.answer_pages import keep, rows_of, run_context
from gisplan.web.column_names import shown_table
from gisplan.web.features import collection, feature, lang, palette_classes
from gisplan.web.inner_area_words import COLUMNS, REASONS, named_poles, sentence
from gisplan.web.kept import kept_page
from gisplan.web.shapes import shapes_url
from gisplan.web.view_exports import render_view

DEFAULT_EDITION = "2020"
SHOWN_FIRST = ("confusion", "class_totals")
DIFFERING = (
    "istat_code",
    "municipality",
    "official_class",
    "computed_class",
    "minutes_to_pole",
    "pole",
    "reason",
)


@require_http_methods(["GET", "HEAD", "POST"])
@kept_page
def inner_areas_page(request: HttpRequest) -> HttpResponse:
    """?edizione=2014: the minutes of that edition; a planner's POST keeps what the address asks."""
    asked = request.GET.get("edizione", "").strip() or DEFAULT_EDITION
    context: dict[str, Any] = {
        "section": "analyses",
        "editions_of_snai": list(THRESHOLDS_MIN),
        "asked": asked,
    }
    try:
        question = InnerAreasRequest(asked[:20])
        if request.method == "POST":
            return keep(request, answer_of(question))
        run = run_or_answer(question)
    except AnalysisError as error:
        return render(request, "web/inner_areas.html", context | {"error": sentence(error)}, status=400)
    rows = rows_of(run, "inner_areas")
    _name_poles(run, rows)
    context |= {
        **run_context(run, request),
        "summary": run.result["summary"],
        "share": _percent(run.result["summary"]["agreement"]),
        "inner": {
            kind: sum(row[f"{kind}_class"] in INNER for row in rows) for kind in ("computed", "official")
        },
        "differing": shown_table(_differing(rows)),
        "map": maps.page_map(_map(rows, asked, run.result["summary"]["method"])),
    }
    by_name = {table["name"]: table for table in named_poles(run.result["tables"])}
    context["first_tables"] = [shown_table(_known_columns(by_name[name])) for name in SHOWN_FIRST]
    context["other_tables"] = [shown_table(by_name[name]) for name in ("inner_areas", "poles")]
    return render_view(request, "web/inner_areas.html", context)


def _known_columns(table: dict[str, Any]) -> dict[str, Any]:
    """Without the columns that hold nothing at all: what is published for Italy is not of one territory."""
    kept = [k for k in range(len(table["columns"])) if any(row[k] is not None for row in table["rows"])]
    heads = {name: [table[name][k] for k in kept] for name in ("columns", "units")}
    return {**table, **heads, "rows": [[row[k] for k in kept] for row in table["rows"]]}


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def _name_poles(run: Run, rows: list[dict[str, Any]]) -> None:
    names = {row["istat_code"]: row["municipality"] for row in rows_of(run, "poles")}
    for row in rows:
        row["pole"] = names.get(row["pole_istat_code"])


def _differing(rows: list[dict[str, Any]]) -> dict[str, Any]:
    found = [[row[name] for name in DIFFERING] for row in rows if row["reason"]]
    return Table("differing", list(DIFFERING), found).as_json()


def _map(rows: list[dict[str, Any]], snai_edition: str, method: str) -> MapSpec | None:
    edition = latest_edition()
    if edition is None:
        return None
    titles = {
        "computed": _("Classi calcolate, minuti dell'edizione %(edition)s"),
        "official": _("Classi ufficiali dell'edizione %(edition)s"),
    }
    layers = [
        _classes(kind, title % {"edition": snai_edition}, rows, edition)
        for kind, title in titles.items()
        if any(row[f"{kind}_class"] for row in rows)
    ]
    return MapSpec(
        title=_("Aree interne"),
        layers=(*layers, *_differing_layer(rows, edition)),
        lang=lang(),
        key="inner_areas",
        bounds=territory_bounds(edition),
        attribution=maps.attribution(edition),
        notice=_("I minuti sono di una rete schematica: confini, altitudini e sedi dei comuni, non strade.")
        if method == SCHEMATIC
        else _("I minuti sono della rete stradale caricata."),
    )


def _classes(kind: str, title: str, rows: list[dict[str, Any]], edition: TerritoryEdition) -> MapLayer:
    """The computed classes are seen first; the official ones lie beside them, one click away."""
    return MapLayer(
        key=kind,
        title=title,
        data=_features(rows, edition),
        style=palettes.NO_DATA.style,
        classes=palette_classes(palettes.SNAI),
        class_field=f"{kind}_class",
        popup=_popup(),
        link_field="url",
        visible=kind == "computed",
        listed=kind == "computed",
        shapes_url=shapes_url(edition),
    )


def _differing_layer(rows: list[dict[str, Any]], edition: TerritoryEdition) -> list[MapLayer]:
    own = [row for row in rows if row["reason"]]
    if not own:
        return []
    return [
        MapLayer(
            key="differing",
            title=_("Comuni dove le due classi differiscono"),
            data=_features(own, edition),
            style=palettes.FOCUS.style,
            popup=_popup(),
            link_field="url",
            visible=False,
            listed=False,
            shapes_url=shapes_url(edition),
        )
    ]


def _popup() -> tuple[tuple[str, str], ...]:
    names = ("computed_class", "official_class", "minutes", "pole", "reason_words")
    labels = {"minutes": COLUMNS["minutes_to_pole"], "reason_words": COLUMNS["reason"]} | COLUMNS
    return tuple((name, str(labels[name])) for name in names)


def _features(rows: list[dict[str, Any]], edition: TerritoryEdition) -> dict[str, Any]:
    shapes = boundary_geometries(edition)
    return collection(
        feature(
            shapes.get(row["istat_code"]),
            id=row["istat_code"],
            name=row["municipality"],
            url=reverse("municipality", args=[row["istat_code"]]),
            computed_class=row["computed_class"],
            official_class=row["official_class"],
            minutes=None if row["minutes_to_pole"] is None else round(row["minutes_to_pole"]),
            pole=row["pole"],
            reason_words=str(REASONS[row["reason"]]) if row["reason"] else "",
        )
        for row in rows
    )
