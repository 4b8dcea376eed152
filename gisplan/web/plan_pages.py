"""Pages of the plan: the overview and one page for each axis."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from gisplan.plan.axes_acting import axes_acting
from gisplan.plan.features import not_located
from gisplan.plan.filters import choices, municipalities_wanted
from gisplan.plan.models import Axis, Intervention, PlanEdition
from gisplan.plan.queries import (
    AxisCount,
    completeness,
    editions,
    with_places_and_claims,
)
from gisplan.plan.rights import may_edit_territory
from gisplan.territory.display import bounds_of
from gisplan.territory.models import Municipality, Station
from gisplan.territory.profile import municipalities_in_territory, people_in_territory
from gisplan.web import axis_reach, maps, view_exports
from gisplan.web.axes import AxisLink, axis_link
from gisplan.web.axis_context import pnrr_layers, view_context
from gisplan.web.axis_questions import answers_of
from gisplan.web.axis_view import check_choices, view_from
from gisplan.web.coverage import coverages_of
from gisplan.web.home_ground import acting_answer
from gisplan.web.kept import Stamp, data_stamp, kept, kept_page
from gisplan.web.kept_plan import amounts_of, first_edition
from gisplan.web.placing_pages import to_place
from gisplan.web.plan_exports import axis_content, home_content
from gisplan.web.plan_rows import map_rows, shared_amounts
from gisplan.web.refusals import read_only


@dataclass(frozen=True)
class AxisCard:
    """One axis of the overview: its link and what is loaded below it."""

    link: AxisLink
    count: AxisCount


@read_only
@kept_page
def home(request: HttpRequest, edition: str | None = None) -> HttpResponse:
    """The overview of a plan edition (the first with interventions), or of the territory alone."""
    context = kept(data_stamp(), ("home", edition), lambda: _home(edition))
    if file := view_exports.answer(request, partial(home_content, context)):
        return file
    return render(request, "web/home.html", context)


def _home(edition: str | None) -> dict[str, Any]:
    first = first_edition()
    chosen = first if edition is None else get_object_or_404(editions(), code=edition)
    loaded = completeness(chosen) if chosen else None
    axes = loaded.by_axis if loaded else []
    interventions = _interventions_of(chosen)
    acting = axes_acting(chosen, interventions) if chosen else {}
    cards = [AxisCard(axis_link(count.axis, default_edition=first), count) for count in axes]
    nowhere = {one.pk for one in not_located(interventions)}
    return {
        "interventions": interventions,
        "section": "home",
        "edition": chosen,
        "other_editions": list(editions().exclude(pk=chosen.pk)) if chosen else [],
        "completeness": loaded,
        "axes": cards,
        "map_rows": map_rows(
            (one for one in interventions if one.pk not in nowhere), (card.link for card in cards)
        ),
        "municipalities": Municipality.objects.filter(in_territory=True).count(),
        "people": people_in_territory(),
        "stations": Station.objects.filter(municipality__in_territory=True).count(),
        "acting": acting_answer(acting, municipalities_in_territory()) if acting else None,
        "today": timezone.localdate(),
        "map": maps.page_map(maps.home_map(interventions, acting)),
    }


@read_only
@kept_page
def axis(request: HttpRequest, code: str, edition: str | None = None) -> HttpResponse:
    """One axis: its map, the same content as tables, and on how much of the plan it stands."""
    stamp = data_stamp()
    key = ("axis", code, edition, request.get_host(), request.GET.urlencode())
    context = kept(stamp, key, lambda: _axis(request, code, edition, stamp))
    if file := view_exports.answer(request, partial(axis_content, context)):
        return file
    own = {
        "may_place": may_edit_territory(request.user),
        "to_place": to_place(request.user, context["drawn"]),
    }
    return render(request, "web/axis.html", context | own)


def _axis(request: HttpRequest, code: str, edition: str | None, stamp: Stamp) -> dict[str, Any]:
    first = first_edition()
    plan = first if edition is None else get_object_or_404(editions(), code=edition)
    found = get_object_or_404(Axis.objects.select_related("edition"), edition=plan, code=code)
    view = view_from(request.GET)
    offered = kept(stamp, ("choices", found.pk), lambda: choices(found))
    check_choices(view, offered)
    viewed = view_context(request, found, view, offered)
    interventions = viewed["drawn"]
    only_pnrr = not interventions or view.wanted.register == Intervention.Register.PNRR
    spec = maps.axis_map(
        found,
        interventions,
        above_ground=pnrr_layers(viewed["pnrr_all"], viewed["pnrr"], visible=only_pnrr),
        until_year=view.wanted.year,
        shown=view.layers,
        bounds=bounds_of(municipalities_wanted(view.wanted)) if view.wanted.by_place else None,
    )
    return viewed | {
        "axis": found,
        "axis_code": code if plan == first else "",
        "link": axis_link(found, default_edition=first),
        "edition": plan,
        "same_axis": _same_axis(found, first),
        "completeness": completeness(found.edition),
        "shared": shared_amounts(viewed["rows"]),
        "amounts": amounts_of(found),
        "answers": kept(stamp, ("answers", found.pk), lambda: answers_of(found)),
        "reach_url": reverse("axis_answers", args=[code]) if code in axis_reach.QUESTIONS else "",
        "not_located": not_located(interventions),
        "strategies": list(found.strategies.prefetch_related("actions")),
        "coverages": coverages_of(maps.REGISTERS_OF_AXIS.get(code, ())),
        "map": maps.page_map(spec),
        "unplaced": maps.unplaced(spec),
    }


def _same_axis(axis: Axis, first: PlanEdition | None) -> list[tuple[PlanEdition, AxisLink]]:
    """The axis of this code in the other editions: codes alone do not say that it is the same."""
    others = Axis.objects.filter(edition__in=editions(), code=axis.code).exclude(pk=axis.pk)
    return [
        (other.edition, axis_link(other, default_edition=first)) for other in others.select_related("edition")
    ]


def _interventions_of(edition: PlanEdition | None) -> list[Intervention]:
    own = Intervention.objects.filter(axis__edition=edition, register=Intervention.Register.PLAN)
    return list(with_places_and_claims(own))
