"""Accessibility of a supply to the people: from the database to a matrix of minutes, the measure, and a Run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from numpy.typing import NDArray
from tqdm import tqdm

from gisplan.accessibility.decay import GaussianDecay, StepDecay
from gisplan.accessibility.fca import balanced_fca, enhanced_two_step_fca, three_step_fca, two_step_fca
from gisplan.accessibility.proximity import cumulative_opportunities, gravity, k_nearest, nearest
from gisplan.analysis.access_inputs import Demand, Supply, demand_points, supply_points
from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.ground import Ground, current_ground
from gisplan.analysis.inputs import Floats, digest
from gisplan.analysis.models import Run, StreetNetwork
from gisplan.analysis.networks import open_network
from gisplan.analysis.reaching import batched
from gisplan.analysis.requests import MAX_MINUTES
from gisplan.analysis.results import UNITS, Table, number
from gisplan.analysis.runs import keep_result, known_run, speeds_used
from gisplan.network.od import od_matrix
from gisplan.network.snap import SnapStatus, snap
from gisplan.network.travel import Travel

METHOD = "accessibility"
MODES = ("walk", "bike", "car")
#: Weights of the three thirds of the minutes (Luo and Qi 2009).
STEP_WEIGHTS = (1.0, 0.68, 0.22)
ORIGINS_A_CALL = 256
MAX_COUNT = 10


@dataclass(frozen=True)
class AccessRequest:
    measure: str
    supply: str
    demand: str
    mode: str
    minutes: int
    count: int = 3

    def __post_init__(self) -> None:
        _refuse_other("--measure", self.measure, MEASURES)
        _refuse_other("--mode", self.mode, MODES)
        _refuse_other("--demand", self.demand, ("municipalities", "cells"))
        if not 1 <= self.minutes <= MAX_MINUTES:
            raise AnalysisError(
                f"--minutes expects a whole number from 1 to {MAX_MINUTES}, found {self.minutes}: give another."
            )
        if not 1 <= self.count <= MAX_COUNT:
            raise AnalysisError(
                f"--count expects a whole number from 1 to {MAX_COUNT}, found {self.count}: give another."
            )

    @property
    def columns(self) -> list[str]:
        """Names of the figure's columns: one, or one for each of the k nearest places."""
        if self.measure == "k_nearest":
            return [f"nearest_{place}" for place in range(1, self.count + 1)]
        return [self.measure]

    @property
    def travel(self) -> Travel:
        return Travel(mode=self.mode, minutes=float(self.minutes))  # type: ignore[arg-type]

    @property
    def steps(self) -> StepDecay:
        return StepDecay(tuple(self.minutes * k / 3 for k in (1, 2, 3)), STEP_WEIGHTS)

    @property
    def bell(self) -> GaussianDecay:
        """A third of the minutes as sigma: 0.011 at the last minute, nothing beyond."""
        return GaussianDecay(self.minutes / 3, float(self.minutes))


def _refuse_other(option: str, found: str, known: Any) -> None:
    if found not in known:
        raise AnalysisError(f"{option} expects one of {', '.join(known)}, found {found!r}: choose one.")


Measure = Callable[[AccessRequest, Floats, Floats, Floats], Floats]
#: Measure -> its figure (or figures) of each origin, from request, minutes, people and supply; and their unit.
MEASURES: dict[str, tuple[Measure, str]] = {
    "2sfca": (
        lambda r, od, p, s: two_step_fca(od, people=p, supply=s, threshold_min=r.minutes).access,
        "{supply} per person",
    ),
    "e2sfca": (
        lambda r, od, p, s: enhanced_two_step_fca(od, people=p, supply=s, decay=r.steps).access,
        "{supply} per person",
    ),
    "3sfca": (
        lambda r, od, p, s: three_step_fca(od, people=p, supply=s, decay=r.steps).access,
        "{supply} per person",
    ),
    "bfca": (
        lambda r, od, p, s: balanced_fca(od, people=p, supply=s, decay=r.steps).access,
        "{supply} per person",
    ),
    "cumulative": (
        lambda r, od, p, s: cumulative_opportunities(od, s, threshold_min=r.minutes),
        "{supply}",
    ),
    "gravity": (lambda r, od, p, s: gravity(od, s, decay=r.bell), "{supply}, discounted"),
    "nearest": (lambda r, od, p, s: nearest(od).minutes[:, 0], "min"),
    "k_nearest": (lambda r, od, p, s: k_nearest(od, r.count).minutes, "min"),
}
#: Measures whose figure is a time: a row that reaches nothing has none, where the others are 0.
IN_MINUTES = ("nearest", "k_nearest")


