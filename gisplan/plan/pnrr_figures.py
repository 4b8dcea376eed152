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
