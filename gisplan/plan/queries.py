"""What the pages ask of the register; each function takes the same few queries, however long the plan."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, Func, IntegerField, Model, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from gisplan.plan.models import (
    Action,
    Axis,
    ExtentKind,
    Intervention,
    PlaceClass,
    PlanEdition,
    PlanPlace,
    Strategy,
)
from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    MunicipalityBoundary,
    RegisterCoverage,
    School,
    Station,
    ZoneMembership,
)
from layers.models import Layer


@dataclass(frozen=True)
class Loaded:
    """How many are loaded of how many the plan declares."""

    loaded: int
    declared: int


@dataclass(frozen=True)
class AxisCount:
    """What is loaded below an axis; how many the plan declares is known for the whole edition only."""

    axis: Axis
    strategies: int
    actions: int
    interventions: int


@dataclass(frozen=True)
class Completeness:
    """On how much of a plan edition every table, map and print stands."""

    edition: PlanEdition
    axes: Loaded
    strategies: Loaded
    actions: Loaded
    interventions: int
    by_axis: list[AxisCount]

    @property
    def statement(self) -> str:
        return _("%(loaded)d azioni di %(declared)d caricate") % vars(self.actions)


@dataclass(frozen=True)
class MunicipalityInterventions:
    """Those placed in a municipality, and those of groups whose members are not listed."""

    here: list[Intervention]
    may_concern: list[Intervention]


@dataclass(frozen=True)
class MunicipalityActions:
    """The actions of an edition by how they touch a municipality; those known not to are in no list."""

    everywhere: list[Action]
    by_class: list[Action]
    named: list[Action]
    not_known: list[Action]


def editions() -> QuerySet[PlanEdition]:
    """The plan editions of the territory, oldest first."""
    return PlanEdition.objects.filter(province_code__in=settings.TERRITORY)


def default_edition() -> PlanEdition | None:
    """The first edition with interventions, or else the first."""
    own = Intervention.objects.filter(axis__edition=OuterRef("pk"), register=Intervention.Register.PLAN)
    return editions().order_by(Exists(own).desc(), "first_year").first()


def completeness(edition: PlanEdition) -> Completeness:
    own = Intervention.objects.filter(register=Intervention.Register.PLAN)
    axes = edition.axes.annotate(
        n_strategies=_count(Strategy.objects.filter(axis=OuterRef("pk"))),
        n_actions=_count(Action.objects.filter(strategy__axis=OuterRef("pk"))),
        n_interventions=_count(own.filter(axis=OuterRef("pk"))),
    )
    by_axis = [AxisCount(axis, axis.n_strategies, axis.n_actions, axis.n_interventions) for axis in axes]
    return Completeness(
        edition=edition,
        axes=Loaded(len(by_axis), edition.axes_declared),
        strategies=Loaded(sum(one.strategies for one in by_axis), edition.strategies_declared),
        actions=Loaded(sum(one.actions for one in by_axis), edition.actions_declared),
        interventions=sum(one.interventions for one in by_axis),
        by_axis=by_axis,
    )


def _count(rows: QuerySet[Any]) -> Subquery:
    """Counted apart: joined to one another, thousands of rows would be multiplied first."""
    counted = rows.order_by().annotate(n=Func(template="COUNT(*)", output_field=IntegerField()))
    return Subquery(counted.values("n"))


def layers_of_axis(axis: Axis) -> list[Layer]:
    """The imported layers that the axis shows, in its order."""
    return [shown.layer for shown in axis.axis_layers.select_related("layer")]


def interventions_of_axis(
    axis: Axis, register: Intervention.Register = Intervention.Register.PLAN
) -> list[Intervention]:
    """Those of one register: thousands of PNRR projects would bury the plan's own."""
    return list(with_places_and_claims(Intervention.objects.filter(axis=axis, register=register)))


def interventions_at_station(station: Station) -> list[Intervention]:
    places = PlanPlace.objects.filter(station=station)
    return list(with_places_and_claims(_of_places(places)))


