"""In which municipalities each action, intervention, amount and PNRR project acts, or why that is not known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.utils import timezone

from gisplan.plan.models import Action, Claim, ExtentKind, Intervention, PlanPlace, PnrrLocalisation
from gisplan.territory.models import MunicipalityBoundary, TerritoryEdition, ZoneMembership


class Nowhere(StrEnum):
    """Why a thing cannot be given to a group; the first that holds for a part holds for the whole."""

    UNKNOWN = "place_not_known"
    TO_BE_SITED = "to_be_sited"
    CLASS_OF_PLACES = "class_of_places"
    WHOLE_AREA = "whole_territory"
    OUTSIDE = "outside_territory"


#: Stands among the codes for any place outside the territory.
ABROAD = "outside"


@dataclass(frozen=True)
class Where:
    """All the municipalities of a thing by ISTAT code; or, with `reason`, that they are not all known."""

    codes: frozenset[str] = frozenset()
    reason: Nowhere | None = None


EXTENTS = {
    ExtentKind.WHOLE_AREA: Nowhere.WHOLE_AREA,
    ExtentKind.CLASS_OF_PLACES: Nowhere.CLASS_OF_PLACES,
    ExtentKind.TO_BE_SITED: Nowhere.TO_BE_SITED,
}


def together(parts: Iterable[Where]) -> Where:
    """Of a thing made of others: every municipality of each, and what is not known of any is not known of it."""
    parts = list(parts)
    reasons = {part.reason for part in parts} - {None}
    codes = frozenset().union(*(part.codes for part in parts))
    if not parts or (not reasons and not codes):
        return Where(codes, Nowhere.UNKNOWN)
    return Where(codes, next((reason for reason in Nowhere if reason in reasons), None))


def interventions_where(interventions: Iterable[Intervention]) -> dict[int, Where]:
    """By primary key."""
    rows = list(interventions)
    places = _of_places(PlanPlace.objects.filter(intervention__in=rows))
    return {
        one.pk: Where(frozenset([ABROAD]))
        if one.outside_territory
        else together(places[("intervention", one.pk)])
        for one in rows
    }


def actions_where(actions: Iterable[Action]) -> dict[int, Where]:
    """By primary key; what acts everywhere, or on a class of places, is in no list of municipalities."""
    rows = list(actions)
    places = _of_places(PlanPlace.objects.filter(action__in=rows))
    found = {}
    for one in rows:
        extent = EXTENTS.get(ExtentKind(one.extent_kind))
        found[one.pk] = Where(reason=extent) if extent else together(places[("action", one.pk)])
    return found


def claim_where(claim: Claim, interventions: Mapping[int, Where], actions: Mapping[int, Where]) -> Where:
    """All that the claim covers; an action that has interventions acts where they do."""
    parts = [interventions.get(one.pk, Where(reason=Nowhere.UNKNOWN)) for one in claim.interventions.all()]
    parts += [actions.get(one.pk, Where(reason=Nowhere.UNKNOWN)) for one in claim.actions.all()]
    return together(parts)


def projects_where() -> dict[int, Where]:
    """PNRR projects by primary key; one without a localisation is in no row."""
    rows = PnrrLocalisation.objects.filter(project__isnull=False)
    found: dict[int, list[Where]] = defaultdict(list)
    for project, code, istat_code in rows.values_list("project", "municipality__istat_code", "istat_code"):
        if code:
            found[project].append(Where(frozenset([code])))
        else:
            found[project].append(Where(frozenset([ABROAD])) if istat_code else Where(reason=Nowhere.UNKNOWN))
    return {project: together(parts) for project, parts in found.items()}


def _of_places(places: QuerySet[PlanPlace]) -> dict[tuple[str, int], list[Where]]:
    """By owner: each place's municipalities; a group whose members are not listed is not known."""
    found: dict[tuple[str, int], list[Where]] = defaultdict(list)
    members = _members()
    for place in places.select_related("municipality"):
        owner = (
            ("action", place.action_id) if place.action_id else ("intervention", place.intervention_id or 0)
        )
        found[owner].append(_where(place, members))
    return found


def _where(place: PlanPlace, members: Mapping[int, frozenset[str]]) -> Where:
    if place.municipality is not None:
        return Where(frozenset([place.municipality.istat_code]))
    if place.zone_id is not None:
        return Where(members.get(place.zone_id, frozenset()))
    if place.geometry is not None:
        edition = TerritoryEdition.objects.order_by("-valid_from").first()
        crossed = MunicipalityBoundary.objects.filter(edition=edition, geometry__intersects=place.geometry)
        codes = frozenset(crossed.values_list("municipality__istat_code", flat=True))
        return Where(codes or frozenset([ABROAD]))
    return Where(reason=Nowhere.UNKNOWN)


def _members() -> dict[int, frozenset[str]]:
    """Zone -> the municipalities that are in it today."""
    now = Q(valid_to=None) | Q(valid_to__gte=timezone.localdate())
    found: dict[int, set[str]] = defaultdict(set)
    for zone, code in ZoneMembership.objects.filter(now).values_list("zone", "municipality__istat_code"):
        found[zone].add(code)
    return {zone: frozenset(codes) for zone, codes in found.items()}
