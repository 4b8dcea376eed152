"""What the page of an axis shows of a view: the rows of its map and of its tables, by the page."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from gisplan.maps.spec import MapLayer
from gisplan.plan.filters import Choices, filtered, municipalities_wanted
from gisplan.plan.models import Axis, Intervention
from gisplan.plan.pnrr_figures import MunicipalPnrr, PnrrFigures, pnrr_by_municipality, pnrr_of_axis
from gisplan.plan.queries import with_places_and_claims
from gisplan.territory.profile import latest_edition
from gisplan.web.axis_view import AxisView, filter_fields
from gisplan.web.plan_rows import InterventionRow, intervention_rows
from gisplan.web.pnrr_layer import not_allocated, pnrr_layer

ROWS_ON_A_PAGE = 50
MUNICIPALITIES_ON_A_PAGE = 40


def rows_of(axis: Axis, view: AxisView, asked_page: str) -> tuple[list[Intervention], Page[Any]]:
    """The plan's own interventions, which the map draws one by one, and a page of the table of all."""
    wanted = view.wanted
    found = filtered(axis, wanted)
    drawn: list[Intervention] = []
    if wanted.plan:
        own = found.filter(register=Intervention.Register.PLAN)
        drawn = list(with_places_and_claims(own))
    listed: Any = found if wanted.pnrr else drawn
    page = Paginator(listed, ROWS_ON_A_PAGE).get_page(asked_page)
    shown = page.object_list
    if isinstance(shown, QuerySet):
        shown = with_places_and_claims(shown)
    page.object_list = intervention_rows(shown, until_year=wanted.year)
    return drawn, page


def pnrr_rows(axis: Axis, view: AxisView) -> list[MunicipalPnrr]:
    """Those of the filters; a kind or a state that no project has leaves none."""
    wanted = view.wanted
    kinds = ("", "pnrr_project")
    if wanted.kind not in kinds or wanted.state not in ("", "not_known"):
        return []
    within = municipalities_wanted(wanted) if wanted.by_place else None
    return pnrr_by_municipality(axis, within, until_year=wanted.year)


def pnrr_layers(rows: list[MunicipalPnrr], figures: PnrrFigures, *, visible: bool) -> tuple[MapLayer, ...]:
    edition = latest_edition()
    return (pnrr_layer(rows, figures, edition, visible=visible),) if rows and edition else ()


def view_context(request: HttpRequest, axis: Axis, view: AxisView, offered: Choices) -> dict[str, Any]:
    """The form, the rows, the link: all but the map."""
    drawn, page = rows_of(axis, view, request.GET.get("pagina", ""))
    figures, rows = pnrr_of_axis(axis), pnrr_rows(axis, view)
    years = offered.years
    span = [
        *years,
        *([view.wanted.year] if view.wanted.year else []),
    ]  # the slider stands on what the address asks
    return {
        "view": view,
        "view_query": view.query(),
        "fields": filter_fields(view, offered),
        "years": years,
        "first_year": min(span, default=None),
        "last_year": max(span, default=None),
        "year_shown": view.wanted.year or (years[-1] if years else None),
        "layers_asked": ",".join(sorted(view.layers)) if view.layers is not None else "",
        "permalink": permalink(request, view),
        "drawn": drawn,
        "page": page,
        "rows": list[InterventionRow](page.object_list),
        "pnrr": figures,
        "pnrr_all": rows,
        "pnrr_rows": Paginator(rows, MUNICIPALITIES_ON_A_PAGE).get_page(request.GET.get("comuni", "")),
        "pnrr_note": not_allocated(figures) if figures.projects else "",
        "municipalities_touched": _touched(drawn),
        "today": timezone.localdate(),
    }


def permalink(request: HttpRequest, view: AxisView) -> str:
    parts = view.query()
    if view.layers is not None:
        parts += f"strati={','.join(sorted(view.layers))}&"
    if view.place:
        parts += f"vista={view.place}&"
    address = request.build_absolute_uri(request.path)
    return f"{address}?{parts.removesuffix('&')}" if parts else address


def _touched(interventions: list[Intervention]) -> int:
    places = (place for one in interventions for place in one.places.all())
    return len({place.municipality_id for place in places if place.municipality_id is not None})
