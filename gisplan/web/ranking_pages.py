"""The hubs of today in order: each term of the score, overlaps, and whom no hub reaches."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gisplan.analysis.exports import run_tables
from gisplan.analysis.hub_network import METHOD
from gisplan.analysis.models import Run
from gisplan.analysis.staleness import is_stale
from gisplan.web import hub_maps, maps
from gisplan.web.column_names import shown_table
from gisplan.web.kept import kept_page
from gisplan.web.refusals import read_only
from gisplan.web.run_pages import how_computed
from gisplan.web.view_exports import render_view


@read_only
@kept_page
def ranking(request: HttpRequest) -> HttpResponse:
    """The newest ranking."""
    found = Run.objects.filter(method=METHOD).first()
    context: dict[str, Any] = {"section": "analyses", "run": found}
    if found:
        context |= {
            "tables": [shown_table(table) for table in run_tables(found)],
            "stale": is_stale(found),
            "map": maps.page_map(hub_maps.ranking_map(found)),
            **how_computed(found),
        }
    return render_view(request, "web/ranking.html", context, title=_("Graduatoria dei poli"))
