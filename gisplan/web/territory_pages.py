"""Pages of the territory: municipalities and sources."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from gisplan.plan.models import PlanEdition
from gisplan.plan.pnrr_figures import pnrr_of_municipality
from gisplan.plan.queries import (
    MunicipalityInterventions,
    actions_of_municipality,
    completeness,
    default_edition,
    interventions_of_municipality,
)
from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    School,
    SnaiClass,
    Source,
    Station,
    Zone,
)
from gisplan.territory.profile import (
    latest_boundary,
    latest_edition,
    municipalities_in_territory,
    neighbours_of,
    people_of,
    snai_class_of,
    snai_classes_are_loaded,
    zone_membership_of,
)
from gisplan.territory.queries import nearest_station, register_counts
from gisplan.web import maps, view_exports
from gisplan.web.coverage import coverages_of
from gisplan.web.municipality_tables import PlaceRow, municipality_tables
from gisplan.web.plan_rows import intervention_rows, shared_amounts
from gisplan.web.refusals import read_only


@read_only
def municipalities(request: HttpRequest) -> HttpResponse:
    """All municipalities, or those that match ?q= (name or code), ?classe= and ?zona=."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "classe", "zona")}
    zone_number = int(asked["zona"]) if asked["zona"].isdigit() else None
    found = municipalities_in_territory(text=asked["q"], snai_letter=asked["classe"], zone_number=zone_number)
    context = {
        "section": "municipalities",
        "municipalities": found,
        "total": Municipality.objects.filter(in_territory=True).count(),
        "asked": asked,
        "letters": SnaiClass.Letter.choices if snai_classes_are_loaded() else (),
        "zones": Zone.objects.all(),
        "edition": latest_edition(),
    }
    return render(request, "web/municipalities.html", context)


@read_only
def municipality(request: HttpRequest, istat_code: str) -> HttpResponse:
    """One municipality: who lives there, what the plan does there, what is near."""
    found = get_object_or_404(Municipality, istat_code=istat_code, in_territory=True)
    edition = default_edition()
    interventions = interventions_of_municipality(found, edition=edition)
    spec = maps.municipality_map(found, interventions.here)
    places = _places_in(found)
    content = view_exports.ViewContent(
        title=found.name,
        spec=spec,
        tables=municipality_tables(found, intervention_rows(interventions.here), places),
        notice=f"{completeness(edition).statement}." if edition else "",
        layer_tables=False,
    )
    if file := view_exports.answer(request, content):
        return file
    context = {
        "section": "municipalities",
        "municipality": found,
        "boundary": latest_boundary(found),
        "people": people_of(found),
        "snai": snai_class_of(found),
        "membership": zone_membership_of(found),
        "nearest": nearest_station(found),
        "registers": [row for row in register_counts(found) if row.coverage or row.count is not None],
        "places": places,
        "pnrr": pnrr_of_municipality(found),
        "neighbours": neighbours_of(found),
        "map": maps.page_map(spec),
        **(_plan_of(found, edition, interventions) if edition else {}),
    }
    return render(request, "web/municipality.html", context)


def _places_in(municipality: Municipality) -> list[PlaceRow]:
    here = {"municipality": municipality}
    stations = Station.objects.filter(**here)
    return [
        *(PlaceRow(row, row.get_kind_display(), reverse("station", args=[row.code])) for row in stations),
        *(PlaceRow(row, row.get_kind_display()) for row in Hospital.objects.filter(**here)),
        *(PlaceRow(row, row.get_kind_display()) for row in HealthSite.objects.filter(**here)),
        *(PlaceRow(row, row.get_level_display()) for row in School.objects.filter(**here).order_by("level")),
    ]


def _plan_of(
    municipality: Municipality, edition: PlanEdition, interventions: MunicipalityInterventions
) -> dict[str, Any]:
    rows = intervention_rows(interventions.here)
    return {
        "edition": edition,
        "completeness": completeness(edition),
        "rows": rows,
        "may_concern": intervention_rows(interventions.may_concern),
        "shared": shared_amounts(rows),
        "actions": actions_of_municipality(municipality, edition),
    }


@read_only
def sources(request: HttpRequest) -> HttpResponse:
    context = {"section": "sources", "sources": Source.objects.all(), "coverages": coverages_of()}
    return render(request, "web/sources.html", context)
