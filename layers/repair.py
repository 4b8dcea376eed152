"""Rules that make geometries storable, in two dimensions, valid, of one family; each change is an issue."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers import crs
from layers.errors import GeometryRefused
from layers.issues import Code, Issue

Geometries = npt.NDArray[Any]
_TYPE_NAMES = {
    0: "Point", 1: "LineString", 2: "LinearRing", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
    6: "MultiPolygon", 7: "GeometryCollection",
}  # fmt: skip
_DIMENSIONS = {
    "Point": 0, "MultiPoint": 0, "LineString": 1, "LinearRing": 1, "MultiLineString": 1, "Polygon": 2,
    "MultiPolygon": 2,
}  # fmt: skip
_COLLECTION = "GeometryCollection"
_MULTI = (
    shapely.GeometryType.MULTIPOINT,
    shapely.GeometryType.MULTILINESTRING,
    shapely.GeometryType.MULTIPOLYGON,
)
_WORTH_A_THREAD = 1_000
_BUILDERS = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
_MULTI_NAMES = ("MultiPoint", "MultiLineString", "MultiPolygon")


@dataclass(frozen=True)
class Kept:
    """Geometries that go on, and their 0-based positions in the source."""

    geometries: Geometries
    positions: npt.NDArray[np.int64]

    def where(self, mask: npt.NDArray[np.bool_]) -> "Kept":
        return self if mask.all() else Kept(self.geometries[mask], self.positions[mask])


def usable(kept: Kept, issues: list[Issue]) -> Kept:
    """Leave out features without geometry, with an empty one, or with coordinates that are not numbers."""
    geometries = kept.geometries
    null = shapely.is_missing(geometries)
    empty = shapely.is_empty(geometries)
    broken = ~null & ~empty & ~np.isfinite(shapely.bounds(geometries)).all(axis=1)
    for mask, code in (
        (null, Code.NULL_GEOMETRY),
        (empty, Code.EMPTY_GEOMETRY),
        (broken, Code.NON_FINITE_COORDINATES),
    ):
        for row in np.flatnonzero(mask):
            before = None if code == Code.NULL_GEOMETRY else shorten(geometries[row].wkt)
            issues.append(Issue(code, int(kept.positions[row]), before, None))
    return kept.where(~(null | empty | broken))


def uncollected(kept: Kept, dimension: int, issues: list[Issue]) -> Kept:
    """Of a collection, the parts of the layer's own family, as multi; one without any keeps no place."""
    rows = np.flatnonzero(shapely.get_type_id(kept.geometries) == shapely.GeometryType.GEOMETRYCOLLECTION)
    if not rows.size:
        return kept
    geometries = kept.geometries.copy()
    good = np.ones(len(geometries), dtype=bool)
    for row in rows:
        parts = _simple_parts(geometries[row])
        wanted = parts[shapely.get_dimensions(parts) == dimension]
        good[row] = bool(len(wanted))
        code = Code.COLLECTION_REDUCED if good[row] else Code.COLLAPSED_GEOMETRY
        geometries[row] = _BUILDERS[dimension](wanted)
        after = f"{_MULTI_NAMES[dimension]} of {len(wanted)}" if good[row] else None
        issues.append(Issue(code, int(kept.positions[row]), _collection_words(parts), after))
    return Kept(geometries, kept.positions).where(good)


def _simple_parts(geometry: Any) -> Geometries:
    """Points, lines and polygons, out of collections in collections."""
    parts = np.asarray(shapely.get_parts(geometry))
    while (shapely.get_type_id(parts) > 3).any():
        parts = np.asarray(shapely.get_parts(parts))
    return parts


