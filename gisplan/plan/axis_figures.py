"""What an axis comes to, zone by zone: an amount is a zone's only where all its places lie in that zone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gisplan.plan.amounts import Amounts, total_amounts
from gisplan.plan.models import Axis, Claim, Intervention, PlanPlace, PnrrProject
from gisplan.territory.models import Zone
from gisplan.territory.profile import people_by_age, zone_of_municipalities


@dataclass
class ZoneFigures:
    """One zone, or with no zone what belongs to none alone; something that touches two zones counts in both."""

    zone: Zone | None
    people: int = 0
    interventions: int = 0
    projects: int = 0
    plan_eur: Decimal = Decimal(0)
    pnrr_eur: Decimal = Decimal(0)

    @property
    def eur(self) -> Decimal:
        return self.plan_eur + self.pnrr_eur

    @property
    def known_eur(self) -> Decimal | None:
        """None where something is loaded and no amount is known to belong here alone."""
        return None if not self.eur and (self.interventions or self.projects) else self.eur

    @property
    def eur_per_person(self) -> float | None:
        known = self.known_eur
        return None if known is None or self.zone is None or not self.people else float(known) / self.people


@dataclass(frozen=True)
class ByZone:
    """The zones, and apart what no zone has alone: the sum of the euros is the axis's."""

    zones: list[ZoneFigures]
    apart: ZoneFigures = field(default_factory=lambda: ZoneFigures(None))

    @property
    def total_eur(self) -> Decimal:
        return sum((row.eur for row in self.zones), self.apart.eur)

    @property
    def known_total_eur(self) -> Decimal | None:
        """None where something is loaded and no amount of it is known."""
        anything = any(row.interventions or row.projects for row in (*self.zones, self.apart))
        return None if anything and not self.total_eur else self.total_eur


@dataclass(frozen=True)
class KindFigures:
    """The interventions of one kind and of one programme, and the amounts that cover these alone."""

    label: str
    programme: str
    interventions: int
    eur: Decimal | None


Zones = Mapping[int, frozenset[int | None]]


def by_zone(axis: Axis, amounts: Amounts | None = None) -> ByZone:
    """`amounts`: those of the axis, where they are added up already."""
    of_code = zone_of_municipalities()
    rows = {zone.pk: ZoneFigures(zone) for zone in Zone.objects.all()}
    for code, people in people_by_age({}).items():
        if code in of_code:
            rows[of_code[code].pk].people += people["people"]
    found = ByZone(list(rows.values()))
    zones = _zones_of_interventions(axis, {code: zone.pk for code, zone in of_code.items()})
    registers = dict(Intervention.objects.filter(axis=axis).values_list("pk", "register"))
    for pk, register in registers.items():
        touched = [rows[zone] for zone in zones.get(pk, ()) if zone is not None] or [found.apart]
        for row in touched:
            if register == Intervention.Register.PNRR:
                row.projects += 1
            else:
                row.interventions += 1
    for claim in (amounts or total_amounts(axis)).counted:
        row = _alone(_covered(claim), zones, rows, found.apart)
        row.plan_eur += claim.amount_eur or Decimal(0)
    projects = PnrrProject.objects.filter(intervention__axis=axis, total_eur__isnull=False)
    for pk, total in projects.values_list("intervention_id", "total_eur"):
        _alone([pk or 0], zones, rows, found.apart).pnrr_eur += total or Decimal(0)
    return found


def _covered(claim: Claim) -> list[int]:
    below = [one.pk for action in claim.actions.all() for one in action.interventions.all()]
    return [*(one.pk for one in claim.interventions.all()), *below]


def _alone(
    interventions: Iterable[int], zones: Zones, rows: Mapping[int, ZoneFigures], apart: ZoneFigures
) -> ZoneFigures:
    """The one zone that has all the places of all of them, or what is apart."""
    touched: set[int | None] = set()
    for pk in interventions:
        touched |= zones.get(pk, frozenset({None}))
    (only, *others) = touched or {None}
    return apart if others or only is None else rows[only]


def _zones_of_interventions(axis: Axis, zone_of_code: Mapping[str, int]) -> Zones:
    """Intervention -> the zones of its places; None stands for a place in no zone."""
    places = PlanPlace.objects.filter(intervention__axis=axis).order_by()
    found: dict[int, set[int | None]] = {}
    for pk, code, zone in places.values_list("intervention_id", "municipality__istat_code", "zone_id"):
        found.setdefault(pk or 0, set()).add(zone or zone_of_code.get(code or ""))
    return {pk: frozenset(zones) for pk, zones in found.items()}


def by_kind(axis: Axis, amounts: Amounts | None = None) -> list[KindFigures]:
    """The plan's own interventions; an amount that covers several kinds or programmes is in none of them."""
    own = Intervention.objects.filter(axis=axis, register=Intervention.Register.PLAN)
    of_kind: dict[tuple[str, str], list[Intervention]] = {}
    for one in own.order_by("kind_it", "programme"):
        of_kind.setdefault((one.kind_label, one.programme), []).append(one)
    group = {one.pk: key for key, members in of_kind.items() for one in members}
    sums: dict[tuple[str, str], Decimal] = {}
    for claim in (amounts or total_amounts(axis)).counted:
        groups = {group.get(pk) for pk in _covered(claim)}
        (only, *others) = groups or {None}
        if only is not None and not others:
            sums[only] = sums.get(only, Decimal(0)) + (claim.amount_eur or Decimal(0))
    return [KindFigures(*key, len(members), sums.get(key)) for key, members in of_kind.items()]
