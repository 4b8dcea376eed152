"""Bounded shortest paths from several starts at once, compiled, exact and the same whatever else is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gisplan.network.errors import BadParameter
from gisplan.network.graph import StreetNetwork
from gisplan.network.impedance import whole_ticks
from gisplan.network.kernel import BUCKETS, Space, new_space, search, wipe
from gisplan.network.profiles import Mode, speed_ratio

MAX_MINUTES = 240.0
WIDTH_SHARE = 0.25  # of the median arc; the time is flat from 0.1 to 2


class Seeds(NamedTuple):
    """Where a search starts: nodes, and the minutes already spent when it gets there."""

    node: NDArray[np.int32]
    cost_min: NDArray[np.float64]


class Reached(NamedTuple):
    """The nodes within the limit and the minutes to each; what is not listed is not reached."""

    node: NDArray[np.int32]
    cost_min: NDArray[np.float64]


def reach(
    network: StreetNetwork, seeds: Seeds, *, minutes: float, mode: Mode, speed_kmh: float | None = None
) -> Reached:
    """Minutes to every node within `minutes` of the seeds, the limit included.

    `speed_kmh` replaces the mode's default; the cost of the seeds is taken as it is.

    Raises
    ------
    BadParameter
        Minutes not above 0 or beyond `MAX_MINUTES`, a speed out of range, a seed that is no node or costs
        less than 0.
    UnknownMode
        A mode without a profile.
    """
    limit_min = checked_minutes(minutes)
    ratio = speed_ratio(mode, speed_kmh)
    _check_seeds(network, seeds)
    arcs, width = network.arcs(mode), bucket_width(network, mode, limit_min * ratio)
    cost_min = whole_ticks(seeds.cost_min * ratio)
    starts = (seeds.node.astype(np.int32), cost_min, np.zeros(len(cost_min), dtype=np.int32))
    with lent_space(network) as space:
        count = search(arcs, space, starts, limit_min * ratio, width)
        node = space.touched[:count].copy()
        found_min = space.best[node] / ratio
        wipe(space, count)
    return Reached(node, found_min)


def checked_minutes(minutes: float) -> float:
    """The minutes as float, above 0 and at most `MAX_MINUTES`; `BadParameter` otherwise."""
    if not 0 < minutes <= MAX_MINUTES:
        raise BadParameter(
            f"Expected minutes above 0 and at most {MAX_MINUTES:g}, found {minutes}; ask for such a time."
        )
    return float(minutes)


def bucket_width(network: StreetNetwork, mode: Mode, limit_min: float) -> float:
    """Width in minutes of the search's buckets: a share of the usual arc, and wide enough for the limit."""

    def make() -> float:
        cost_min = network.arcs(mode).cost_min
        return WIDTH_SHARE * float(np.median(cost_min)) if len(cost_min) else 0.0

    return max(network.derived(f"bucket width {mode}", make), limit_min / (BUCKETS - 2))


@contextmanager
def lent_space(network: StreetNetwork) -> Iterator[Space]:
    """Working arrays for one search, to be given back blank."""
    with network.lent("search space", lambda: new_space(network.n_nodes)) as space:
        yield space


def _check_seeds(network: StreetNetwork, seeds: Seeds) -> None:
    """The kernel checks no bounds of its own."""
    bad = (seeds.node < 0) | (seeds.node >= network.n_nodes) | ~(seeds.cost_min >= 0)
    if bad.any():
        first = int(np.argmax(bad))
        raise BadParameter(
            f"Expected seeds at nodes 0 to {network.n_nodes - 1} with a cost of 0 min or more, found node "
            f"{seeds.node[first]} at {seeds.cost_min[first]}; correct it."
        )
