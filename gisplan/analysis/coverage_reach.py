"""How much of each municipality reaches a service: on foot and by bike over the ground, by car between centres."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely

from gisplan.accessibility.catchment import people_by_municipality
from gisplan.accessibility.coverage import complete_within, coverage, partial_shares
from gisplan.analysis.coverage_ground import Demand
from gisplan.analysis.ground import Ground
from gisplan.analysis.inputs import Floats
from gisplan.analysis.networks import open_network
from gisplan.analysis.reaching import reach_points
from gisplan.analysis.requests import MAX_MINUTES, RULES, SPEEDS_KMH, CatchmentRequest, catchment_request
from gisplan.analysis.road_times import RoadTimes, road_times
from gisplan.analysis.services import Services
from gisplan.network.nearest import k_nearest
from gisplan.network.service_area import DETOUR_FACTOR
from gisplan.network.travel import Travel

CAR = "car"
MODES = (*SPEEDS_KMH, CAR)


@dataclass(frozen=True)
class Reach:
    """By municipality of the demand: shares of people by status, the nearest service, the minutes to it and how found.

    `used` counts the services that the mode can use.
    """

    shares: Floats
    nearest: list[str | None]
    minutes: Floats
    methods: list[str | None]
    used: int
    parameters: dict[str, Any]


def reach_of(
    services: Services, demand: Demand, ground: Ground, *, request: tuple[str, int], complete: Any
) -> Reach:
    """`complete`: by municipality of the ground, whether its register holds every service."""
    mode, minutes = request
    if mode == CAR:
        return _by_car(services, demand, minutes=minutes, codes=ground.people.codes, complete=complete)
    return _over_ground(
        services, demand, ground, asked=catchment_request([minutes], mode=mode), complete=complete
    )


def _over_ground(
    services: Services, demand: Demand, ground: Ground, *, asked: CatchmentRequest, complete: Any
) -> Reach:
    """From the services outwards, as the catchments of the stations are made; people by share of ground."""
    minutes = asked.minutes[-1]
    speed_kmh = asked.speed_kmh or SPEEDS_KMH[asked.mode][1]
    reach_m = speed_kmh * 1000 / 60 * minutes
    usable = np.flatnonzero(services.measurable)
    near = usable[_near_territory(services.points_m[usable], demand, ground, reach_m)]
    found = reach_points(services.points_m[near], asked, ground)
    areas = [one.area.bands[-1].polygon for one in found]
    count = len(ground.people.codes)
    within = people_by_municipality([shapely.union_all(areas)], ground.surface, count=count)[0, :, 0]
    known = complete & ~_has_unplaced(services, ground)
    shares = partial_shares(
        demand.everyone,
        placed=np.minimum(_placed(ground)[demand.position], demand.everyone),
        reached=within[demand.position],
        complete=_complete_around(demand, ground, known, reach_m),
    )
    there = _nearest_on_foot(services, usable, demand, ground, asked=asked)
    by_network = sum(bool(one.network_name) for one in found)
    return Reach(
        shares,
        *there,
        len(usable),
        {
            "speed_kmh": asked.speed_kmh,
            "rules": asdict(RULES),
            "detour_factor": DETOUR_FACTOR,
            "services_on_network": by_network,
            "services_in_a_line": len(found) - by_network,
        },
    )


def _near_territory(points_m: Floats, demand: Demand, ground: Ground, reach_m: float) -> Any:
    """Positions of the points from which a municipality of the territory can be reached at all."""
    tree = shapely.STRtree(shapely.points(points_m))
    inside = ground.people.municipalities[demand.position]
    return np.unique(tree.query(inside, predicate="dwithin", distance=reach_m)[1])


def _placed(ground: Ground) -> Floats:
    """People of each municipality of the ground who live on known ground."""
    surface = ground.surface
    inside = surface.municipality >= 0
    placed = np.zeros(len(ground.people.codes))
    np.add.at(placed, surface.municipality[inside], surface.people[inside, 0])
    return placed


def _has_unplaced(services: Services, ground: Ground) -> Any:
    """Municipalities with a service that no walk can be measured to; all of them, if it may be in any."""
    if services.nowhere:
        return np.ones(len(ground.people.codes), dtype=bool)
    unplaced = {
        code for code, known in zip(services.municipalities, services.measurable, strict=True) if not known
    }
    return np.isin(ground.people.codes, sorted(unplaced))


def _complete_around(demand: Demand, ground: Ground, complete: Any, reach_m: float) -> Any:
    """Whether no unlisted service can be within reach, beyond the municipality's border too."""
    gaps = ground.people.municipalities[~complete]
    near = shapely.STRtree(gaps).query(
        ground.people.municipalities[demand.position], predicate="dwithin", distance=reach_m
    )[0]
    found = np.ones(len(demand.codes), dtype=bool)
    found[near] = False
    return found


