"""Adding up amounts without counting one twice, and without splitting one that covers many."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Prefetch, Q

from gisplan.plan.models import Action, Axis, Claim, Intervention
from gisplan.plan.progress import order

Covered = frozenset[tuple[str, int]]


@dataclass
class Amounts:
    """A total and what it is made of; every claim that is left out is in the list of its reason."""

    total_eur: Decimal = Decimal(0)
    counted: list[Claim] = field(default_factory=list)
    superseded: list[Claim] = field(
        default_factory=list
    )  # an older or contradicting figure of the same thing
    contained: list[Claim] = field(default_factory=list)  # part of what a counted claim covers
    across_axes: list[Claim] = field(default_factory=list)  # covers other axes too: no share is known


def total_amounts(axis: Axis) -> Amounts:
    """Of the plan's own register; what PNRR projects cost is told apart (gisplan.plan.pnrr_figures)."""
    own = Q(interventions__axis=axis, interventions__register=Intervention.Register.PLAN)
    of_axis = own | Q(actions__strategy__axis=axis) | Q(actions__interventions__axis=axis)
    claims = (
        Claim.objects.filter(of_axis, kind=Claim.Kind.AMOUNT)
        .distinct()
        .prefetch_related(
            Prefetch("interventions", Intervention.objects.only("axis_id")),
            Prefetch("actions", Action.objects.select_related("strategy")),
            Prefetch("actions__interventions", Intervention.objects.only("action_id")),
        )
    )
    amounts = Amounts()
    within: list[Claim] = []
    for claim in claims:
        (within if _axes(claim) == {axis.pk} else amounts.across_axes).append(claim)
    _count(amounts, within)
    return amounts


def amounts_of_axes(of_each: Iterable[Amounts]) -> Amounts:
    """Of several axes: what each counts, and what covers several of them and nothing that one of them counts."""
    whole, across = Amounts(), dict[int, Claim]()
    for own in of_each:
        whole.total_eur += own.total_eur
        whole.counted += own.counted
        whole.superseded += own.superseded
        whole.contained += own.contained
        across |= {claim.pk: claim for claim in own.across_axes}
    counted = {thing for claim in whole.counted for thing in _covered(claim)}
    free = [claim for claim in across.values() if not _covered(claim) & counted]
    whole.contained += [claim for claim in across.values() if _covered(claim) & counted]
    _count(whole, free)
    return whole


def _count(amounts: Amounts, claims: Iterable[Claim]) -> None:
    latest: dict[Covered, Claim] = {}
    for claim in sorted(claims, key=order, reverse=True):
        if latest.setdefault(_covered(claim), claim) is not claim:
            amounts.superseded.append(claim)
    counted: set[tuple[str, int]] = set()
    for covered, claim in sorted(latest.items(), key=lambda item: -len(item[0])):
        if covered & counted:
            amounts.contained.append(claim)
            continue
        counted |= covered
        amounts.counted.append(claim)
        amounts.total_eur += claim.amount_eur or Decimal(0)


def _covered(claim: Claim) -> Covered:
    """The interventions and actions of a claim, and the interventions below its actions."""
    actions = {("action", action.pk) for action in claim.actions.all()}
    below = {("intervention", one.pk) for action in claim.actions.all() for one in action.interventions.all()}
    return frozenset(actions | below | {("intervention", one.pk) for one in claim.interventions.all()})


def _axes(claim: Claim) -> set[int]:
    return {one.axis_id for one in claim.interventions.all()} | {
        action.strategy.axis_id for action in claim.actions.all()
    }
