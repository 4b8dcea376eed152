"""A street that is not there yet: a network with one more link, for people on foot and by bike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gisplan.network.errors import BadPoint
from gisplan.network.graph import StreetNetwork
from gisplan.network.profiles import DEFAULT_KMH, MODES, Mode
from gisplan.network.snap import SnapRules, SnapStatus, snap


def with_link(
    network: StreetNetwork, ends_m: NDArray[np.float64], *, mode: Mode, rules: SnapRules | None = None
) -> StreetNetwork:
    """The network with a straight link between two points (metres, shape (2, 2)), open both ways on foot and by bike.

    Each end is joined to the nearest street open to the mode, which is cut there; the way from the street to
    the end is a part of the link. The network given is not changed.

    Raises
    ------
    BadPoint
        An end is no number, or has no street within the cap; the message says which.
    """
    nodes = []
    for k in range(2):
        network, node = _with_node(network, ends_m[k], position=k, mode=mode, rules=rules or SnapRules())
        nodes.append(node)
    at_m = np.column_stack((network.node_x_m[nodes], network.node_y_m[nodes]))
    line_m = np.vstack((at_m[:1], ends_m, at_m[1:]))
    kept = np.append(True, (np.diff(line_m, axis=0) != 0).any(axis=1))
    kmh = np.array([[[DEFAULT_KMH[one] or 0.0] * 2 for one in MODES]])
    return _with_edges(
        replace(network, kind_kmh=np.concatenate((network.kind_kmh, kmh)), _derived={}),
        tails=[nodes[0]],
        heads=[nodes[1]],
        kinds=[len(network.kind_kmh)],
        lines_m=[line_m[kept]],
    )


def _with_node(
    network: StreetNetwork, point_m: NDArray[np.float64], *, position: int, mode: Mode, rules: SnapRules
) -> tuple[StreetNetwork, int]:
    """The network with a node on the street nearest to the point, and that node."""
    found = snap(network, point_m[None, :], mode=mode, rules=rules)
    if found.status[0] is SnapStatus.TOO_FAR:
        raise BadPoint(
            f"Expected a street within {rules.cap_m:g} m of end {position} of the link, found none; move it."
        )
    edge, fraction = int(found.edge[0]), float(found.fraction[0])
    if fraction in (0.0, 1.0):
        return network, int(network.edge_tail[edge] if fraction == 0 else network.edge_head[edge])
    first_m, second_m = _cut(network, edge, np.array([found.x_m[0], found.y_m[0]]), fraction)
    node = network.n_nodes
    tail, head, kind = (int(a[edge]) for a in (network.edge_tail, network.edge_head, network.edge_kind))
    more = replace(
        network,
        node_key=np.append(network.node_key, network.node_key.max() + 1),
        node_x_m=np.append(network.node_x_m, found.x_m[0]),
        node_y_m=np.append(network.node_y_m, found.y_m[0]),
        node_z_m=_with_altitude(network, tail, head, fraction),
        _derived={},
    )
    whole = _with_edges(
        more, tails=[tail, node], heads=[node, head], kinds=[kind] * 2, lines_m=[first_m, second_m]
    )
    return _without_edge(whole, edge), node


def _with_altitude(
    network: StreetNetwork, tail: int, head: int, fraction: float
) -> NDArray[np.float64] | None:
    """The altitudes, with that of the cut between the ends of its edge; None where none is known."""
    if network.node_z_m is None:
        return None
    ends_m = network.node_z_m[[tail, head]]
    return np.append(network.node_z_m, ends_m[0] + fraction * (ends_m[1] - ends_m[0]))


def _cut(
    network: StreetNetwork, edge: int, at_m: NDArray[np.float64], fraction: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two parts of the edge's line, both with the point where it is cut."""
    low, high = network.coord_offsets[edge : edge + 2]
    line_m = network.coords_m[low:high]
    along_m = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line_m, axis=0).T))))
    before = along_m < fraction * along_m[-1]
    return np.vstack((line_m[before], at_m)), np.vstack((at_m, line_m[~before]))


def _without_edge(network: StreetNetwork, edge: int) -> StreetNetwork:
    low, high = network.coord_offsets[edge : edge + 2]
    sizes = np.delete(np.diff(network.coord_offsets), edge)
    return replace(
        network,
        edge_tail=np.delete(network.edge_tail, edge),
        edge_head=np.delete(network.edge_head, edge),
        edge_kind=np.delete(network.edge_kind, edge),
        coord_offsets=np.concatenate(([0], np.cumsum(sizes))),
        coords_m=np.delete(network.coords_m, slice(int(low), int(high)), axis=0),
        _derived={},
    )


def _with_edges(
    network: StreetNetwork,
    *,
    tails: list[int],
    heads: list[int],
    kinds: list[int],
    lines_m: list[NDArray[np.float64]],
) -> StreetNetwork:
    ends = network.coord_offsets[-1] + np.cumsum([len(line) for line in lines_m])
    return replace(
        network,
        edge_tail=np.append(network.edge_tail, tails).astype(np.int32),
        edge_head=np.append(network.edge_head, heads).astype(np.int32),
        edge_kind=np.append(network.edge_kind, kinds).astype(np.int32),
        coord_offsets=np.append(network.coord_offsets, ends),
        coords_m=np.vstack((network.coords_m, *lines_m)),
        _derived={},
    )
