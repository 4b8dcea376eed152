"""The nearest of several places: for every node of the network, and the k nearest for each point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gisplan.network.errors import BadParameter
from gisplan.network.graph import StreetNetwork
from gisplan.network.kernel import SOURCE, search, wipe
from gisplan.network.od import od_matrix
from gisplan.network.paths import bucket_width, lent_space
from gisplan.network.snap import Points, Snaps, snap
from gisplan.network.travel import Travel, ends_of


@dataclass(frozen=True)
class NearestByNode:
    """The nearest place of each node.

    Attributes
    ----------
    minutes : float64, shape (n_nodes,)
        inf = none within `travel.minutes`.
    place : int32, shape (n_nodes,)
        Position of the place, the first of those at equal time; -1 = none.
    places : Snaps
    travel : Travel
    """

    minutes: NDArray[np.float64]
    place: NDArray[np.int32]
    places: Snaps
    travel: Travel


@dataclass(frozen=True)
class KNearest:
    """The k nearest facilities of each point, nearest first.

    Attributes
    ----------
    minutes : float64, shape (n, k)
        inf = fewer than that many within `travel.minutes`.
    facility : int32, shape (n, k)
        Position of the facility, the first of those at equal time; -1 = none.
    origins, facilities : Snaps
    travel : Travel
    """

    minutes: NDArray[np.float64]
    facility: NDArray[np.int32]
    origins: Snaps
    facilities: Snaps
    travel: Travel


def nearest_by_node(
    network: StreetNetwork, places_m: Points, travel: Travel, *, towards: bool = False
) -> NearestByNode:
    """Minutes from the nearest place (metres, shape (n, 2)) to every node, in one search from all places.

    `towards`: minutes from the node to the place (who gets there), which differ on one-way streets.

    Raises
    ------
    BadPoint, UnknownMode
        As in `od_matrix`.
    """
    places = snap(network, places_m, mode=travel.mode, rules=travel.snap)
    ends = ends_of(network, places, travel, arriving=towards)
    limit_min = travel.minutes * travel.ratio
    there = np.flatnonzero(ends.edge >= 0).astype(np.int32)
    seeds = (ends.node[there].ravel(), ends.node_min[there].ravel(), np.repeat(there, 2))
    minutes, place = np.full(network.n_nodes, np.inf), np.full(network.n_nodes, -1, dtype=np.int32)
    width = bucket_width(network, travel.mode, limit_min)
    with lent_space(network) as space:
        count = search(network.arcs(travel.mode, backward=towards), space, seeds, limit_min, width)
        node = space.touched[:count]
        minutes[node], place[node] = space.best[node], space.link[node, SOURCE]
        wipe(space, count)
    return NearestByNode(minutes / travel.ratio, place, places, travel)


def k_nearest(
    network: StreetNetwork, origins_m: Points, facilities_m: Points, travel: Travel, *, k: int
) -> KNearest:
    """Minutes to the k nearest facilities of each origin; rows are kept, whatever is reached.

    Raises
    ------
    BadParameter
        k below 1.
    BadPoint, UnknownMode
        As in `od_matrix`.
    """
    if k < 1:
        raise BadParameter(f"Expected k of 1 or more, found {k}; ask for at least the nearest.")
    found = od_matrix(network, origins_m, facilities_m, travel)
    n_origins, n_facilities = found.od_min.shape
    order = np.argsort(found.od_min, axis=1, kind="stable")[:, :k]
    minutes = np.full((n_origins, k), np.inf)
    facility = np.full((n_origins, k), -1, dtype=np.int32)
    taken = min(k, n_facilities)
    minutes[:, :taken] = np.take_along_axis(found.od_min, order, axis=1)
    facility[:, :taken] = np.where(np.isfinite(minutes[:, :taken]), order, -1)
    return KNearest(minutes, facility, found.origins, found.destinations, travel)
