"""What the PNRR's data come to; each project once, and what cannot be given to a place told apart."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from gisplan.plan.models import Axis, PnrrLocalisation, PnrrProject
from gisplan.territory.models import Municipality


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


def pnrr_of_municipality(municipality: Municipality) -> PnrrFigures:
    """`in_one_place_eur` is of projects that act here alone; what others share is not divided."""
    here = PnrrLocalisation.objects.filter(municipality=municipality, project__isnull=False)
    return _figures(PnrrProject.objects.filter(pk__in=here.values("project")))


def _figures(projects: QuerySet[PnrrProject]) -> PnrrFigures:
    counted = projects.annotate(places=Count("localisations__municipality", distinct=True))
    rows = counted.values_list("places", "total_eur", "pnrr_eur")
    nothing = Decimal(0)
    several = [row for row in rows if row[0] > 1]
    return PnrrFigures(
        projects=len(rows),
        total_eur=sum((row[1] or nothing for row in rows), nothing),
        pnrr_eur=sum((row[2] or nothing for row in rows), nothing),
        shared=len(several),
        shared_eur=sum((row[1] or nothing for row in several), nothing),
        without_place=sum(1 for row in rows if row[0] == 0),
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
