"""The hubs of today in order: each term of the score, overlaps, and whom no hub reaches."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.analysis.exports import run_tables
from gisplan.analysis.hub_network import METHOD
from gisplan.analysis.models import Run
from gisplan.analysis.staleness import is_stale
from gisplan.territory.models import Station
from gisplan.web import hub_maps, maps
from gisplan.web.column_names import shown_table
from gisplan.web.kept import kept_page
from gisplan.web.refusals import read_only
from gisplan.web.run_pages import how_computed
from gisplan.web.view_exports import render_view

#: The column of a station's name -> that of its code.
CODE_OF = {"station": "station_code", "first": "first_code", "second": "second_code"}


@read_only
@kept_page
def ranking(request: HttpRequest) -> HttpResponse:
    """The newest ranking."""
    found = Run.objects.filter(method=METHOD).first()
    context: dict[str, Any] = {"section": "analyses", "run": found}
    if found:
        context |= {
            "tables": [_linked(table) for table in run_tables(found)],
            "stale": is_stale(found),
            "map": maps.page_map(hub_maps.ranking_map(found)),
            **how_computed(found),
        }
    return render_view(request, "web/ranking.html", context, title=_("Graduatoria dei poli"))


def _linked(table: dict[str, Any]) -> dict[str, Any]:
    """Stations by name, each a link to its page; their codes are in the files of the run."""
    columns = table["columns"]
    shown = shown_table(table)
    known = set(Station.objects.values_list("code", flat=True))
    pairs = [(columns.index(name), columns.index(code)) for name, code in CODE_OF.items() if code in columns]
    for cells, row in zip(shown["rows"], table["rows"], strict=True):
        for name, code in pairs:
            if row[code] in known:
                cells[name]["url"] = reverse("station", args=[row[code]])
    codes = {code for _name, code in pairs}
    kept = [k for k in range(len(columns)) if k not in codes]
    names = [shown["names"][k] for k in kept]
    return {**shown, "names": names, "rows": [[cells[k] for k in kept] for cells in shown["rows"]]}