def _nearest_on_foot(
    services: Services, usable: Any, demand: Demand, ground: Ground, *, asked: CatchmentRequest
) -> tuple[list[str | None], Floats, list[str | None]]:
    """From a point inside each municipality: on the best streets that lead to a service, else in a straight line."""
    count = len(demand.codes)
    if not len(usable):
        return [None] * count, np.full(count, np.inf), [None] * count
    speed_kmh = asked.speed_kmh or SPEEDS_KMH[asked.mode][1]
    inside = shapely.point_on_surface(ground.people.municipalities[demand.position])
    tree = shapely.STRtree(shapely.points(services.points_m[usable]))
    (_, place), apart_m = tree.query_nearest(inside, return_distance=True, all_matches=False)
    minutes = apart_m * DETOUR_FACTOR / (speed_kmh * 1000 / 60)
    methods: list[str | None] = ["straight_line"] * count
    travel = Travel(mode=asked.mode, minutes=float(MAX_MINUTES), speed_kmh=asked.speed_kmh)
    for row in reversed(ground.networks):
        found = k_nearest(
            open_network(row.digest), shapely.get_coordinates(inside), services.points_m[usable], travel, k=1
        )
        reached = np.flatnonzero(np.isfinite(found.minutes[:, 0]))
        minutes[reached], place[reached] = found.minutes[reached, 0], found.facility[reached, 0]
        for k in reached.tolist():
            methods[k] = "network"
    return [services.names[usable[k]] for k in place], minutes, methods


def _by_car(services: Services, demand: Demand, *, minutes: int, codes: list[str], complete: Any) -> Reach:
    """Between the centres of the municipalities: a place known only by its municipality is known enough."""
    times = road_times()
    places = sorted(set(services.municipalities) & set(times.codes))
    known = complete & (services.nowhere == 0)
    found = coverage(
        times.minutes(demand.codes, places).reshape(len(demand.codes), -1),
        threshold_min=minutes,
        complete=_complete_around_by_car(times, demand, codes, known=known, minutes=minutes),
    )
    standing: dict[str, list[str]] = {code: [] for code in places}
    for code, name in zip(services.municipalities, services.names, strict=True):
        if code in standing:
            standing[code].append(name)
    return Reach(
        found.shares,
        [_named(standing[places[k]]) if k >= 0 else None for k in found.destination.tolist()],
        found.minutes,
        [times.method if k >= 0 else None for k in found.destination.tolist()],
        sum(len(names) for names in standing.values()),
        {"road_times": times.parameters},
    )


def _complete_around_by_car(
    times: RoadTimes, demand: Demand, codes: list[str], *, known: Any, minutes: int
) -> Any:
    """Whether all that can be reached is known; nowhere, without a search, where no register is complete."""
    if not known.any():
        return np.zeros(len(demand.codes), dtype=bool)
    return complete_within(times.minutes(demand.codes, codes), known, threshold_min=minutes)


def _named(names: list[str]) -> str:
    """The first of the names, and how many more stand in the same municipality."""
    return names[0] if len(names) == 1 else f"{names[0]} (+{len(names) - 1})"


def reach_inputs(mode: str) -> str:
    """The digest of what a mode stands on beside services, people and streets."""
    return road_times().digest if mode == CAR else ""