def interventions_of_municipality(
    municipality: Municipality, *, edition: PlanEdition | None = None
) -> MunicipalityInterventions:
    own = Intervention.objects.filter(register=Intervention.Register.PLAN)
    here = own & _of_places(_touching(municipality))
    groups = _of_places(_unlisted_groups()).exclude(pk__in=here.values("pk"))
    groups = groups.filter(outside_territory=False)
    if edition is not None:
        here, groups = (found.filter(axis__edition=edition) for found in (here, groups))
    return MunicipalityInterventions(
        here=list(with_places_and_claims(here)), may_concern=list(with_places_and_claims(groups))
    )


def actions_of_municipality(municipality: Municipality, edition: PlanEdition) -> MunicipalityActions:
    touched = _action_ids(_touching(municipality))
    placed = _action_ids(PlanPlace.objects.all())
    unlisted = _action_ids(_unlisted_groups())
    present = {kind: _class_is_present(municipality, kind) for kind in PlaceClass}
    found = MunicipalityActions([], [], [], [])
    for action in edition.actions.select_related("strategy__axis"):
        kind = action.extent_kind
        class_here = present.get(PlaceClass(action.place_class)) if action.place_class else None
        if kind == ExtentKind.WHOLE_AREA:
            found.everywhere.append(action)
        elif action.pk in touched:
            found.named.append(action)
        elif kind == ExtentKind.CLASS_OF_PLACES and class_here:
            found.by_class.append(action)
        elif not _known_elsewhere(action, class_here=class_here, listed=placed - unlisted):
            found.not_known.append(action)
    return found


def _known_elsewhere(action: Action, *, class_here: bool | None, listed: set[int | None]) -> bool:
    """True where the register says for certain that the action does not touch the municipality."""
    if action.extent_kind == ExtentKind.CLASS_OF_PLACES:
        return class_here is False
    return action.extent_kind == ExtentKind.NAMED_PLACES and action.pk in listed


_REGISTERS: dict[PlaceClass, tuple[str, type[Model]]] = {
    PlaceClass.STATION: ("stations", Station),
    PlaceClass.SCHOOL: ("schools", School),
    PlaceClass.HOSPITAL: ("hospitals", Hospital),
    PlaceClass.HEALTH_SITE: ("health_sites", HealthSite),
}


def _class_is_present(municipality: Municipality, place_class: PlaceClass) -> bool | None:
    """None: no such place is registered here, and the register is not complete."""
    register, model = _REGISTERS[place_class]
    if model._default_manager.filter(municipality=municipality).exists():
        return True
    here = Q(municipalities=None) | Q(municipalities=municipality)
    claims = RegisterCoverage.objects.filter(here, register=register).values_list("complete", flat=True)
    return False if claims and all(claims) else None


def _touching(municipality: Municipality) -> QuerySet[PlanPlace]:
    """Places in the municipality, in its zone of today, or drawn across it."""
    today = timezone.localdate()
    zones = ZoneMembership.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=today), municipality=municipality
    ).values("zone")
    inside = Q(municipality=municipality) | Q(zone__in=zones)
    boundary = MunicipalityBoundary.objects.filter(municipality=municipality)
    latest = boundary.order_by("-edition__valid_from").values_list("geometry", flat=True).first()
    if latest is not None:
        inside |= Q(geometry__intersects=latest)
    return PlanPlace.objects.filter(inside)


def _unlisted_groups() -> QuerySet[PlanPlace]:
    return PlanPlace.objects.filter(kind=PlanPlace.Kind.AREA, municipality=None, zone=None, geometry=None)


def _of_places(places: QuerySet[PlanPlace]) -> QuerySet[Intervention]:
    return Intervention.objects.filter(pk__in=places.values("intervention"))


def _action_ids(places: QuerySet[PlanPlace]) -> set[int | None]:
    return set(places.exclude(action=None).values_list("action_id", flat=True))


def with_places_and_claims(interventions: QuerySet[Intervention]) -> QuerySet[Intervention]:
    """Ready for `latest_claims`, `Claim.is_shared` and the places' names without another query."""
    registers = ("municipality", "zone", "station", "school", "health_site", "hospital")
    places = PlanPlace.objects.select_related(*registers)
    return interventions.select_related("axis", "strategy", "action").prefetch_related(
        Prefetch("places", places),
        Prefetch("claims__interventions", Intervention.objects.only("axis_id")),
        Prefetch("claims__actions", Action.objects.only("strategy_id")),
    )
