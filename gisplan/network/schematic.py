"""Car minutes between municipal centres where no road network is known: a schematic network of neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gisplan.network.contiguity import Pairs
from gisplan.network.errors import BadParameter, BadPoint
from gisplan.network.schematic_centres import gabriel_pairs
from gisplan.network.schematic_ridges import across_ridges, has_nearer_between
from gisplan.network.schematic_rules import ROADS, TERRAIN_OF_ZONE, SchematicRules
from gisplan.network.schematic_ways import graph_of, quickest_ways

Floats = NDArray[np.float64]
NO_PAIRS: Pairs = np.empty((0, 2), dtype=np.int64)
_MOUNTAIN = 3


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
    legs : pairs of positions that a motorway joins, shape (l, 2)
    leg_min : minutes of each, shape (l,)
    town_min : minutes that either end adds for the way through its built-up area and to park, shape (n,)
    """

    hops: Pairs
    hop_min: Floats
    road: NDArray[np.int64]
    ridges: Pairs
    legs: Pairs
    leg_min: Floats
    town_min: Floats

    @cached_property
    def _graph(self) -> csr_array:
        return graph_of(
            np.concatenate([self.hops, self.legs]),
            np.concatenate([self.hop_min, self.leg_min]),
            n=len(self.town_min),
        )

    def minutes(self, origins: ArrayLike, destinations: ArrayLike) -> Floats:
        """Car minutes, shape (n_origins, n_destinations); 0 to itself, inf where no hops lead."""
        rows, columns = np.asarray(origins, dtype=np.int64), np.asarray(destinations, dtype=np.int64)
        if not len(rows) or not len(columns):
            return np.zeros((len(rows), len(columns)))
        turned = len(columns) < len(rows)  # both ways take the same time, so search from the fewer
        here, there = (columns, rows) if turned else (rows, columns)
        way = dijkstra(self._graph, directed=False, indices=here)[:, there]
        found = way + self.town_min[here, None] + self.town_min[None, there]
        found[here[:, None] == there[None, :]] = 0.0
        return np.asarray(found.T if turned else found, dtype=np.float64)


