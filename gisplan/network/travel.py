"""How one travels between points and the network: mode, speed, longest time, and the ends at the streets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gisplan.network.errors import BadParameter
from gisplan.network.graph import StreetNetwork
from gisplan.network.impedance import whole_ticks
from gisplan.network.paths import MAX_MINUTES, checked_minutes
from gisplan.network.profiles import CONNECTOR_KMH, DEFAULT_KMH, MAX_KMH, Mode, speed_ratio
from gisplan.network.snap import SnapRules, Snaps


@dataclass(frozen=True)
class Travel:
    """How one travels; every result carries it, since a time without its speed means nothing.

    Attributes
    ----------
    mode : Mode
    minutes : float
        The longest time from door to door; what takes longer counts as not reached.
    speed_kmh : float or None
        In place of the mode's default; None for cars, which go at each street's speed.
    connector_kmh : float
        Walking speed between a point and its street, whatever the mode.
    snap : SnapRules
    """

    mode: Mode
    minutes: float = MAX_MINUTES
    speed_kmh: float | None = None
    connector_kmh: float = CONNECTOR_KMH
    snap: SnapRules = field(default_factory=SnapRules)

    def __post_init__(self) -> None:
        checked_minutes(self.minutes)
        speed_ratio(self.mode, self.speed_kmh)
        if not 0 < self.connector_kmh <= MAX_KMH:
            raise BadParameter(
                f"Expected connector_kmh above 0 and at most {MAX_KMH:g}, found {self.connector_kmh}; correct it."
            )

    @property
    def ratio(self) -> float:
        """Asked speed over the mode's default: what the minutes of the network are divided by."""
        return speed_ratio(self.mode, self.speed_kmh)

    @property
    def used_kmh(self) -> float | None:
        """The speed used in km/h, to be printed with the result; None = that of each street."""
        return self.speed_kmh if self.speed_kmh is not None else DEFAULT_KMH[self.mode]


class Ends(NamedTuple):
    """Where n points enter or leave the network, in minutes at the mode's default speed.

    Attributes
    ----------
    edge : int32, shape (n,)
        -1 where too far.
    fraction : float64, shape (n,)
    connector_min : float64, shape (n,)
        inf where too far.
    node : int32, shape (n, 2)
        Tail and head of the edge; 0 where too far.
    node_min : float64, shape (n, 2)
        Connector and part of the edge between the point and each node; inf where there is no way.
    edge_min : float64, shape (n, 2)
        The whole edge forward and backward, in the sense in which the search goes.
    """

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    connector_min: NDArray[np.float64]
    node: NDArray[np.int32]
    node_min: NDArray[np.float64]
    edge_min: NDArray[np.float64]

    def part(self, share: slice) -> Ends:
        """The ends of some of the points."""
        return Ends(
            edge=self.edge[share],
            fraction=self.fraction[share],
            connector_min=self.connector_min[share],
            node=self.node[share],
            node_min=self.node_min[share],
            edge_min=self.edge_min[share],
        )


def ends_of(network: StreetNetwork, snaps: Snaps, travel: Travel, *, arriving: bool) -> Ends:
    """The ends of snapped points: from the point to its nodes, or (`arriving`) from the nodes to the point."""
    there = snaps.edge >= 0
    edge = np.where(there, snaps.edge, 0)
    edge_min = network.edge_min(travel.mode)[edge]
    fraction = np.where(there, snaps.fraction, 0.0)
    to_tail, to_head = (1, 0) if not arriving else (0, 1)
    connector_min = whole_ticks(snaps.connector_m * 60 / (1000 * travel.connector_kmh) * travel.ratio)
    parts_min = np.column_stack(
        (_part(fraction, edge_min[:, to_tail]), _part(1 - fraction, edge_min[:, to_head]))
    )
    return Ends(
        edge=np.where(there, snaps.edge, -1).astype(np.int32),
        fraction=fraction,
        connector_min=connector_min,
        node=np.column_stack((network.edge_tail[edge], network.edge_head[edge])).astype(np.int32),
        node_min=connector_min[:, None] + parts_min,
        edge_min=edge_min,
    )


def _part(share: NDArray[np.float64], edge_min: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minutes for a share of each edge; a node stood at costs nothing, even where the edge is closed."""
    whole = np.where(share > 0, edge_min, 0.0)
    return whole_ticks(share * whole)
