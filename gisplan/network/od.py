"""Times between many points: the matrix of origins and destinations, exact whichever side is searched from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gisplan.network.core import core_of
from gisplan.network.cores import on_all_cores, shares_of
from gisplan.network.graph import Arcs, StreetNetwork
from gisplan.network.kernel import BUCKETS, new_space, search, wipe
from gisplan.network.paths import WIDTH_SHARE, bucket_width, lent_space
from gisplan.network.snap import Points, Snaps, snap
from gisplan.network.travel import Ends, Travel, ends_of

SHARE = 4  # origins a thread takes at a time
CORE_SHARE = 16
WORTH_A_CORE = (
    40  # making a core takes as long as reaching all nodes some 15 times, and saves half of each search
)


@dataclass(frozen=True)
class OdMatrix:
    """Minutes from each origin to each destination, and how both were joined to the streets.

    Attributes
    ----------
    od_min : float64, shape (n_origins, n_destinations)
        From door to door, both connectors walked; inf = not reached within `travel.minutes`.
    origins, destinations : Snaps
        With the status of each point: the row or column of one too far from any street is inf.
    travel : Travel
    """

    od_min: NDArray[np.float64]
    origins: Snaps
    destinations: Snaps
    travel: Travel


def od_matrix(network: StreetNetwork, origins_m: Points, destinations_m: Points, travel: Travel) -> OdMatrix:
    """Minutes between all origins and destinations (metres, shapes (n, 2)), on all cores.

    A point is joined to the street and not to its nearest node, so two points of one street are as far as
    the stretch between them. One point gives the same numbers alone or among others, in any order: costs are
    whole ticks (`impedance.whole_ticks`), and the search runs from the side with fewer points. (Dijkstra
    1959, with the buckets of Dial 1969.)

    Raises
    ------
    BadPoint
        A coordinate is nan or infinite; the message names the positions.
    UnknownMode
        A mode without a profile.
    """
    origins = snap(network, origins_m, mode=travel.mode, rules=travel.snap)
    destinations = snap(network, destinations_m, mode=travel.mode, rules=travel.snap)
    out = ends_of(network, origins, travel, arriving=False)
    into = ends_of(network, destinations, travel, arriving=True)
    if len(out.edge) <= len(into.edge):
        od_min = _from_each(network, out, into, travel=travel, backward=False)
    else:
        od_min = _from_each(network, into, out, travel=travel, backward=True).T
    return OdMatrix(np.ascontiguousarray(od_min), origins, destinations, travel)


def _from_each(
    network: StreetNetwork, near: Ends, far: Ends, *, travel: Travel, backward: bool
) -> NDArray[np.float64]:
    limit_min = travel.minutes * travel.ratio
    arcs = network.arcs(travel.mode, backward=backward)
    width = bucket_width(network, travel.mode, limit_min)
    found_min = np.full((len(near.edge), len(far.edge)), np.inf)
    shares = shares_of(len(near.edge), SHARE)

    def work(share: slice) -> int:
        with lent_space(network) as space:
            return int(
                _rows(arcs, space, (near.part(share), far, backward), (limit_min, width), found_min[share])
            )

    reached = max((work(share) for share in shares[:1]), default=0)
    if reached * (len(near.edge) - SHARE) > WORTH_A_CORE * network.n_nodes:
        _all_in_core(arcs, (near, far, backward), limit_min, found_min)
    else:
        for _ in on_all_cores(work, shares[1:]):
            pass
    return found_min / travel.ratio


def _all_in_core(
    arcs: Arcs, sides: tuple[Ends, Ends, bool], limit_min: float, found_min: NDArray[np.float64]
) -> None:
    """All rows, on the graph without the nodes that no end needs."""
    near, far, backward = sides
    core = core_of(arcs, np.unique((*near.node.ravel(), *far.node.ravel())), limit_min=limit_min)
    near, far = (ends._replace(node=core.place[ends.node]) for ends in (near, far))
    cost_min = core.arcs.cost_min
    usual_min = float(np.median(cost_min)) if len(cost_min) else 0.0
    bounds = (limit_min, max(WIDTH_SHARE * usual_min, limit_min / (BUCKETS - 2)))

    def work(share: slice) -> None:
        space = new_space(len(core.arcs.start) - 1)
        _rows(core.arcs, space, (near.part(share), far, backward), bounds, found_min[share])

    for _ in on_all_cores(work, shares_of(len(near.edge), CORE_SHARE)):
        pass


@njit(cache=True, nogil=True)
def _rows(arcs: Any, space: Any, sides: Any, bounds: Any, out: Any) -> int:
    """One search a near end; minutes at default speed to every far end into `out`, inf beyond the limit.

    Returns the most nodes that a search reached.
    """
    near, far, backward = sides
    limit_min, width = bounds
    most = 0
    source = np.zeros(2, np.int32)
    for i in range(len(near.edge)):
        if near.edge[i] < 0:
            continue
        count = search(arcs, space, (near.node[i], near.node_min[i], source), limit_min, width)
        most = max(most, count)
        for j in range(len(far.edge)):
            if far.edge[j] < 0:
                continue
            minutes = min(
                space.best[far.node[j, 0]] + far.node_min[j, 0],
                space.best[far.node[j, 1]] + far.node_min[j, 1],
            )
            if far.edge[j] == near.edge[i]:
                minutes = min(minutes, _along_min(near, i, far, j, backward))
            if minutes <= limit_min:
                out[i, j] = minutes
        wipe(space, count)
    return int(most)


@njit(cache=True, nogil=True, inline="always")
def _along_min(near: Any, i: int, far: Any, j: int, backward: bool) -> float:
    """Minutes straight along the edge that both ends stand at; inf against a one-way."""
    ahead = far.fraction[j] - near.fraction[i]
    connectors_min = near.connector_min[i] + far.connector_min[j]
    if ahead == 0:
        return float(connectors_min)
    way = 0 if (ahead > 0) != backward else 1
    ticks = np.rint(abs(ahead) * near.edge_min[i, way] * 2.0**40) / 2.0**40
    return float(connectors_min + ticks)
