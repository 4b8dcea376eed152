"""From a street file, and what its owner says of it, to what the engine builds a network from."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gisplan import network as engine
from layers import crs
from layers.barrier_lines import read_barriers
from layers.street_lines import StreetLines
from layers.streets import StreetFields, file_digest, read_streets

#: Raised when the same file becomes other streets than before: it is then read again and not found known.
READING = 3
#: Barriers farther than this from the box of the streets part no ground.
BARRIER_MARGIN_M = 1_000.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StreetOptions:
    """What the user says of a street file.

    `fields`, `node_crossings` and `join_m` (an end of a line is joined to a vertex so near) serve line layers;
    `barriers` are further files of lines or polygons that ground does not cross.
    """

    srid: int | None = None
    fields: StreetFields = field(default_factory=StreetFields)
    node_crossings: bool = False
    join_m: float = 0.1
    barriers: tuple[Path, ...] = ()


def streets_digest(path: Path, options: StreetOptions) -> str:
    """SHA-256 of the files' contents, of what is said of them, and of the way in which they are read."""
    said = (options.srid, options.fields, options.node_crossings, options.join_m)
    files = [file_digest(one) for one in (path, *options.barriers)]
    return hashlib.sha256(repr((READING, files, said)).encode()).hexdigest()


def read_lines(path: Path, options: StreetOptions) -> StreetLines:
    return read_streets(path, srid=options.srid, fields=options.fields)


def raw_streets(lines: StreetLines, options: StreetOptions, *, srid: int) -> engine.RawStreets:
    """The streets in metres of `srid`, with the barriers of their own file and of those named."""
    x_m, y_m = crs.transform_xy(lines.lon, lines.lat, crs.WGS84, srid)
    barriers = np.concatenate((lines.barriers, *map(read_barriers, options.barriers)))
    raw = engine.RawStreets(
        lines.node_key,
        x_m,
        y_m,
        lines.way_offsets,
        lines.way_nodes,
        lines.tags,
        z_m=lines.z_m,
        barriers_m=_near(_in_metres(barriers, srid), x_m, y_m),
    )
    if lines.kind != "lines":
        return raw
    return engine.rejoined(raw, snap_tolerance_m=options.join_m, crossings=options.node_crossings)


def _in_metres(barriers: Floats, srid: int) -> Floats:
    ends = barriers.reshape(-1, 2)
    if not len(ends):
        return barriers
    x_m, y_m = crs.transform_xy(ends[:, 0].copy(), ends[:, 1].copy(), crs.WGS84, srid)
    return np.column_stack((x_m, y_m)).reshape(-1, 4)


def _near(barriers_m: Floats, x_m: Floats, y_m: Floats) -> Floats | None:
    xs, ys = barriers_m[:, 0::2], barriers_m[:, 1::2]
    near = (xs.max(axis=1) >= x_m.min() - BARRIER_MARGIN_M) & (xs.min(axis=1) <= x_m.max() + BARRIER_MARGIN_M)
    near &= (ys.max(axis=1) >= y_m.min() - BARRIER_MARGIN_M) & (
        ys.min(axis=1) <= y_m.max() + BARRIER_MARGIN_M
    )
    return barriers_m[near] if near.any() else None
