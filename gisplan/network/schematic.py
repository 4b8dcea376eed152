"""Car minutes between municipal centres where no road network is known: a schematic network of neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gisplan.network.contiguity import Pairs
from gisplan.network.errors import BadParameter, BadPoint
from gisplan.network.schematic_centres import gabriel_pairs
from gisplan.network.schematic_rules import TERRAIN_OF_ZONE, SchematicRules

Floats = NDArray[np.float64]
_MOUNTAIN = 3
_AT_ONCE = 256  # searches whose predecessors are held at the same time


@dataclass(frozen=True)
class Centres:
    """Municipal centres, all arrays of length n.

    Attributes
    ----------
    points_m : shape (n, 2)
    altitude_m : nan is not known
    zone : ISTAT's altimetric zone 1 to 5, 0 is not known
    people : nan is not known
    area_km2 : of the municipality
    """

    points_m: Floats
    altitude_m: Floats
    zone: NDArray[np.int64]
    people: Floats
    area_km2: Floats

    def __len__(self) -> int:
        return len(self.points_m)


@dataclass(frozen=True)
class SchematicNetwork:
    """Hops between neighbouring centres.

    Attributes
    ----------
    hops : pairs of positions, shape (m, 2)
    hop_min : minutes of each, shape (m,)
    road : 0 local, 1 main, 2 trunk, shape (m,)
    ridges : neighbours that no hop joins, shape (k, 2)
    town_min : minutes that either end adds for the way through its built-up area and to park, shape (n,)
    """

    hops: Pairs
    hop_min: Floats
    road: NDArray[np.int64]
    ridges: Pairs
    town_min: Floats

    def minutes(self, origins: ArrayLike, destinations: ArrayLike) -> Floats:
        """Car minutes, shape (n_origins, n_destinations); 0 to itself, inf where no hops lead."""
        rows, columns = np.asarray(origins, dtype=np.int64), np.asarray(destinations, dtype=np.int64)
        if not len(rows) or not len(columns):
            return np.zeros((len(rows), len(columns)))
        turned = len(columns) < len(rows)  # both ways take the same time, so search from the fewer
        here, there = (columns, rows) if turned else (rows, columns)
        way = dijkstra(_graph(self.hops, self.hop_min, len(self.town_min)), directed=False, indices=here)[
            :, there
        ]
        found = way + self.town_min[here, None] + self.town_min[None, there]
        found[here[:, None] == there[None, :]] = 0.0
        return np.asarray(found.T if turned else found, dtype=np.float64)


def schematic_network(centres: Centres, neighbours: Pairs, rules: SchematicRules) -> SchematicNetwork:
    """Build the network (hops in minutes) of municipalities of which only centres, borders and terrain are known.

    Parameters
    ----------
    centres : Centres
        What is known of each municipality.
    neighbours : shape (m, 2)
        Positions of municipalities with a common border.
    rules : SchematicRules
        What is assumed of roads.

    Raises
    ------
    BadPoint
        A centre whose position is not finite.
    BadParameter
        Arrays of different length, a pair that names no two centres, a zone beyond 0 to 5.

    Notes
    -----
    A hop runs half in each municipality, at the detour and speed of its terrain, and is never steeper than the
    rules allow. In the mountains a border is a ridge, and not crossed, where a common neighbour is nearer to both
    (the relative neighbourhood graph of Toussaint 1980, in minutes and among neighbours): what was in one piece
    stays so, since the way over the common neighbour is left. Centres of more people are joined to their like
    (Gabriel and Sokal 1969) by better roads, which follow the quickest hops.
    """
    neighbours = _checked(centres, neighbours)
    length_m = np.linalg.norm(
        centres.points_m[neighbours[:, 0]] - centres.points_m[neighbours[:, 1]], axis=1
    ).clip(min=1.0)
    ridges = _ridges(centres, neighbours, _hop_minutes(centres, neighbours, length_m, 0, rules))
    hops, length_m = neighbours[~ridges], length_m[~ridges]
    by_road = np.array([_hop_minutes(centres, hops, length_m, road, rules) for road in range(3)])
    road = np.zeros(len(hops), dtype=np.int64)
    for better, people in enumerate(rules.centre_people, start=1):
        hop_min = np.take_along_axis(by_road, road[None], axis=0)[0]
        joined = _joined(centres, people, hops, hop_min, rules.sought_min)
        road[joined] = better
    return SchematicNetwork(
        hops=hops,
        hop_min=np.take_along_axis(by_road, road[None], axis=0)[0],
        road=road,
        ridges=neighbours[ridges],
        town_min=_town_minutes(centres, rules),
    )


def _checked(centres: Centres, neighbours: Pairs) -> Pairs:
    n = len(centres)
    lengths = {len(one) for one in (centres.altitude_m, centres.zone, centres.people, centres.area_km2)}
    if lengths - {n}:
        raise BadParameter(f"Expected {n} values of each kind, found {sorted(lengths)}; give one a centre.")
    bad = np.flatnonzero(~np.isfinite(centres.points_m).all(axis=1))
    if len(bad):
        raise BadPoint(f"Expected finite metres of each centre, found none at position {bad[0]}; correct it.")
    if ((centres.zone < 0) | (centres.zone >= len(TERRAIN_OF_ZONE))).any():
        raise BadParameter(
            "Expected altimetric zones from 1 to 5, 0 where not known, found another; correct it."
        )
    pairs = np.asarray(neighbours, dtype=np.int64).reshape(-1, 2)
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= n or (pairs[:, 0] == pairs[:, 1]).any()):
        raise BadParameter(
            f"Expected pairs of two positions below {n}, found another; correct the neighbours."
        )
    return pairs


def _hop_minutes(centres: Centres, hops: Pairs, length_m: Floats, road: int, rules: SchematicRules) -> Floats:
    terrain = np.array(TERRAIN_OF_ZONE)[centres.zone][hops]
    detour, speed_kmh = np.array(rules.detour[road])[terrain], np.array(rules.speed_kmh[road])[terrain]
    road_m = length_m * detour.mean(axis=1)
    climb_m = np.nan_to_num(np.abs(np.diff(centres.altitude_m[hops], axis=1)[:, 0]))
    longer = np.maximum(1.0, climb_m / rules.steepest / road_m)
    return np.asarray((length_m[:, None] / 2 * detour / speed_kmh).sum(axis=1) * longer * 60 / 1000)


def _ridges(centres: Centres, pairs: Pairs, hop_min: Floats) -> NDArray[np.bool_]:
    near: list[dict[int, float]] = [{} for _ in range(len(centres))]
    for (one, other), minutes in zip(pairs.tolist(), hop_min.tolist(), strict=True):
        near[one][other] = near[other][one] = minutes
    mountain = (np.array(TERRAIN_OF_ZONE)[centres.zone] == _MOUNTAIN)[pairs].all(axis=1)
    ridges = np.zeros(len(pairs), dtype=bool)
    for k in np.flatnonzero(mountain):
        one, other = near[pairs[k, 0]], near[pairs[k, 1]]
        ridges[k] = any(max(one[via], other[via]) < hop_min[k] for via in one.keys() & other.keys())
    return ridges


def _joined(
    centres: Centres, people: float, hops: Pairs, hop_min: Floats, sought_min: float
) -> NDArray[np.int64]:
    """Positions of the hops that the quickest ways between neighbouring centres of that many people take."""
    n = len(centres)
    large = np.flatnonzero(np.nan_to_num(centres.people) >= people)
    pairs = large[gabriel_pairs(centres.points_m[large])]
    hop_of = {(a, b): k for k, pair in enumerate(hops.tolist()) for a, b in (pair, pair[::-1])}
    graph = _graph(hops, hop_min, n)
    used: set[int] = set()
    starts = np.unique(pairs[:, 0])
    for first in range(0, len(starts), _AT_ONCE):
        own = starts[first : first + _AT_ONCE]
        _, before = dijkstra(graph, directed=False, indices=own, return_predecessors=True, limit=sought_min)
        for start, end in pairs[np.isin(pairs[:, 0], own)].tolist():
            back, node = before[np.searchsorted(own, start)], end
            while back[node] >= 0:
                used.add(hop_of[node, int(back[node])])
                node = int(back[node])
    return np.array(sorted(used), dtype=np.int64)


def _town_minutes(centres: Centres, rules: SchematicRules) -> Floats:
    """To leave or to park, and to the edge of the built-up area, a disc, beyond what the hop counts for it."""
    built_m2 = np.minimum(np.nan_to_num(centres.people) * rules.built_up_m2, centres.area_km2 * 1e6)
    radius_km = np.sqrt(built_m2 / np.pi) / 1000
    terrain = np.array(TERRAIN_OF_ZONE)[centres.zone]
    in_town = rules.town_detour / rules.town_speed_kmh
    outside = np.array(rules.detour[0])[terrain] / np.array(rules.speed_kmh[0])[terrain]
    city = np.nan_to_num(centres.people) >= rules.centre_people[1]
    terminal_min = np.where(city, rules.terminal_min[1], rules.terminal_min[0])
    return np.asarray(terminal_min + radius_km * np.maximum(in_town - outside, 0.0) * 60)


def _graph(pairs: Pairs, minutes: Floats, n: int) -> csr_array:
    return csr_array((minutes, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