def run_access(request: AccessRequest, *, user: User | None = None) -> Run:
    """Compute and keep; the same request on the same inputs is the same Run. Without streets it is refused."""
    ground = current_ground()
    demand, supply = demand_points(request.demand, ground), supply_points(request.supply)
    network = _network(ground, demand, request)
    travel = request.travel
    parameters = {
        "measure": request.measure,
        "supply": request.supply,
        "supply_unit": supply.unit,
        "supply_left_out": supply.left_out,
        "demand": request.demand,
        "mode": request.mode,
        "minutes": request.minutes,
        "speed_kmh": travel.used_kmh,
        "speeds": speeds_used(travel.mode, travel.speed_kmh),
        "snap_cap_m": travel.snap.cap_m,
        "network": network.name,
    }
    if request.measure == "k_nearest":
        parameters["count"] = request.count
    input_digest = access_digest(supply, ground)
    kept = known_run(METHOD, parameters, input_digest)
    if kept:
        return kept
    table = _table(request, demand, supply, *_minutes(network, demand, supply, travel))
    unit = MEASURES[request.measure][1].format(supply=supply.unit)
    own = dict.fromkeys(request.columns, unit)
    units = [own.get(name, UNITS.get(name, "")) for name in table.columns]
    result = {"tables": [table.as_json() | {"units": units}]}
    return keep_result(
        METHOD, parameters, result, input_digest=input_digest, editions=ground.editions, user=user
    )


def access_digest(supply: Supply, ground: Ground) -> str:
    return digest([supply.codes, supply.points_m, supply.amounts, ground.digest])


def _network(ground: Ground, demand: Demand, request: AccessRequest) -> StreetNetwork:
    """The network near whose streets most people live; a matrix must stand on one."""
    best, most = None, 0.0
    for row in ground.networks:
        snaps = snap(open_network(row.digest), demand.points_m, mode=request.travel.mode)
        near = np.array([status is not SnapStatus.TOO_FAR for status in snaps.status])
        people = float(demand.people[near].sum())
        if people > most:
            best, most = row, people
    if best is None:
        raise AnalysisError(
            f"Expected a street network open to {request.mode} near the people of this territory, found none: "
            "run `gisplan load_network FILE` with its streets."
        )
    return best


def _minutes(
    network: StreetNetwork, demand: Demand, supply: Supply, travel: Travel
) -> tuple[Floats, NDArray[np.bool_]]:
    """od_min, and which rows of the demand have no street within the cap."""
    streets = open_network(network.digest)
    rows, far = [], []
    with tqdm(total=len(demand.points_m), unit="origin", disable=None) as bar:
        for chunk in batched(range(len(demand.points_m)), ORIGINS_A_CALL):
            found = od_matrix(streets, demand.points_m[chunk], supply.points_m, travel)
            rows.append(found.od_min)
            far += [status is SnapStatus.TOO_FAR for status in found.origins.status]
            bar.update(len(chunk))
    return np.vstack(rows), np.array(far, dtype=bool)


def _table(
    request: AccessRequest, demand: Demand, supply: Supply, od_min: Floats, far: NDArray[np.bool_]
) -> Table:
    """Every row of the demand; what reaches nothing is 0 by rule, and says why (for minutes: not known)."""
    figure = MEASURES[request.measure][0](request, od_min, demand.people, supply.amounts)
    figures = figure.reshape(len(od_min), -1)
    reaches = np.isfinite(od_min).any(axis=1)
    status = np.where(far, "no_street", np.where(reaches, "reached", "unreachable"))
    placed = request.demand == "cells"
    rows = [
        [
            *(demand.codes[k], demand.names[k]),
            *(round(float(metres), 2) for metres in demand.points_m[k][: 2 * placed]),
            number(demand.people[k]),
            *(float(f"{value:.9g}") if np.isfinite(value) else None for value in figures[k]),
            str(status[k]),
        ]
        for k in range(len(figures))
    ]
    where = ["x_m", "y_m"] if placed else []
    return Table("access", ["code", "place", *where, "people", *request.columns, "status"], rows)


def access_note(run: Run) -> str:
    """For the terminal: what it is, in what unit, on what it stands, and how many rows are 0 by rule."""
    (table,) = run.result["tables"]
    states = [row[-1] for row in table["rows"]]
    asked = run.parameters
    left = "not known" if asked["measure"] in IN_MINUTES else "0 by rule"
    kmh = f"{asked['speed_kmh']:g} km/h" if asked["speed_kmh"] else "each street's speed"
    return (
        f"run {run.pk}: {asked['measure']} of {asked['supply']} [{table['units'][-2]}] within {asked['minutes']} min "
        f"by {asked['mode']} at {kmh} on {asked['network']}; {len(states)} rows: {states.count('reached')} reach a "
        f"place, {states.count('unreachable')} none in time, {states.count('no_street')} no street within "
        f"{asked['snap_cap_m']:g} m (both {left}); left out of the supply: {asked['supply_left_out']}"
    )