def _collection_words(parts: Geometries) -> str:
    counts = Counter(part.geom_type for part in parts)
    return "GeometryCollection of " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def without_repeats(kept: Kept, issues: list[Issue]) -> Kept:
    """Lines and rings without a vertex that repeats the one before it."""
    coordinates, owner = shapely.get_coordinates(kept.geometries, return_index=True)
    same = (coordinates[1:] == coordinates[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    suspects = np.unique(owner[1:][same])  # also where one ring ends as the next begins
    suspects = suspects[shapely.get_dimensions(kept.geometries[suspects]) > 0]
    if not suspects.size:
        return kept
    cleaned = shapely.remove_repeated_points(kept.geometries[suspects])
    before, after = (shapely.get_num_coordinates(many) for many in (kept.geometries[suspects], cleaned))
    geometries = kept.geometries.copy()
    for row, clean, many, fewer in zip(suspects, cleaned, before, after, strict=True):
        if fewer < many and not clean.is_empty:
            geometries[row] = clean
            issues.append(
                Issue(
                    Code.REPEATED_VERTICES,
                    int(kept.positions[row]),
                    f"{many} vertices",
                    f"{fewer} vertices",
                )
            )
    return Kept(geometries, kept.positions)


def flattened(kept: Kept, issues: list[Issue]) -> Kept:
    """Two dimensions."""
    has_z, has_m = shapely.has_z(kept.geometries), shapely.has_m(kept.geometries)
    for mask, code, letter in ((has_z, Code.Z_DROPPED, "Z"), (has_m, Code.M_DROPPED, "M")):
        for row in np.flatnonzero(mask):
            name = kept.geometries[row].geom_type
            issues.append(Issue(code, int(kept.positions[row]), f"{name} {letter}", name))
    if not (has_z | has_m).any():
        return kept
    return Kept(shapely.force_2d(kept.geometries), kept.positions)


def inside_italy(kept: Kept, srid: int, issues: list[Issue]) -> Kept:
    """Leave out features whose box does not touch that of Italy."""
    if not len(kept.positions) or crs.lies_in_italy(shapely.total_bounds(kept.geometries).tolist(), srid):
        return kept
    inside = crs.touches_italy(crs.boxes_lon_lat(shapely.bounds(kept.geometries), srid))
    for row in np.flatnonzero(~inside):
        issues.append(
            Issue(
                Code.FEATURE_OUTSIDE_ITALY, int(kept.positions[row]), shorten(kept.geometries[row].wkt), None
            )
        )
    return kept.where(inside)


def _valid(geometries: Geometries) -> npt.NDArray[np.bool_]:
    """The dearest of all checks, which GEOS makes without holding Python: two halves at a time."""
    if len(geometries) < _WORTH_A_THREAD:
        return np.asarray(shapely.is_valid(geometries))
    with ThreadPoolExecutor(2) as both:
        return np.concatenate(list(both.map(shapely.is_valid, np.array_split(geometries, 2))))


def made_valid(kept: Kept, dimension: int, issues: list[Issue]) -> Kept:
    """Valid geometries; what make_valid yields of a lower dimension (a spike's line) is cut away."""
    invalid = np.flatnonzero(~_valid(kept.geometries))
    if not invalid.size:
        return kept
    geometries = kept.geometries.copy()
    good = np.ones(len(geometries), dtype=bool)
    for row in invalid:
        reason = shapely.is_valid_reason(geometries[row])
        repaired = _of_dimension(_made_valid(geometries[row]), dimension)
        good[row] = not repaired.is_empty
        code = Code.INVALID_GEOMETRY if good[row] else Code.COLLAPSED_GEOMETRY
        issues.append(
            Issue(code, int(kept.positions[row]), reason, _summary(repaired) if good[row] else None)
        )
        geometries[row] = repaired
    return Kept(geometries, kept.positions).where(good)


def _made_valid(geometry: Any) -> Any:
    """Empty where GEOS finds no way, such as for coordinates near the end of the number range."""
    try:
        return shapely.make_valid(geometry)
    except shapely.GEOSException:
        return shapely.GeometryCollection()


def _of_dimension(geometry: Any, dimension: int) -> Any:
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return _BUILDERS[dimension](parts[shapely.get_dimensions(parts) == dimension])


def _summary(geometry: Any) -> str:
    size = f"area {geometry.area:.3f}" if geometry.area else f"length {geometry.length:.3f}"
    return f"{geometry.geom_type} of {shapely.get_num_geometries(geometry)}, {size}"


def shorten(text: str, length: int = 200) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


class Family:
    """The kinds of geometry in a layer, which must be of one family: points, lines or polygons."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._inside: set[int] = set()  # dimensions of what collections hold

    def add(self, geometries: Geometries) -> None:
        collected = geometries[shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION]
        if len(collected):
            self._inside.update(shapely.get_dimensions(_simple_parts(collected)).tolist())
        ids, counts = np.unique(shapely.get_type_id(geometries), return_counts=True)
        for kind, count in zip(ids.tolist(), counts.tolist(), strict=True):
            self.counts[_TYPE_NAMES.get(kind, "Curve")] += count

    def dimension(self, where: str) -> int:
        plain = {name for name in self.counts if name != _COLLECTION}
        found = {_DIMENSIONS.get(name) for name in plain} or {*self._inside}
        dimension = found.pop() if len(found) == 1 else None
        if dimension is None:
            raise GeometryRefused(
                f"Expected one family of geometry (points, lines or polygons) in {where}, found"
                f" {self.words()}:"
                " split the layer by family, or choose one by --layer NAME:points, NAME:lines or NAME:polygons."
            )
        return dimension

    def words(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))

    @property
    def has_multi(self) -> bool:
        return any(name.startswith(("Multi", _COLLECTION)) for name in self.counts)

    @property
    def mixed(self) -> bool:
        return len(self.counts) > 1


def declared_type(words: str) -> tuple[int, bool] | None:
    """Dimension and multi of a declared type ("Point", "MultiPolygon Z"); None where any may follow."""
    name = re.sub(r"^2\.5D | ?ZM?$| ?M$", "", words)
    dimension = _DIMENSIONS.get(name)
    return None if dimension is None else (dimension, name.startswith("Multi"))


def stored_type(dimension: int, *, multi: bool) -> str:
    """Lines and polygons always as multi, so that versions agree in type; points only where needed."""
    return "Point" if dimension == 0 and not multi else _MULTI_NAMES[dimension]


def as_stored(geometries: Geometries, geometry_type: str) -> Geometries:
    """Single geometries as multi where the layer is stored so."""
    if geometry_type == "Point":
        return geometries
    dimension = _MULTI_NAMES.index(geometry_type)
    single = np.flatnonzero(shapely.get_type_id(geometries) != _MULTI[dimension])
    if not single.size:
        return geometries
    promoted = geometries.copy()
    promoted[single] = _multi_each(geometries[single], dimension)
    return promoted


def _multi_each(singles: Geometries, dimension: int) -> Geometries:
    return np.asarray(_BUILDERS[dimension](singles, indices=np.arange(len(singles))))
