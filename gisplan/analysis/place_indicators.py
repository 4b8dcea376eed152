"""One figure of each place, for maps that compare places: rates, so that a village can stand beside a city."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.inputs import Floats
from gisplan.analysis.nearest_services import minutes_to_service
from gisplan.analysis.plan_need import minutes_to_pole
from gisplan.analysis.trends import population_dates, trends
from gisplan.plan.comparison import PlaceFigures, figures_of
from gisplan.plan.models import PlanEdition

Values = dict[str, float | None]

RATES: dict[str, Callable[[PlaceFigures], float | None]] = {
    "share_65_plus": lambda one: one.share_65_plus,
    "share_0_14": lambda one: one.share_0_14,
    "old_age_index": lambda one: one.old_age_index,
    "share_inner": lambda one: one.share_inner,
    "interventions_per_1000": lambda one: one.interventions_per_1000,
    "pnrr_per_1000": lambda one: one.projects_per_1000,
    "pnrr_eur_per_inhabitant": lambda one: one.pnrr_eur_per_person,
}
CHANGE = "change_pct"
MINUTES = ("minutes_to_pole", "minutes_to_hospital")
_HOSPITAL = "hospitals:public"


def rates(groups: Mapping[str, Collection[str]], edition: PlanEdition | None) -> dict[str, Values]:
    """Every rate of each group of municipalities; of a register of which nothing is loaded none is known."""
    of_each, whole = figures_of(groups, edition)
    empty = {
        "interventions_per_1000": not whole.interventions,
        "pnrr_per_1000": not whole.projects,
        "pnrr_eur_per_inhabitant": not whole.projects,
    }
    return {
        name: {key: None if empty.get(name) else rate(one) for key, one in of_each.items()}
        for name, rate in RATES.items()
    }


def changes(kind: str = "municipality") -> Values:
    """Residents from the first to the last loaded date, in %: by ISTAT code, or by the number of the zone."""
    if len(population_dates()) < 2:
        return {}
    table: Mapping[str, Any] = next(
        one for one in trends().result["tables"] if one["name"] == f"trends_by_{kind}"
    )
    at = table["columns"].index(CHANGE)
    rows = [row for row in table["rows"] if row[0]]
    return {row[0].split()[0]: row[at] for row in rows}


def minutes(name: str, codes: Collection[str]) -> Values:
    """By car to the nearest pole or public hospital of the register; 0 where it is in the municipality itself."""
    wanted = list(codes)
    try:
        found: Floats = (
            minutes_to_pole(wanted)[0] if name == "minutes_to_pole" else minutes_to_service(_HOSPITAL, wanted)
        )
    except AnalysisError:  # no road times, or a municipality without a boundary
        return {}
    known = np.isfinite(found).tolist()
    return {
        code: value if is_known else None
        for code, value, is_known in zip(wanted, found.tolist(), known, strict=True)
    }
