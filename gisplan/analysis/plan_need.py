"""What each municipality needs beside what acts in it: two measures in three steps each, for a map of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gisplan.analysis.coverage_ground import Demand
from gisplan.analysis.inputs import Floats
from gisplan.analysis.poles import poles_of_territory
from gisplan.analysis.results import number
from gisplan.analysis.road_times import road_times
from gisplan.territory.models import Population

NEEDS = ("old_age_index", "population_change", "minutes_to_pole")
REGISTERS = ("plan", "pnrr")
STEPS = 3


@dataclass(frozen=True)
class MunicipalityPlan:
    """One municipality: what it needs, what acts in it, and the step of each from 0 (None: need not known).

    `old_age_index` is people of 65 and over for 100 below 15; `population_change` % from the first to the last date;
    `minutes_to_pole` by car, 0 for a pole. Something that acts in several municipalities counts in each.
    """

    istat_code: str
    municipality: str
    snai_class: str
    zone: str
    people: float
    old_age_index: float | None
    population_change: float | None
    minutes_to_pole: float | None
    interventions: int
    interventions_per_1000: float | None
    pnrr_projects: int
    pnrr_per_1000: float | None
    need_step: int | None
    plan_step: int

    @property
    def pair(self) -> str | None:
        """Key of the bivariate palette."""
        return None if self.need_step is None else f"{self.need_step}{self.plan_step}"


@dataclass(frozen=True)
class Need:
    """`limits`: the upper limits of the first and second step of both measures."""

    rows: list[MunicipalityPlan]
    limits: dict[str, float | None]
    parameters: dict[str, Any]
    inputs: tuple[object, ...]


def municipality_plans(
    demand: Demand, touching: Mapping[str, Mapping[str, int]], *, need: str, register: str
) -> Need:
    change, dates = population_change(demand.codes)
    minutes, pole_parameters = minutes_to_pole(demand.codes)
    measures = {
        "old_age_index": old_age_index(demand),
        "population_change": change,
        "minutes_to_pole": minutes,
    }
    counts = {
        name: np.array([found.get(code, 0) for code in demand.codes]) for name, found in touching.items()
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = {name: 1000 * count / demand.everyone for name, count in counts.items()}
    # The lower the change, the higher the need.
    need_steps, need_limits = steps_of_need(measures[need], reverse=need == "population_change")
    plan_steps, middle = steps_of_plan(rates[register])
    rows = [
        MunicipalityPlan(
            istat_code=code,
            municipality=demand.names[k],
            snai_class=demand.groups["snai_class"][k],
            zone=demand.groups["zone"][k],
            people=float(demand.everyone[k]),
            **{name: number(values[k]) for name, values in measures.items()},
            interventions=int(counts["plan"][k]),
            interventions_per_1000=number(rates["plan"][k]),
            pnrr_projects=int(counts["pnrr"][k]),
            pnrr_per_1000=number(rates["pnrr"][k]),
            need_step=need_steps[k],
            plan_step=plan_steps[k],
        )
        for k, code in enumerate(demand.codes)
    ]
    limits = {"need_first": need_limits[0], "need_second": need_limits[1], "plan_middle": middle}
    return Need(rows, limits, dates | pole_parameters, (change, minutes))


def old_age_index(demand: Demand) -> Floats:
    """People of 65 and over for 100 below 15; nan where nobody is below 15."""
    young = demand.people("0-14")
    return np.where(young > 0, 100 * demand.people("65+") / np.where(young > 0, young, 1), np.nan)


def population_change(codes: Sequence[str]) -> tuple[Floats, dict[str, Any]]:
    """% from the first to the last date loaded; nan where a municipality has not both."""
    dates = list(
        Population.objects.order_by("reference_date").values_list("reference_date", flat=True).distinct()
    )
    if len(dates) < 2:
        return np.full(len(codes), np.nan), {"change_from": None, "change_to": None}
    first, last = (
        dict(Population.objects.filter(reference_date=day).values_list("municipality__istat_code", "people"))
        for day in (dates[0], dates[-1])
    )
    change = [
        100 * (last[code] / first[code] - 1) if first.get(code) and code in last else np.nan for code in codes
    ]
    return np.array(change, dtype=np.float64), {
        "change_from": dates[0].isoformat(),
        "change_to": dates[-1].isoformat(),
    }


def minutes_to_pole(codes: Sequence[str]) -> tuple[Floats, dict[str, Any]]:
    """Car minutes to the nearest pole of the inner areas, the margin's too; nan where none is reached."""
    times = road_times()
    poles = poles_of_territory(times.codes, times.neighbours)
    known = sorted(poles.classes)
    parameters = {"snai_edition": poles.list_edition, "poles": len(known), "road_times": times.parameters}
    if not known:
        return np.full(len(codes), np.nan), parameters
    minutes = times.minutes(codes, known).min(axis=1)
    return np.where(np.isfinite(minutes), minutes, np.nan), parameters


def steps_of_need(
    values: Floats, *, reverse: bool
) -> tuple[list[int | None], tuple[float | None, float | None]]:
    """Thirds of the municipalities whose value is known, 2 the most in need, and the limits between them."""
    known = values[np.isfinite(values)]
    if not len(known):
        return [None] * len(values), (None, None)
    first, second = (float(limit) for limit in np.quantile(known, (1 / STEPS, 2 / STEPS)))
    steps = np.searchsorted((first, second), values, side="left")
    steps = STEPS - 1 - steps if reverse else steps
    return [
        int(step) if finite else None
        for step, finite in zip(steps.tolist(), np.isfinite(values).tolist(), strict=True)
    ], (first, second)


def steps_of_plan(rates: Floats) -> tuple[list[int], float | None]:
    """0 where nothing acts; else up to or above the median of those where something does."""
    positive = rates[np.isfinite(rates) & (rates > 0)]
    if not len(positive):
        return [0] * len(rates), None
    middle = float(np.median(positive))
    return [0 if not rate > 0 else 1 if rate <= middle else 2 for rate in rates.tolist()], middle
