"""Which interventions of an axis a reader asks for, and what can be asked."""

from dataclasses import dataclass

from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from gisplan.plan.models import Axis, Claim, Intervention, PlanPlace
from gisplan.plan.models.register import in_language
from gisplan.territory.models import Municipality, SnaiClass, Zone, ZoneMembership
from gisplan.territory.profile import SNAI_EDITION

#: Beside the states of a claim: nothing is claimed, or a source says it in words of its own.
NOT_KNOWN, IN_WORDS = "not_known", "in_words"
BOTH = "both"


@dataclass(frozen=True)
class Wanted:
    """What is asked; an empty value asks nothing. Amounts and states are those known up to `year`."""

    register: str = Intervention.Register.PLAN.value
    kind: str = ""
    zone: int | None = None
    municipality: str = ""
    state: str = ""
    snai: str = ""
    year: int | None = None

    @property
    def plan(self) -> bool:
        return self.register in (Intervention.Register.PLAN, BOTH)

    @property
    def pnrr(self) -> bool:
        return self.register in (Intervention.Register.PNRR, BOTH)

    @property
    def by_place(self) -> bool:
        return bool(self.zone or self.municipality or self.snai)


@dataclass(frozen=True)
class Choices:
    """What the filters of an axis offer: only what is there."""

    kinds: list[tuple[str, str]]
    states: list[str]
    zones: list[Zone]
    municipalities: list[tuple[str, str]]
    letters: list[str]
    years: list[int]
    registers: list[str]


def municipalities_wanted(wanted: Wanted) -> QuerySet[Municipality]:
    """Those that answer the filters of place together."""
    found = Municipality.objects.all()
    if wanted.municipality:
        found = found.filter(istat_code=wanted.municipality)
    if wanted.zone:
        of_zone = ZoneMembership.objects.filter(zone__number=wanted.zone, valid_to__isnull=True)
        found = found.filter(pk__in=of_zone.values("municipality"))
    if wanted.snai:
        of_class = SnaiClass.objects.filter(letter=wanted.snai, snai_edition=SNAI_EDITION)
        found = found.filter(pk__in=of_class.values("municipality"))
    return found


def filtered(axis: Axis, wanted: Wanted) -> QuerySet[Intervention]:
    """The plan's own first, then those of the PNRR, each by code."""
    found = Intervention.objects.filter(axis=axis)
    if wanted.register != BOTH:
        found = found.filter(register=wanted.register)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.by_place:
        places = Q(municipality__in=municipalities_wanted(wanted).values("pk"))
        if wanted.zone and not wanted.municipality and not wanted.snai:
            places |= Q(zone__number=wanted.zone)
        found = found.filter(pk__in=PlanPlace.objects.filter(places).values("intervention"))
    if wanted.state:
        found = found.annotate(known_state=_state(wanted.year)).filter(known_state=wanted.state)
    return found.order_by("register", "code")


def _state(year: int | None) -> Coalesce:
    """As `gisplan.plan.progress.latest` finds it, in the database."""
    claims = Claim.objects.filter(interventions=OuterRef("pk"), kind=Claim.Kind.STATE)
    if year is not None:
        claims = claims.filter(as_of_date__year__lte=year)
    latest = claims.order_by(F("as_of_date").desc(nulls_last=True), "-code")
    in_use = Func(F("state"), Value(""), function="NULLIF", output_field=Claim._meta.get_field("state"))
    worded = latest.annotate(shown=Coalesce(in_use, Value(IN_WORDS)))
    return Coalesce(Subquery(worded.values("shown")[:1]), Value(NOT_KNOWN))


def choices(axis: Axis) -> Choices:
    interventions = Intervention.objects.filter(axis=axis)
    kinds = interventions.values_list("register", "kind", "kind_it", "kind_en").distinct()
    rows = list(kinds.order_by("register", "kind_it"))
    here = Municipality.objects.filter(plan_places__intervention__axis=axis, in_territory=True)
    municipalities = list(here.order_by("name").values_list("istat_code", "name").distinct())
    codes = [code for code, _name in municipalities]
    letters = SnaiClass.objects.filter(municipality__istat_code__in=codes, snai_edition=SNAI_EDITION)
    claims = Claim.objects.filter(interventions__axis=axis)
    states = set(claims.filter(kind=Claim.Kind.STATE).values_list("state", flat=True))
    return Choices(
        kinds=[(kind, in_language(italian, english)) for _register, kind, italian, english in rows],
        states=[*(state for state in Claim.State.values if state in states and state), *_others(states)],
        zones=list(Zone.objects.all()),
        municipalities=municipalities,
        letters=sorted(set(letters.values_list("letter", flat=True))),
        years=_years(claims),
        registers=sorted({row[0] for row in rows}),
    )


def _others(states: set[str]) -> list[str]:
    return [*([IN_WORDS] if "" in states else []), NOT_KNOWN]


def _years(claims: QuerySet[Claim]) -> list[int]:
    """From the first to the last year of which something is claimed."""
    year = Func(
        F("as_of_date"), template="EXTRACT(YEAR FROM %(expressions)s)::int", output_field=IntegerField()
    )
    found = claims.filter(as_of_date__isnull=False).order_by().annotate(year=year)
    known = set(found.values_list("year", flat=True).distinct())
    return list(range(min(known), max(known) + 1)) if known else []
