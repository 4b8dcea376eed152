"""From a point to the street it stands at: on the edge, not on the node, and never in silence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gisplan.network.errors import BadParameter, BadPoint
from gisplan.network.graph import StreetNetwork
from gisplan.network.profiles import Mode
from gisplan.network.segments import edge_shapes, nearest_edges, segment_index

Points = NDArray[np.float64]


class SnapStatus(StrEnum):
    """How an origin stands to the streets of its mode."""

    SNAPPED = "snapped"
    TOO_FAR = "too_far"
    ISOLATED = "isolated"


@dataclass(frozen=True)
class SnapRules:
    """When a point counts as standing at a street.

    Attributes
    ----------
    cap_m : float
        The farthest connector from point to street.
    isolated_below_m : float
        A connected part of the network with less street than this is isolated, unless it is the largest.
    pass_over_m : float
        An isolated part is passed over for another street at most this much farther, as a platform drawn
        without its access is; kept small so that no river is leapt.
    """

    cap_m: float = 200.0
    isolated_below_m: float = 1000.0
    pass_over_m: float = 50.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value < np.inf:
                raise BadParameter(f"Expected {name} of 0 m or more, found {value}; correct it.")


@dataclass(frozen=True)
class Snaps:
    """Where each of n points stands (metres); nothing is left out.

    Attributes
    ----------
    status : tuple of SnapStatus, length n
    edge : int32, shape (n,)
        -1 where too far.
    fraction : float64, shape (n,)
        Share of the edge's length from its tail to the snapped point; nan where too far.
    x_m, y_m : float64, shape (n,)
        The snapped point; nan where too far.
    connector_m : float64, shape (n,)
        Straight distance from point to street; inf where too far.
    passed_over : bool, shape (n,)
        A nearer street of an isolated part was passed over.
    """

    status: tuple[SnapStatus, ...]
    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    connector_m: NDArray[np.float64]
    passed_over: NDArray[np.bool_]


def snap(network: StreetNetwork, points_m: Points, *, mode: Mode, rules: SnapRules | None = None) -> Snaps:
    """Snap points (metres, shape (n, 2)) onto the nearest edge open to the mode, with the status of each.

    Raises
    ------
    BadPoint
        A coordinate is nan or infinite; the message names the positions.
    UnknownMode
        A mode without a profile.
    """
    rules = rules or SnapRules()
    points_m = checked_points(points_m)
    usable, isolated_edge = _usable_edges(network, mode, rules.isolated_below_m)
    index, shapes = segment_index(network), edge_shapes(network)
    edge, place = nearest_edges(index, shapes, usable, points_m, np.full(len(points_m), rules.cap_m))
    isolated = (edge >= 0) & isolated_edge[edge]
    reach_m = np.where(isolated, np.minimum(place[:, 3] + rules.pass_over_m, rules.cap_m), -1.0)
    other, other_place = nearest_edges(index, shapes, usable & ~isolated_edge, points_m, reach_m)
    passed_over = other >= 0
    edge = np.where(passed_over, other, edge)
    place = np.where(passed_over[:, None], other_place, place)
    return Snaps(
        status=tuple(map(_status, edge.tolist(), (isolated & ~passed_over).tolist())),
        edge=edge.astype(np.int32),
        fraction=place[:, 0],
        x_m=place[:, 1],
        y_m=place[:, 2],
        connector_m=place[:, 3],
        passed_over=passed_over,
    )


def _usable_edges(
    network: StreetNetwork, mode: Mode, isolated_below_m: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Edges open to the mode, and those of them in a part that counts as isolated."""

    def make() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        label, length_m = network.components(mode)
        small = np.append(length_m < isolated_below_m, False)  # label -1: closed, so in no part
        small[: len(length_m)][length_m == length_m.max(initial=0.0)] = False
        return label >= 0, small[label]

    return network.derived(f"usable {mode} {isolated_below_m}", make)


def checked_points(points_m: Points) -> Points:
    """The points as float64 of shape (n, 2) in metres; `BadPoint` names the positions that are no numbers."""
    points_m = np.ascontiguousarray(points_m, dtype=np.float64)
    if points_m.ndim != 2 or points_m.shape[1] != 2:
        raise BadPoint(f"Expected points of shape (n, 2), found {points_m.shape}; give x and y in metres.")
    bad = np.flatnonzero(~np.isfinite(points_m).all(axis=1))
    if len(bad):
        positions = ", ".join(map(str, bad[:10])) + (", …" if len(bad) > 10 else "")
        raise BadPoint(
            f"Expected finite coordinates, found nan or inf at position {positions}; leave these out."
        )
    return points_m


def _status(edge: int, isolated: bool) -> SnapStatus:
    if edge < 0:
        return SnapStatus.TOO_FAR
    return SnapStatus.ISOLATED if isolated else SnapStatus.SNAPPED
