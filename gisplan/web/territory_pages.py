"""Pages of the territory: municipalities and sources."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.maps.spec import Source as MapSource
from gisplan.plan.models import PlanEdition
from gisplan.plan.placing import KINDS
from gisplan.plan.pnrr_figures import pnrr_of_municipality
from gisplan.plan.queries import (
    MunicipalityInterventions,
    actions_of_municipality,
    completeness,
)
from gisplan.plan.rights import may_edit_territory
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
from gisplan.web.kept import data_stamp, kept, kept_page
from gisplan.web.kept_plan import first_edition, interventions_there
from gisplan.web.municipality_charts import age_chart
from gisplan.web.municipality_more import comparison, embed_snippet, more_tables, services
from gisplan.web.municipality_tables import PlaceRow, list_table, municipality_tables
from gisplan.web.placing_pages import to_place
from gisplan.web.plan_rows import intervention_rows, shared_amounts
from gisplan.web.refusals import chosen, read_only, whole
from gisplan.web.view_content import ViewContent

PLACES_ON_A_PAGE = 40


@read_only
@kept_page
def municipalities(request: HttpRequest) -> HttpResponse:
    """All municipalities, or those that match ?q= (name or code), ?classe= and ?zona=."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "classe", "zona")}
    chosen("classe", asked["classe"], SnaiClass.Letter.values)
    zone_number = whole("zona", asked["zona"], digits=4)
    found = municipalities_in_territory(text=asked["q"], snai_letter=asked["classe"], zone_number=zone_number)
    if file := view_exports.answer(request, partial(_list_content, found, asked)):
        return file
    key = ("municipalities", *asked.values())
    return render(request, "web/municipalities.html", kept(data_stamp(), key, lambda: _list(found, asked)))


def _list(found: QuerySet[Municipality], asked: dict[str, str]) -> dict[str, Any]:
    """The rows as they are written: three hundred take longer to write than to find."""
    return {
        "section": "municipalities",
        "found": len(found),
        "body": render_to_string("web/parts/municipality_rows.html", {"municipalities": found}),
        "total": Municipality.objects.filter(in_territory=True).count(),
        "asked": asked,
        "letters": SnaiClass.Letter.choices if snai_classes_are_loaded() else (),
        "zones": list(Zone.objects.all()),
        "edition": latest_edition(),
    }


def _list_content(found: Iterable[Municipality], asked: dict[str, str]) -> ViewContent:
    names = {"q": _("Ricerca"), "classe": _("Classe SNAI 2020"), "zona": _("Zona omogenea")}
    filters = tuple((name, asked[key]) for key, name in names.items() if asked[key])
    return ViewContent(title=_("Comuni"), tables=(list_table(found),), filters=filters)


@read_only
@kept_page
def municipality(request: HttpRequest, istat_code: str) -> HttpResponse:
    """One municipality: who lives there, what the plan does there, what is near."""
    places = request.GET.get("luoghi", "")[:6]
    key = ("municipality", istat_code, places)
    context = kept(data_stamp(), key, lambda: municipality_context(istat_code, places))
    if file := view_exports.answer(request, partial(municipality_content, context)):
        return file
    address = request.build_absolute_uri(reverse("embed", args=[istat_code]))
    own = {
        "snippet": embed_snippet(address, context["municipality"].name),
        "may_place": may_edit_territory(request.user),
        "to_place": to_place(request.user, context["interventions"]),
    }
    return render(request, "web/municipality.html", context | own)


def municipality_content(context: dict[str, Any]) -> ViewContent:
    """All that the page shows, and all the places, not one page of them."""
    found, edition = context["municipality"], context.get("edition")
    places = _Places(found)
    rows = context.get("rows", [])
    return ViewContent(
        title=found.name,
        spec=context["map"].spec if context["map"] else None,
        tables=(*municipality_tables(found, rows, places[0 : len(places)]), *more_tables(context)),
        notice=f"{completeness(edition).statement}." if edition else "",
        sources=(MapSource(edition.title),) if edition else (),
        layer_tables=False,
    )


def municipality_context(istat_code: str, places_page: str) -> dict[str, Any]:
    """What the territory says of it is kept apart: an edited plan leaves it as it is."""
    found = get_object_or_404(Municipality, istat_code=istat_code, in_territory=True)
    edition, interventions = first_edition(), interventions_there(found)
    of_territory = kept(
        data_stamp().of("territory", "analysis"),
        ("municipality ground", istat_code, places_page),
        lambda: _territory_context(found, places_page),
    )
    return of_territory | {
        "pnrr": pnrr_of_municipality(found),
        "map": maps.page_map(maps.municipality_map(found, interventions.here)),
        "interventions": interventions.here,
        **comparison(found, edition),
        **(_plan_of(found, edition, interventions) if edition else {}),
    }


def _territory_context(found: Municipality, places_page: str) -> dict[str, Any]:
    people = people_of(found)
    return {
        "section": "municipalities",
        "municipality": found,
        "boundary": latest_boundary(found),
        "people": people,
        **age_chart(found, people),
        "snai": snai_class_of(found),
        "membership": zone_membership_of(found),
        "nearest": nearest_station(found),
        "registers": [row for row in register_counts(found) if row.coverage or row.count is not None],
        "places": _places_in(found, places_page),
        "neighbours": list(neighbours_of(found)),
        **services(found),
    }


def _places_in(municipality: Municipality, asked: str) -> Page[PlaceRow]:
    return Paginator(_Places(municipality), PLACES_ON_A_PAGE).get_page(asked)


class _Places(Sequence[PlaceRow]):
    """The places of all registers in a row; only those that are shown are read."""

    def __init__(self, municipality: Municipality) -> None:
        ordered = ((Station, "name"), (Hospital, "name"), (HealthSite, "name"), (School, "level"))
        found: list[QuerySet[Any]] = [
            model._default_manager.filter(municipality=municipality).order_by(first, "name", "code")
            for model, first in ordered
        ]
        self.parts = [(rows, rows.count()) for rows in found]

    def __len__(self) -> int:
        return sum(count for _rows, count in self.parts)

    def __getitem__(self, wanted: Any) -> Any:
        first, last, _step = wanted.indices(len(self))
        shown: list[PlaceRow] = []
        for rows, count in self.parts:
            if first < count and last > 0:
                shown += [_place_row(row) for row in rows[max(first, 0) : last]]
            first, last = first - count, last - count
        return shown


def _place_row(row: Station | Hospital | HealthSite | School) -> PlaceRow:
    if isinstance(row, School):
        return PlaceRow(row, row.get_level_display(), word="scuola")
    url = reverse("station", args=[row.code]) if isinstance(row, Station) else ""
    word = next(word for word, model in KINDS.items() if model is type(row))
    return PlaceRow(row, row.get_kind_display(), url, word)


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
@kept_page
def sources(request: HttpRequest) -> HttpResponse:
    context = {"section": "sources", "sources": Source.objects.all(), "coverages": coverages_of()}
    return render(request, "web/sources.html", context)