def schematic_network(
    centres: Centres, neighbours: Pairs, rules: SchematicRules, *, motorways: Pairs = NO_PAIRS
) -> SchematicNetwork:
    """Build the network (hops in minutes) of municipalities of which only centres, borders and terrain are known.

    Parameters
    ----------
    centres : Centres
        What is known of each municipality.
    neighbours : shape (m, 2)
        Positions of municipalities with a common border.
    rules : SchematicRules
        What is assumed of roads.
    motorways : shape (l, 2)
        Positions of municipalities that a motorway is known to join; those between them have no part in it,
        since its other junctions are not known.

    Raises
    ------
    BadPoint
        A centre whose position is not finite.
    BadParameter
        Arrays of different length, a pair that names no two centres, a zone beyond 0 to 5.

    Notes
    -----
    A hop runs half in each municipality, at the detour and speed of its terrain, and is never steeper than the
    rules allow. Between two mountain municipalities it follows a valley where the one is what the other drains to
    (its steepest way down, O'Callaghan and Mark 1984) or where they lie in each other's sphere of influence
    (Toussaint 1988). Else a ridge is between them: no road where a common neighbour is nearer to both (Toussaint
    1980), so that what was in one piece stays so; otherwise a pass, as high above the lower one as the rules say.
    Centres of more people are joined to their like (Gabriel and Sokal 1969) by better roads, which follow the
    quickest hops.
    """
    neighbours, motorways = _checked(centres, neighbours), _checked(centres, motorways)
    drawn, ridges = _drawn(centres, neighbours, rules)
    hops = drawn.pairs
    by_road = np.array([_hop_minutes(centres, drawn, road, rules) for road in range(len(ROADS))])
    road = np.zeros(len(hops), dtype=np.int64)
    for better, people in enumerate(rules.centre_people, start=1):
        hop_min = np.take_along_axis(by_road, road[None], axis=0)[0]
        joined = _joined(centres, people, hops, hop_min, rules.sought_min)
        road[joined] = better
    hop_min = np.take_along_axis(by_road, road[None], axis=0)[0]
    legs, leg_min = _motorways(motorways, hops, hop_min, by_road[-1], n=len(centres))
    return SchematicNetwork(
        hops=hops,
        hop_min=hop_min,
        road=road,
        ridges=ridges,
        legs=legs,
        leg_min=leg_min,
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


@dataclass(frozen=True)
class _Hops:
    """Pairs with what their minutes follow from: straight length and metres of climb, up and down together."""

    pairs: Pairs
    length_m: Floats
    climb_m: Floats

    def __getitem__(self, chosen: NDArray[np.bool_]) -> _Hops:
        return _Hops(self.pairs[chosen], self.length_m[chosen], self.climb_m[chosen])


def _drawn(centres: Centres, pairs: Pairs, rules: SchematicRules) -> tuple[_Hops, Pairs]:
    """The hops between neighbours, and the neighbours whom a ridge keeps apart."""
    ends = centres.points_m[pairs]
    length_m = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1).clip(min=1.0)
    altitude_m = centres.altitude_m[pairs]
    low_m, high_m = altitude_m.min(axis=1), altitude_m.max(axis=1)
    both = np.asarray(_mountain(centres)[pairs].all(axis=1), dtype=bool)
    over_ridge = across_ridges(pairs, length_m, altitude_m, mountain=both)
    top_m = np.where(over_ridge, np.maximum(high_m, low_m + rules.ridge_m), high_m)
    hops = _Hops(pairs, length_m, np.nan_to_num(2 * top_m - high_m - low_m))
    dropped = over_ridge & has_nearer_between(pairs, _hop_minutes(centres, hops, 0, rules))
    return hops[~dropped], pairs[dropped]


def _mountain(centres: Centres) -> NDArray[np.bool_]:
    return np.asarray(np.array(TERRAIN_OF_ZONE)[centres.zone] == _MOUNTAIN)


def _hop_minutes(centres: Centres, hops: _Hops, road: int, rules: SchematicRules) -> Floats:
    terrain = np.array(TERRAIN_OF_ZONE)[centres.zone][hops.pairs]
    detour, speed_kmh = np.array(rules.detour[road])[terrain], np.array(rules.speed_kmh[road])[terrain]
    longer = np.maximum(1.0, hops.climb_m / rules.steepest / (hops.length_m * detour.mean(axis=1)))
    by_half = hops.length_m[:, None] / 2 * detour / speed_kmh
    return np.asarray(by_half.sum(axis=1) * longer * 60 / 1000)


def _joined(
    centres: Centres, people: float, hops: Pairs, hop_min: Floats, sought_min: float
) -> NDArray[np.int64]:
    """Positions of the hops that the quickest ways between neighbouring centres of that many people take."""
    large = np.flatnonzero(np.nan_to_num(centres.people) >= people)
    pairs = large[gabriel_pairs(centres.points_m[large])]
    ways = quickest_ways(hops, hop_min, pairs, n=len(centres), limit_min=sought_min)
    return np.unique(np.array([hop for way in ways for hop in way or ()], dtype=np.int64))


def _motorways(
    motorways: Pairs, hops: Pairs, hop_min: Floats, motorway_min: Floats, *, n: int
) -> tuple[Pairs, Floats]:
    """The legs that can be drawn, along the quickest hops between their ends, and their minutes."""
    ways = quickest_ways(hops, hop_min, motorways, n=n)
    drawn = [(leg, motorway_min[way].sum()) for leg, way in zip(motorways, ways, strict=True) if way]
    legs = np.array([leg for leg, _ in drawn], dtype=np.int64).reshape(-1, 2)
    return legs, np.array([minutes for _, minutes in drawn], dtype=np.float64)


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
