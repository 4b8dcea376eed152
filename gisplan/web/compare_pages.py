"""Two things side by side: plan editions, years of claims, scenarios, municipalities, zones."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisplan.analysis.models import Scenario
from gisplan.maps.print_table import PrintTable
from gisplan.plan.filters import choices
from gisplan.plan.queries import default_edition, editions
from gisplan.territory.models import Municipality, Zone
from gisplan.web import (
    compare_plans,
    compare_scenarios,
    compare_territories,
    compare_years,
    indicators,
    maps,
    view_exports,
)
from gisplan.web.comparison import CannotCompare, Comparison
from gisplan.web.features import lang
from gisplan.web.kept import data_stamp, kept, kept_page
from gisplan.web.refusals import chosen, read_only
from gisplan.web.view_content import ViewContent

KINDS = {
    "comuni": gettext_lazy("Due comuni"),
    "zone": gettext_lazy("Due zone omogenee"),
    "piani": gettext_lazy("Due edizioni del piano"),
    "anni": gettext_lazy("Due anni"),
    "scenari": gettext_lazy("Due scenari"),
}
BUILDERS = {**compare_plans.BUILDERS, **compare_years.BUILDERS, **compare_scenarios.BUILDERS}
MOST_ROWS = 15  # a longer table stays closed until it is asked for


@read_only
@kept_page
def compare(request: HttpRequest) -> HttpResponse:
    """?tipo=comuni&a=001090&b=001272&voce=anziani: the whole comparison in the address."""
    kind = chosen("tipo", request.GET.get("tipo", "").strip(), list(KINDS)) or "comuni"
    first, second, indicator = (request.GET.get(name, "").strip()[:80] for name in ("a", "b", "voce"))
    by_figure = kind in compare_territories.BUILDERS
    stamp = data_stamp()
    options = kept(stamp, ("compare options", kind), lambda: _options(kind))
    context: dict[str, Any] = {
        "section": "analyses",
        "kind": kind,
        "kinds": list(KINDS.items()),
        "options": options,
        "asked": {"a": first, "b": second, "voce": indicator or indicators.DEFAULT},
        "indicators": indicators.indicators_of(kind) if by_figure else [],
    }
    if not (first and second):
        context |= {"few": len(options) < 2, "examples": kept(stamp, "compare examples", _examples)}
        return view_exports.render_view(request, "web/compare.html", context)
    try:
        found = kept(
            stamp, ("compare", kind, first, second, indicator), lambda: build(kind, first, second, indicator)
        )
    except CannotCompare as error:
        return render(
            request, "web/compare.html", context | {"error": _told(error, first, second, options)}, status=400
        )
    if file := view_exports.answer(request, partial(_content, found)):
        return file
    shown = kept(stamp, ("compared", kind, first, second, indicator), lambda: _shown(found))
    return render(request, "web/compare.html", context | shown)


def build(kind: str, first: str, second: str, indicator: str = "") -> Comparison:
    """The comparison that the words of an address ask for; `maps()` of it has the three maps with their titles."""
    if kind not in compare_territories.BUILDERS:
        return BUILDERS[kind](first, second)
    known = {one.code: one for one in indicators.indicators_of(kind)}
    figure = known[chosen("voce", indicator, list(known)) or indicators.DEFAULT]
    return compare_territories.BUILDERS[kind](first, second, figure)


def _told(error: CannotCompare, first: str, second: str, options: list[tuple[str, str]]) -> str:
    """With what was asked for, where that is what is missing."""
    known = {code for code, _name in options}
    missing = ", ".join(f"«{one}»" for one in (first, second) if one not in known)
    return f"{error} ({missing})" if missing else str(error)


def _shown(found: Comparison) -> dict[str, Any]:
    sides = [
        {"side": side, "map": maps.page_map(side.spec), "letter": letter}
        for side, letter in zip((found.first, found.second), "AB", strict=True)
    ]
    difference = maps.page_map(found.difference)
    shown = [one["map"] for one in sides] + [difference]
    table = found.difference_table()
    return {
        "found": found,
        "sides": sides,
        "scripts": list(
            dict.fromkeys(url for one in shown if isinstance(one, maps.PageMap) for url in one.js)
        ),
        "difference": difference,
        "difference_table": _written(table) if table else None,
        "is_long": table is not None and len(table.rows) > MOST_ROWS,
        "difference_table_at": _table_at(found),
        "written": [_written(table) for table in found.tables if table.rows],
        "empty": [table.title for table in found.tables if not table.rows],
    }


def _table_at(found: Comparison) -> str:
    """Where on the page the rows of the difference map stand."""
    if found.mapped:
        return "#difference-table"
    return next((f"#table-{table.name}" for table in found.tables if table.rows), "#figures")


def _written(table: PrintTable) -> dict[str, Any]:
    """Heads and rows as text, each cell with whether its column holds numbers."""
    numbers = [table.is_number(column) for column in range(len(table.columns))]
    rows = [list(zip(row, numbers, strict=True)) for row in table.written(lang())]
    return {
        "name": table.name,
        "title": table.title,
        "heads": list(zip(table.columns, numbers, strict=True)),
        "rows": rows,
    }


def _content(found: Comparison) -> ViewContent:
    """The difference first, then the two sides."""
    (_title, difference), *sides = found.maps()
    return ViewContent(
        title=_("%(first)s e %(second)s a confronto")
        % {"first": found.first.name, "second": found.second.name},
        spec=difference,
        more_specs=tuple(spec for _title, spec in sides),
        tables=(found.figure_table(), *found.tables),
        filters=found.filters,
        notice=" ".join(one for one in (*found.says, *found.notes) if one),
        layer_tables=found.mapped,
    )


def _options(kind: str) -> list[tuple[str, str]]:
    """What can be chosen, with the words for it."""
    if kind == "comuni":
        rows = Municipality.objects.filter(in_territory=True).order_by("name")
        return list(rows.values_list("istat_code", "name"))
    if kind == "zone":
        return [(str(zone.number), str(zone)) for zone in Zone.objects.all()]
    if kind == "piani":
        return [(one.code, one.title) for one in editions()]
    if kind == "anni":
        return [(str(year), str(year)) for year in _years()]
    return [(str(one.pk), one.name) for one in Scenario.objects.order_by("name")]


def _examples() -> list[tuple[str, str]]:
    """The two largest municipalities, the first two zones, and the first and the last year, where they are known."""
    years = _options("anni")
    found = {
        "comuni": _largest(),
        "zone": _options("zone")[:2],
        "anni": [years[0], years[-1]] if len(years) > 1 else [],
    }
    return [
        (f"?{urlencode({'tipo': kind, 'a': two[0][0], 'b': two[1][0]})}", f"{two[0][1]} – {two[1][1]}")
        for kind, two in found.items()
        if len(two) == 2
    ]


def _largest() -> list[tuple[str, str]]:
    rows = Municipality.objects.filter(in_territory=True, populations__isnull=False)
    by_people = rows.annotate(most=Max("populations__people")).order_by("-most", "istat_code")
    return list(by_people.values_list("istat_code", "name")[:2])


def _years() -> list[int]:
    """The years that the claims of the first edition are of."""
    edition = default_edition()
    found = {year for axis in edition.axes.all() for year in choices(axis).years} if edition else set()
    return sorted(found)
