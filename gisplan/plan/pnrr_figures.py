"""What the PNRR's data come to; each project once, and what cannot be given to a place told apart."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from gisplan.plan.models import Axis, PnrrLocalisation, PnrrProject
from gisplan.territory.models import Municipality, Population


@dataclass(frozen=True)
class PnrrFigures:
    """Projects, each whole and once; `shared_eur` is of those in several places: no share is known."""

    projects: int
    total_eur: Decimal
    pnrr_eur: Decimal
    shared: int = 0
    shared_eur: Decimal = Decimal(0)
    without_place: int = 0

    @property
    def in_one_place_eur(self) -> Decimal:
        return self.total_eur - self.shared_eur


def pnrr_of_axis(axis: Axis) -> PnrrFigures:
    """Whole amounts, each counted once, however many municipalities a project touches."""
    return _figures(PnrrProject.objects.filter(intervention__axis=axis))


@dataclass(frozen=True)
class MunicipalPnrr:
    """The projects of one axis in one municipality; `alone_eur` is of those that act nowhere else."""

    istat_code: str
    name: str
    people: int | None
    projects: int
    shared: int
    alone_eur: Decimal | None

    @property
    def eur_per_person(self) -> float | None:
        return float(self.alone_eur) / self.people if self.alone_eur is not None and self.people else None


def pnrr_by_municipality(
    axis: Axis, within: QuerySet[Municipality] | None = None, *, until_year: int | None = None
) -> list[MunicipalPnrr]:
    """The most projects first; an amount that several share, or of a later year, is in none of them."""
    amounts = _amounts(axis, until_year)
    places = PnrrLocalisation.objects.filter(project__in=amounts, municipality__isnull=False)
    pairs = set(places.order_by().values_list("project_id", "municipality_id"))
    in_several = {project for project, times in Counter(project for project, _ in pairs).items() if times > 1}
    of_place: dict[int, list[int]] = {}
    for project, municipality in sorted(pairs):
        of_place.setdefault(municipality, []).append(project)
    rows = (within if within is not None else Municipality.objects.all()).filter(pk__in=of_place)
    people = Population.objects.filter(municipality=OuterRef("pk")).order_by("-reference_date")
    named = rows.order_by("name").annotate(residents=Subquery(people.values("people")[:1]))
    found = [
        _municipal(named_row, of_place[named_row[0]], amounts, in_several)
        for named_row in named.values_list("pk", "istat_code", "name", "residents")
    ]
    return sorted(found, key=lambda row: (-row.projects, row.name))


def _amounts(axis: Axis, until_year: int | None) -> dict[int, Decimal | None]:
    """Project -> its funding as known up to the year."""
    rows = PnrrProject.objects.filter(intervention__axis=axis).order_by()
    return {
        pk: total if until_year is None or (day is not None and day.year <= until_year) else None
        for pk, total, day in rows.values_list("pk", "total_eur", "updated_on")
    }


def _municipal(
    row: tuple[int, str, str, int | None],
    projects: list[int],
    amounts: dict[int, Decimal | None],
    in_several: set[int],
) -> MunicipalPnrr:
    _pk, code, name, people = row
    alone = [amounts[one] for one in projects if one not in in_several]
    known = [amount for amount in alone if amount is not None]
    return MunicipalPnrr(
        istat_code=code,
        name=name,
        people=people,
        projects=len(projects),
        shared=len(projects) - len(alone),
        alone_eur=sum(known, Decimal(0)) if known else None,
    )


def pnrr_of_municipality(municipality: Municipality) -> PnrrFigures:
    """`in_one_place_eur` is of projects that act here alone; what others share is not divided."""
    here = PnrrLocalisation.objects.filter(municipality=municipality, project__isnull=False)
    return _figures(PnrrProject.objects.filter(pk__in=here.values("project")))


def _figures(projects: QuerySet[PnrrProject]) -> PnrrFigures:
    counted = projects.annotate(places=Count("localisations__municipality", distinct=True))
    several = Q(places__gt=1)
    found = counted.aggregate(
        n=Count("pk"),
        total=Sum("total_eur", default=Decimal(0)),
        pnrr=Sum("pnrr_eur", default=Decimal(0)),
        n_shared=Count("pk", filter=several),
        together=Sum("total_eur", filter=several, default=Decimal(0)),
        nowhere=Count("pk", filter=Q(places=0)),
    )
    return PnrrFigures(
        projects=found["n"],
        total_eur=found["total"],
        pnrr_eur=found["pnrr"],
        shared=found["n_shared"],
        shared_eur=found["together"],
        without_place=found["nowhere"],
    )


def unmapped_missions(missions: Collection[str]) -> dict[str, tuple[int, Decimal]]:
    """Mission that no axis has -> its projects and their funding; M7 came after the plan."""
    rows = (
        PnrrProject.objects.exclude(mission__in=missions)
        .values("mission")
        .annotate(number=Count("pk"), total=Sum("total_eur"))
    )
    return {row["mission"]: (row["number"], row["total"] or Decimal(0)) for row in rows.order_by("mission")}


def connection_notes(missions: Collection[str]) -> list[str]:
    """What does not come together, counted."""
    placed = Q(localisations__municipality__isnull=False)
    without_place = PnrrProject.objects.annotate(n=Count("localisations", filter=placed)).filter(n=0).count()
    orphans = PnrrLocalisation.objects.filter(project__isnull=True)
    pairs = orphans.values("cup", "local_code").distinct().count()
    notes = []
    if pairs:
        notes.append(
            f"{pairs:,} pairs of CUP and local code have a place and no project ({orphans.count():,} rows)"
        )
    if without_place:
        notes.append(f"{without_place:,} projects have no place")
    for mission, (number, total) in unmapped_missions(missions).items():
        notes.append(
            f"mission {mission} belongs to no axis: {number:,} projects, {total:,.2f} EUR, kept apart"
        )
    return notes
