"""WKB as geometries of straight lines: arcs become chords, surfaces polygons, open rings are closed."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]

_STEP = np.radians(4.0)  # an arc is cut at least every so many degrees, as GDAL does
_DEEPEST = 16
_NAMES = {
    8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve", 12: "MultiSurface",
    15: "PolyhedralSurface", 16: "TIN", 17: "Triangle",
}  # fmt: skip


@dataclass
class Read:
    """Geometries, None where the bytes are none; rows that had curves or open rings, each with its words."""

    geometries: npt.NDArray[Any]
    curves: dict[int, str] = field(default_factory=dict)
    closed: dict[int, str] = field(default_factory=dict)


def read_wkb(wkb: npt.NDArray[Any]) -> Read:
    """The common case is one call; only a batch with curves or unreadable bytes is looked at row by row."""
    try:
        read = Read(shapely.from_wkb(wkb, on_invalid="ignore"))
    except NotImplementedError:
        read = _row_by_row(wkb)
    for row in np.flatnonzero(shapely.is_missing(read.geometries)):
        if wkb[row] is not None:
            fixed = _fixed(wkb[row])
            if fixed is not None:
                read.geometries[row] = fixed
                read.closed[int(row)] = fixed.geom_type
    return read


def _row_by_row(wkb: npt.NDArray[Any]) -> Read:
    read = Read(np.empty(len(wkb), dtype=object))
    for row, value in enumerate(wkb):
        try:
            read.geometries[row] = shapely.from_wkb(value, on_invalid="ignore")
        except NotImplementedError:
            try:
                read.geometries[row], read.curves[row] = linear(value)
            except (ValueError, IndexError, struct.error, shapely.GEOSException):
                read.geometries[row] = None
    return read


def _fixed(value: bytes) -> Any:
    """A geometry whose rings are closed; None where that is not what is wrong."""
    try:
        return shapely.from_wkb(value, on_invalid="fix")
    except (shapely.GEOSException, NotImplementedError, ValueError):
        return None


def linear(value: bytes) -> tuple[Any, str]:
    """One geometry in two dimensions, and the name of what it was."""
    reader = _Reader(value)
    geometry, kind = reader.geometry(0)
    return geometry, _NAMES.get(kind, "geometry") + reader.letters


class _Reader:
    """Walks through WKB (ISO or with EWKB's flags); whatever it does not know is a ValueError."""

    def __init__(self, value: bytes) -> None:
        self._value, self._at = value, 0
        self.letters = ""

    def geometry(self, depth: int) -> tuple[Any, int]:
        order, kind, width = self._head()
        if depth > _DEEPEST:
            raise ValueError("too deep")
        if kind == 1:
            return shapely.Point(self._coordinates(order, width, 1)[0]), kind
        if kind in {2, 8}:
            points = self._coordinates(order, width, self._count(order))
            return shapely.LineString(points if kind == 2 else chords(points)), kind
        if kind in {3, 17}:
            rings = [self._coordinates(order, width, self._count(order)) for _ in range(self._count(order))]
            return shapely.Polygon(rings[0], rings[1:]), kind
        parts = [self.geometry(depth + 1)[0] for _ in range(self._count(order))]
        return _BUILD[kind](parts), kind

    def _head(self) -> tuple[str, int, int]:
        order = "<" if self._value[self._at] else ">"
        (number,) = struct.unpack_from(f"{order}I", self._value, self._at + 1)
        self._at += 5
        plain = (number & 0x0FFFFFFF) % 1000
        extra = (number & 0x0FFFFFFF) // 1000
        has_z = bool(number & 0x80000000) or extra in {1, 3}
        has_m = bool(number & 0x40000000) or extra in {2, 3}
        if plain not in _BUILD and plain not in {1, 2, 3, 8, 17}:
            raise ValueError("unknown type")
        self.letters = " " + "Z" * has_z + "M" * has_m if has_z or has_m else self.letters
        return order, plain, 2 + has_z + has_m

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self._value, self._at)
        self._at += 4
        return int(count)

    def _coordinates(self, order: str, width: int, count: int) -> Floats:
        flat = np.frombuffer(self._value, f"{order}f8", count * width, self._at)
        self._at += 8 * width * count
        return flat.reshape(count, width)[:, :2].astype(np.float64)


def _joined_line(parts: Sequence[Any]) -> Any:
    """The members of a compound curve, each from where the one before it ends."""
    pieces = [shapely.get_coordinates(part)[int(number > 0) :] for number, part in enumerate(parts)]
    return shapely.LineString(np.concatenate(pieces))


def _ringed(parts: Sequence[Any]) -> Any:
    return shapely.Polygon(parts[0], parts[1:])


_BUILD = {
    4: shapely.MultiPoint,
    5: shapely.MultiLineString,
    6: shapely.MultiPolygon,
    7: shapely.GeometryCollection,
    9: _joined_line,
    10: _ringed,
    11: shapely.MultiLineString,
    12: shapely.MultiPolygon,
    15: shapely.MultiPolygon,
    16: shapely.MultiPolygon,
}


def chords(points: Floats) -> Floats:
    """Vertices along the arcs of a circular string: start, a point on the arc, end, and so on."""
    pieces = [points[:1]]
    for at in range(0, len(points) - 2, 2):
        pieces.append(_arc(points[at], points[at + 1], points[at + 2])[1:])
    return np.concatenate(pieces)


def _arc(start: Floats, middle: Floats, end: Floats) -> Floats:
    centre = (start + middle) / 2 if np.array_equal(start, end) else _centre(start, middle, end)
    if centre is None:
        return np.array([start, middle, end])
    radius = float(np.hypot(*(start - centre)))
    first, second, last = (float(np.arctan2(*(point - centre)[::-1])) for point in (start, middle, end))
    left = (second - first) % (2 * np.pi) <= ((last - first) % (2 * np.pi) or 2 * np.pi)
    turn = 1.0 if left else -1.0
    halves = [turn * ((turn * (to - by)) % (2 * np.pi)) for by, to in ((first, second), (second, last))]
    pieces = [start[None]]
    for begin, sweep, point in ((first, halves[0], middle), (second, halves[1], end)):
        count = max(1, int(np.ceil(abs(sweep) / _STEP)))
        angles = begin + sweep * np.arange(1, count) / count
        pieces += [centre + radius * np.column_stack([np.cos(angles), np.sin(angles)]), point[None]]
    return np.concatenate(pieces)


def _centre(a: Floats, b: Floats, c: Floats) -> Floats | None:
    """Of the circle through three points, None where they lie on a line."""
    (bx, by), (cx, cy) = b - a, c - a
    double = 2 * (bx * cy - by * cx)
    if abs(double) <= 1e-12 * (bx * bx + by * by + cx * cx + cy * cy):
        return None
    b2, c2 = bx * bx + by * by, cx * cx + cy * cy
    return np.asarray(a + np.array([(cy * b2 - by * c2) / double, (bx * c2 - cx * b2) / double]))
