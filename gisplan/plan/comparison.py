"""A municipality beside its zone and the whole territory: people, and what is done there per inhabitant."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gisplan.plan.models import Intervention, PlanEdition, PlanPlace, PnrrProject
from gisplan.territory.demography import SPANS
from gisplan.territory.models import Municipality, SnaiClass, ZoneMembership
from gisplan.territory.profile import SNAI_EDITION, people_by_age


@dataclass(frozen=True)
class PlaceFigures:
    """Of a set of municipalities; `pnrr_eur` is of the projects that act in no other."""

    municipalities: int
    people: int
    people_0_14: int
    people_65_plus: int
    people_inner: int
    interventions: int
    projects: int
    pnrr_eur: Decimal

    def per_person(self, value: float) -> float | None:
        return value / self.people if self.people else None

    @property
    def share_0_14(self) -> float | None:
        return self.per_person(100 * self.people_0_14)

    @property
    def share_65_plus(self) -> float | None:
        return self.per_person(100 * self.people_65_plus)

    @property
    def old_age_index(self) -> float | None:
        return 100 * self.people_65_plus / self.people_0_14 if self.people_0_14 else None

    @property
    def share_inner(self) -> float | None:
        return self.per_person(100 * self.people_inner)

    @property
    def interventions_per_1000(self) -> float | None:
        return self.per_person(1000 * self.interventions)

    @property
    def projects_per_1000(self) -> float | None:
        return self.per_person(1000 * self.projects)

    @property
    def pnrr_eur_per_person(self) -> float | None:
        return self.per_person(float(self.pnrr_eur))


@dataclass(frozen=True)
class Comparison:
    here: PlaceFigures
    zone: PlaceFigures | None
    zone_name: str
    territory: PlaceFigures


def compare(
    municipality: Municipality, edition: PlanEdition | None, *, known: "Known | None" = None
) -> Comparison:
    """`known`: what all municipalities are counted from, for whoever has read it already."""
    known = known or Known(edition)
    membership = ZoneMembership.objects.filter(municipality=municipality, valid_to__isnull=True)
    own = membership.select_related("zone").first()
    members = ZoneMembership.objects.filter(zone=own.zone if own else None, valid_to__isnull=True)
    codes = set(members.values_list("municipality__istat_code", flat=True))
    return Comparison(
        here=known.figures({municipality.istat_code}),
        zone=known.figures(codes) if own else None,
        zone_name=str(own.zone) if own else "",
        territory=known.figures(set(known.people)),
    )


def figures_of(
    groups: Mapping[str, Collection[str]], edition: PlanEdition | None
) -> tuple[dict[str, PlaceFigures], PlaceFigures]:
    """Of each group of municipalities (by ISTAT code), and of the whole territory."""
    known = Known(edition)
    return {name: known.figures(codes) for name, codes in groups.items()}, known.figures(known.people)


class Known:
    """What all are counted from, read once."""

    def __init__(self, edition: PlanEdition | None) -> None:
        self.people = people_by_age(SPANS)
        inner = SnaiClass.objects.filter(snai_edition=SNAI_EDITION, letter__in="DEF")
        self.inner = set(inner.values_list("municipality__istat_code", flat=True))
        places = PlanPlace.objects.filter(intervention__axis__edition=edition, municipality__isnull=False)
        self.plan: dict[int, set[str]] = {}
        self.pnrr: dict[int, set[str]] = {}
        rows = places.order_by().values_list(
            "intervention_id", "intervention__register", "municipality__istat_code"
        )
        for pk, register, code in rows:
            chosen = self.pnrr if register == Intervention.Register.PNRR else self.plan
            chosen.setdefault(pk or 0, set()).add(code or "")
        projects = PnrrProject.objects.filter(intervention__isnull=False).order_by()
        self.euros = dict(projects.values_list("intervention_id", "total_eur"))
        self.plan_in, self.pnrr_in = _by_place(self.plan), _by_place(self.pnrr)

    def figures(self, codes: Collection[str]) -> PlaceFigures:
        wanted = set(codes)
        people = [self.people[code] for code in wanted if code in self.people]
        touching = _touching(self.pnrr_in, wanted)
        alone = [self.euros.get(pk) or Decimal(0) for pk in touching if self.pnrr[pk] <= wanted]
        return PlaceFigures(
            municipalities=len(people),
            people=sum(one["people"] for one in people),
            people_0_14=sum(one["0_14"] for one in people),
            people_65_plus=sum(one["65_plus"] for one in people),
            people_inner=sum(
                self.people[code]["people"] for code in wanted & self.inner if code in self.people
            ),
            interventions=len(_touching(self.plan_in, wanted)),
            projects=len(touching),
            pnrr_eur=sum(alone, Decimal(0)),
        )


def _by_place(places: Mapping[int, set[str]]) -> dict[str, set[int]]:
    """The same the other way round: hundreds of places would otherwise go through thousands of projects each."""
    found: dict[str, set[int]] = {}
    for pk, codes in places.items():
        for code in codes:
            found.setdefault(code, set()).add(pk)
    return found


def _touching(things: Mapping[str, set[int]], codes: Collection[str]) -> set[int]:
    return {pk for code in codes for pk in things.get(code, ())}
