"""Which plan edition a page shows when the address names none."""

from django.conf import settings
from django.db.models import QuerySet

from gisplan.plan.models import PlanEdition


def plan_editions() -> QuerySet[PlanEdition]:
    """The editions of the plans of this territory, oldest first."""
    return PlanEdition.objects.filter(province_code__in=settings.TERRITORY)


def default_edition() -> PlanEdition | None:
    """The first edition: the one whose interventions are loaded."""
    return plan_editions().first()
