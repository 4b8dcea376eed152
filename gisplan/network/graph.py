"""The street network as immutable arrays, saved and shared as they are; the rest is derived on demand."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import NamedTuple, TypeVar, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gisplan.network.errors import BadStreets
from gisplan.network.impedance import crossing_min, sloped_kmh
from gisplan.network.profiles import DEFAULT_KMH, Mode, mode_index

FORMAT = 1
EXTENT_GRID_M = 250.0
EXTENT_CELLS = 100
T = TypeVar("T")


class Arcs(NamedTuple):
    """The directed arcs of one mode in compressed rows: those of node `u` lie at `start[u]:start[u + 1]`.

    `cost_min` is in minutes at the profile's default speed; `code` is 2 * edge + direction (0 forward, 1
    backward).
    """

    start: NDArray[np.int64]
    head: NDArray[np.int32]
    cost_min: NDArray[np.float64]
    code: NDArray[np.int64]


class Components(NamedTuple):
    """Weakly connected parts of the streets open to a mode: label by edge (-1 = closed), length in metres."""

    edge_label: NDArray[np.int32]
    length_m: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """Nodes, edges with their geometry, and speeds by kind of street, in projected metres and km/h.

    Attributes
    ----------
    node_key : int64, shape (n_nodes,)
    node_x_m, node_y_m : float64, shape (n_nodes,)
    edge_tail, edge_head : int32, shape (n_edges,)
        End nodes; "forward" is from tail to head.
    edge_kind : int32, shape (n_edges,)
        Row of `kind_kmh`.
    coord_offsets : int64, shape (n_edges + 1,)
    coords_m : float64, shape (n_coords, 2)
        Edge `e` runs through `coords_m[coord_offsets[e]:coord_offsets[e + 1]]`, both end nodes included.
    kind_kmh : float64, shape (n_kinds, 3 modes, 2 directions)
        Speed at the default of each mode; 0 = not allowed.
    node_z_m : float64, shape (n_nodes,), or None
        Altitude; nan = not known there, None = known nowhere. It slows or speeds people on foot.
    barrier_m : float64, shape (n, 4), or None
        Segments (x0, y0, x1, y1) that the ground of a walking or cycling band does not cross.
    """

    node_key: NDArray[np.int64]
    node_x_m: NDArray[np.float64]
    node_y_m: NDArray[np.float64]
    edge_tail: NDArray[np.int32]
    edge_head: NDArray[np.int32]
    edge_kind: NDArray[np.int32]
    coord_offsets: NDArray[np.int64]
    coords_m: NDArray[np.float64]
    kind_kmh: NDArray[np.float64]
    node_z_m: NDArray[np.float64] | None = None
    barrier_m: NDArray[np.float64] | None = None
    _derived: dict[str, object] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name, array in self.arrays().items():
            plain = np.ascontiguousarray(array)
            plain.setflags(write=False)
            object.__setattr__(self, name, plain)
        if self.n_edges == 0 or self.n_nodes == 0:
            raise BadStreets(
                "Expected a network with at least one edge, found none; build it from usable streets."
            )

    @property
    def n_nodes(self) -> int:
        return len(self.node_key)

    @property
    def n_edges(self) -> int:
        return len(self.edge_tail)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays that make the network, by name: what is saved and what the digest covers."""
        named = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "_derived"}
        return {name: array for name, array in named.items() if array is not None}

    @property
    def digest(self) -> str:
        """SHA-256 of all arrays; the same map read in another order has the same digest."""
        return self.derived("digest", self._hash)

    @property
    def edge_length_m(self) -> NDArray[np.float64]:
        """Length in metres of each edge along its geometry, shape (n_edges,)."""
        return self.derived("edge_length_m", self._measure)

    @property
    def edge_slope(self) -> NDArray[np.float64]:
        """Rise over run of each edge from tail to head, shape (n_edges,); nan = an altitude is not known."""
        return self.derived("edge_slope", self._slope)

    @property
    def extent(self) -> shapely.Geometry:
        """Outline (metres) of the ground that the network covers: a concave hull of its nodes, thinned."""
        return self.derived("extent", self._outline)

    def edge_min(self, mode: Mode) -> NDArray[np.float64]:
        """Minutes to cross each edge at the default speed, shape (n_edges, 2 ways); inf = not allowed."""
        return self.derived(f"edge_min {mode}", lambda: self._edge_min(mode))

    def arcs(self, mode: Mode, *, backward: bool = False) -> Arcs:
        """Directed arcs of a mode, costs in minutes at its default speed; `backward`: each one turned round."""
        return self.derived(f"arcs {mode} {backward}", lambda: self._arcs(mode, backward))

    def components(self, mode: Mode) -> Components:
        """Weakly connected parts of the streets open to a mode, with their length in metres."""
        return self.derived(f"components {mode}", lambda: self._components(mode))

    def derived(self, name: str, make: Callable[[], T]) -> T:
        """What follows from the arrays (an index, a workspace), made once and kept under its name."""
        if name not in self._derived:
            self._derived[name] = make()
        return cast(T, self._derived[name])

    @contextmanager
    def lent(self, name: str, make: Callable[[], T]) -> Iterator[T]:
        """A workspace for one user at a time: a free one of that name, else a new one; given back after use.

        One in which an error arose is not given back, since it may not be blank.
        """
        free: deque[T] = self.derived(f"free {name}", deque)
        try:
            item = free.pop()
        except IndexError:
            item = make()
        yield item
        free.append(item)

    def _hash(self) -> str:
        whole = hashlib.sha256(f"gisplan network {FORMAT}".encode())
        for name, array in self.arrays().items():
            whole.update(f"{name} {array.dtype.str} {array.shape}".encode())
            whole.update(array.data)
        return whole.hexdigest()

    def _measure(self) -> NDArray[np.float64]:
        steps_m = np.zeros(len(self.coords_m))
        steps_m[:-1] = np.hypot(*np.diff(self.coords_m, axis=0).T)
        steps_m[self.coord_offsets[1:] - 1] = 0.0
        return np.add.reduceat(steps_m, self.coord_offsets[:-1])

    def _outline(self) -> shapely.Geometry:
        xy_m = np.column_stack((self.node_x_m, self.node_y_m))
        grid_m = max(EXTENT_GRID_M, float(np.ptp(xy_m, axis=0).max()) / EXTENT_CELLS)
        _, kept = np.unique(xy_m // grid_m, axis=0, return_index=True)
        points = shapely.multipoints(xy_m[kept])
        hull = shapely.concave_hull(points, ratio=0.2)
        return hull if hull.geom_type == "Polygon" else shapely.convex_hull(points)

    def _edge_min(self, mode: Mode) -> NDArray[np.float64]:
        kmh = self.kind_kmh[self.edge_kind, mode_index(mode), :]
        flat_kmh = DEFAULT_KMH[mode]
        if mode == "walk" and self.node_z_m is not None and flat_kmh is not None:
            slope = self.edge_slope
            kmh = sloped_kmh(kmh, np.column_stack((slope, -slope)), flat_kmh=flat_kmh)
        return crossing_min(self.edge_length_m, kmh)

    def _slope(self) -> NDArray[np.float64]:
        if self.node_z_m is None:
            return np.full(self.n_edges, np.nan)
        rise_m = self.node_z_m[self.edge_head] - self.node_z_m[self.edge_tail]
        length_m = self.edge_length_m
        slope = np.full(self.n_edges, np.nan)
        np.divide(rise_m, length_m, out=slope, where=length_m > 0)
        return slope

    def _arcs(self, mode: Mode, backward: bool) -> Arcs:
        cost_min = self.edge_min(mode)
        edge, direction = np.nonzero(np.isfinite(cost_min))
        turned = (direction == 1) != backward
        tail = np.where(turned, self.edge_head[edge], self.edge_tail[edge])
        head = np.where(turned, self.edge_tail[edge], self.edge_head[edge])
        order = np.lexsort((edge, head, tail))
        start = np.zeros(self.n_nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(tail, minlength=self.n_nodes), out=start[1:])
        code = (2 * edge + direction)[order]
        return Arcs(start, head[order].astype(np.int32), cost_min[edge, direction][order], code)

    def _components(self, mode: Mode) -> Components:
        usable = np.isfinite(self.edge_min(mode)).any(axis=1)
        label = np.full(self.n_edges, -1, dtype=np.int32)
        if not usable.any():
            return Components(label, np.zeros(0))
        tail, head = self.edge_tail[usable], self.edge_head[usable]
        links = coo_array((np.ones(len(tail)), (tail, head)), shape=(self.n_nodes, self.n_nodes))
        _, node_label = connected_components(links, directed=False)
        _, label[usable] = np.unique(node_label[tail], return_inverse=True)
        return Components(label, np.bincount(label[usable], self.edge_length_m[usable]).astype(np.float64))
