"""What several parts of one page ask of the plan, read once while it has not changed."""

from gisplan.plan.amounts import Amounts, total_amounts
from gisplan.plan.models import Axis, PlanEdition
from gisplan.plan.queries import MunicipalityInterventions, default_edition, interventions_of_municipality
from gisplan.territory.models import Municipality
from gisplan.web.kept import data_stamp, kept


def first_edition() -> PlanEdition | None:
    return kept(data_stamp().of("plan"), "first edition", default_edition)


def interventions_there(municipality: Municipality) -> MunicipalityInterventions:
    """Of the first edition, in the municipality or in a group whose members are not listed."""
    return kept(
        data_stamp().of("territory", "plan"),
        ("interventions there", municipality.pk),
        lambda: interventions_of_municipality(municipality, edition=first_edition()),
    )


def amounts_of(axis: Axis) -> Amounts:
    """Added up once for the page and for the answers below it."""
    return kept(data_stamp().of("plan"), ("amounts", axis.pk), lambda: total_amounts(axis))
