"""Pages of the plan: the overview and one page for each axis."""

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from gisplan.maps.spec import MapSpec
from gisplan.plan.amounts import total_amounts
from gisplan.plan.features import not_located
from gisplan.plan.models import Axis, Intervention, PlanEdition
from gisplan.plan.pnrr_figures import pnrr_of_axis
from gisplan.plan.queries import (
    AxisCount,
    completeness,
    default_edition,
    editions,
    interventions_of_axis,
    with_places_and_claims,
)
from gisplan.territory.models import Municipality, Station
from gisplan.territory.profile import people_in_territory
from gisplan.web import maps, view_exports
from gisplan.web.axes import AxisLink, axis_link, axis_name
from gisplan.web.coverage import coverages_of
from gisplan.web.plan_rows import InterventionRow, intervention_rows, shared_amounts
from gisplan.web.plan_tables import interventions_table
from gisplan.web.refusals import read_only


@dataclass(frozen=True)
class AxisCard:
    """One axis of the overview: its link and what is loaded below it."""

    link: AxisLink
    count: AxisCount


@read_only
def home(request: HttpRequest, edition: str | None = None) -> HttpResponse:
    """The overview of a plan edition (the first with interventions), or of the territory alone."""
    first = default_edition()
    chosen = first if edition is None else get_object_or_404(editions(), code=edition)
    loaded = completeness(chosen) if chosen else None
    axes = loaded.by_axis if loaded else []
    interventions = _interventions_of(chosen)
    spec = maps.home_map(interventions)
    if file := view_exports.answer(request, partial(_home_content, chosen, spec, interventions)):
        return file
    context = {
        "section": "home",
        "edition": chosen,
        "other_editions": editions().exclude(pk=chosen.pk) if chosen else [],
        "completeness": loaded,
        "axes": [AxisCard(axis_link(count.axis, default_edition=first), count) for count in axes],
        "municipalities": Municipality.objects.filter(in_territory=True).count(),
        "people": people_in_territory(),
        "stations": Station.objects.filter(municipality__in_territory=True).count(),
        "map": maps.page_map(spec),
    }
    return render(request, "web/home.html", context)


@read_only
def axis(request: HttpRequest, code: str, edition: str | None = None) -> HttpResponse:
    """One axis: its map, the same content as tables, and on how much of the plan it stands."""
    first = default_edition()
    plan = first if edition is None else get_object_or_404(editions(), code=edition)
    found = get_object_or_404(Axis.objects.select_related("edition"), edition=plan, code=code)
    interventions = interventions_of_axis(found)
    rows = intervention_rows(interventions)
    spec = maps.axis_map(found, interventions)
    if file := view_exports.answer(request, partial(_axis_content, found, spec, rows)):
        return file
    context = {
        "axis": found,
        "axis_code": code if plan == first else "",
        "link": axis_link(found, default_edition=first),
        "edition": plan,
        "same_axis": _same_axis(found, first),
        "completeness": completeness(found.edition),
        "rows": rows,
        "shared": shared_amounts(rows),
        "amounts": total_amounts(found),
        "pnrr": pnrr_of_axis(found),
        "not_located": not_located(interventions),
        "strategies": found.strategies.prefetch_related("actions"),
        "coverages": coverages_of(maps.REGISTERS_OF_AXIS.get(code, ())),
        "map": maps.page_map(spec),
        "unplaced": maps.unplaced(spec),
    }
    return render(request, "web/axis.html", context)


def _home_content(
    edition: PlanEdition | None, spec: MapSpec | None, interventions: list[Intervention]
) -> view_exports.ViewContent:
    return view_exports.ViewContent(
        title=edition.title if edition else settings.TERRITORY_NAME,
        spec=spec,
        tables=(interventions_table(intervention_rows(interventions)),),
        notice=f"{completeness(edition).statement}." if edition else "",
        layer_tables=False,
    )


def _axis_content(axis: Axis, spec: MapSpec | None, rows: list[InterventionRow]) -> view_exports.ViewContent:
    return view_exports.ViewContent(
        title=_("Asse %(code)s. %(title)s") % {"code": axis.code, "title": axis.title or axis_name(axis)},
        spec=spec,
        tables=(interventions_table(rows),),
        filters=((_("Edizione del piano"), axis.edition.title),),
    )


def _same_axis(axis: Axis, first: PlanEdition | None) -> list[tuple[PlanEdition, AxisLink]]:
    """The axis of this code in the other editions: codes alone do not say that it is the same."""
    others = Axis.objects.filter(edition__in=editions(), code=axis.code).exclude(pk=axis.pk)
    return [
        (other.edition, axis_link(other, default_edition=first)) for other in others.select_related("edition")
    ]


def _interventions_of(edition: PlanEdition | None) -> list[Intervention]:
    own = Intervention.objects.filter(axis__edition=edition, register=Intervention.Register.PLAN)
    return list(with_places_and_claims(own))
