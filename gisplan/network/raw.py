"""What a reader of street files hands to the engine: plain arrays, already in metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RawStreets:
    """What a reader yields: nodes in projected metres and ways through them, with their tags.

    Attributes
    ----------
    node_key : int64, shape (n_nodes,)
        The source's own identity of a node (OSM id, position in a file); decides only ties of order.
    x_m, y_m : float64, shape (n_nodes,)
    way_offsets : int64, shape (n_ways + 1,)
        Way `w` runs through `way_nodes[way_offsets[w]:way_offsets[w + 1]]`.
    way_nodes : int32, shape (way_offsets[-1],)
        Positions in the node arrays.
    tags : dict of columns, each of length n_ways
        OSM keys (see `profiles.TAG_KEYS`); several values in one cell are joined by ";".
    z_m : float64, shape (n_nodes,), or None
        Altitude; nan where not known.
    barriers_m : float64, shape (n, 4), or None
        Segments (x0, y0, x1, y1) that ground does not cross, as rivers; motorways need not be given.
    """

    node_key: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    way_offsets: NDArray[np.int64]
    way_nodes: NDArray[np.int32]
    tags: dict[str, list[str | None]]
    z_m: NDArray[np.float64] | None = None
    barriers_m: NDArray[np.float64] | None = None

    @property
    def n_ways(self) -> int:
        return len(self.way_offsets) - 1
