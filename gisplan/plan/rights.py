"""Who may do what: the one place that decides. Pages and the admin ask here and nowhere else."""

from collections.abc import Iterable
from typing import TypeGuard

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission, User
from django.db.models import Q, QuerySet

from gisplan.plan.models import Claim, Editorship, Intervention, PlanPlace
from gisplan.territory.models import Municipality

PLANNER = "planner"
GIS_OFFICER = "GIS officer"
MUNICIPAL_EDITOR = "municipal editor"

Visitor = User | AnonymousUser | AbstractBaseUser

#: Group -> (app, model, verbs); no model means every model of the app.
_GRANTS: dict[str, list[tuple[str, str, Iterable[str]]]] = {
    PLANNER: [
        ("plan", "", ("add", "change", "delete", "view")),
        ("layers", "", ("add", "change", "view")),
        ("territory", "", ("view",)),
    ],
    GIS_OFFICER: [
        ("layers", "", ("add", "change", "delete", "view")),
        ("territory", "", ("add", "change", "view")),
        ("plan", "", ("view",)),
    ],
    MUNICIPAL_EDITOR: [
        ("plan", "intervention", ("change", "view")),
        ("plan", "planplace", ("add", "change", "delete", "view")),
        ("plan", "claim", ("add", "change", "view")),
        ("territory", "", ("view",)),
    ],
}


def create_groups() -> None:
    """Make the three groups with their permissions; a permission that the owner added stays."""
    for name, grants in _GRANTS.items():
        group, _created = Group.objects.get_or_create(name=name)
        wanted = Q(pk__in=[])
        for app, model, verbs in grants:
            rule = Q(content_type__app_label=app)
            if model:
                rule &= Q(content_type__model=model)
            prefixes = Q()
            for verb in verbs:
                prefixes |= Q(codename__startswith=f"{verb}_")
            wanted |= rule & prefixes
        group.permissions.add(*Permission.objects.filter(wanted))


def may_edit_plan(visitor: Visitor) -> bool:
    """The whole register: planners."""
    return _has(visitor, "plan.change_planedition")


def may_import_layers(visitor: Visitor) -> bool:
    """GIS officers and planners."""
    return _has(visitor, "layers.add_layer")


def may_edit_territory(visitor: Visitor) -> bool:
    """The registers of places: GIS officers."""
    return _has(visitor, "territory.change_station")


def may_edit_municipality(visitor: Visitor, municipality: Municipality) -> bool:
    """What the plan does in a municipality: planners, and the municipality's own editors."""
    return may_edit_plan(visitor) or municipality.pk in _edited_municipalities(visitor)


def may_edit_intervention(visitor: Visitor, intervention: Intervention) -> bool:
    """An intervention in several municipalities, or in a group not listed, is the planners' alone."""
    if may_edit_plan(visitor):
        return True
    places = {place.municipality_id for place in intervention.places.all()}
    return bool(places) and places <= _edited_municipalities(visitor)


def editable_interventions(visitor: Visitor) -> QuerySet[Intervention]:
    if may_edit_plan(visitor):
        return Intervention.objects.all()
    mine = _edited_municipalities(visitor)
    here = PlanPlace.objects.filter(intervention__isnull=False, municipality__in=mine)
    elsewhere = PlanPlace.objects.filter(intervention__isnull=False).exclude(municipality__in=mine)
    return Intervention.objects.filter(pk__in=here.values("intervention")).exclude(
        pk__in=elsewhere.values("intervention")
    )


def may_edit_claim(visitor: Visitor, claim: Claim) -> bool:
    """A claim is one thing: who may edit all that it covers."""
    if may_edit_plan(visitor):
        return True
    covered = set(claim.interventions.values_list("pk", flat=True))
    mine = set(editable_interventions(visitor).filter(pk__in=covered).values_list("pk", flat=True))
    return bool(covered) and covered <= mine and not claim.actions.exists()


def editable_municipalities(visitor: Visitor) -> QuerySet[Municipality]:
    if may_edit_plan(visitor):
        return Municipality.objects.all()
    return Municipality.objects.filter(pk__in=_edited_municipalities(visitor))


def _has(visitor: Visitor, permission: str) -> TypeGuard[User]:
    return isinstance(visitor, User) and visitor.is_active and visitor.has_perm(permission)


def _edited_municipalities(visitor: Visitor) -> set[int]:
    if _has(visitor, "plan.change_intervention"):
        return set(Editorship.objects.filter(user=visitor).values_list("municipality_id", flat=True))
    return set()
