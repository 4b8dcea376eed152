"""Which axes of a plan act in each municipality: with an intervention of the plan, or with a project of the PNRR."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from gisplan.plan.models import Intervention, PlanEdition, PnrrLocalisation
from gisplan.plan.where import interventions_where


@dataclass
class ActingThere:
    """Codes of the axes, and of how many things of either register."""

    axes: set[str] = field(default_factory=set)
    interventions: int = 0
    projects: int = 0


def axes_acting(edition: PlanEdition, interventions: Sequence[Intervention]) -> dict[str, ActingThere]:
    """By ISTAT code, only where anything acts; `interventions` are the plan's own. What is in several is in each."""
    found: dict[str, ActingThere] = defaultdict(ActingThere)
    where = interventions_where(interventions)
    for one in interventions:
        for code in where[one.pk].codes:
            found[code].axes.add(one.axis.code)
            found[code].interventions += 1
    projects = PnrrLocalisation.objects.filter(
        project__intervention__axis__edition=edition, municipality__in_territory=True
    )
    rows = projects.order_by().values_list("municipality__istat_code", "project__intervention__axis__code")
    for code, axis, count in rows.annotate(Count("project", distinct=True)):
        found[code].axes.add(axis)
        found[code].projects += count
    return dict(found)
