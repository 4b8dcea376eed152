"""Rows as PostgreSQL's COPY takes them in its binary format: a third of the bytes and of the work of text.

The format is in PostgreSQL's manual under COPY; the bytes of each type are those of its `typreceive` function.
"""

import json
import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.repair import as_stored

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"

_EPOCH_DAYS = 10_957  # from 1970-01-01, where Arrow counts from, to 2000-01-01
_EPOCH_US = _EPOCH_DAYS * 86_400_000_000
_HAS_SRID = 0x20000000
_MULTI = {"MultiPoint": 4, "MultiLineString": 5, "MultiPolygon": 6}  # in WKB, three more than their parts

Bytes = npt.NDArray[np.uint8]


def rows(
    ids: Any,
    attributes: Sequence[Any],
    types: Sequence[str],
    geometries: Any,
    *,
    geometry_type: str,
    srid: int,
) -> bytes:
    """One row for each geometry: the integer id, the attributes in their SQL types, the geometry.

    Geometries are objects, or rows of x, y; a single one becomes a multi where the type is one.
    """
    written = _Rows(len(ids), 2 + len(attributes))
    written.add_fixed(np.asarray(ids, dtype=">i4"))
    for values, kind in zip(attributes, types, strict=True):
        _add(written, _storage(values), kind)
    kinds = shapely.get_type_id(geometries) if geometries.dtype == object else None
    if kinds is None:
        written.add_fixed(_points(geometries, srid))
    elif geometry_type in _MULTI and (kinds == _MULTI[geometry_type] - 3).all():
        head = struct.pack("<BIII", 1, _MULTI[geometry_type] | _HAS_SRID, srid, 1)
        written.add_each(shapely.to_wkb(geometries).tolist(), prefix=head)
    else:
        stored = as_stored(geometries, geometry_type) if geometry_type in _MULTI else geometries
        written.add_each(shapely.to_wkb(shapely.set_srid(stored, srid), include_srid=True).tolist())
    return written.joined()


class _Rows:
    """Fields side by side; what has one width is laid out for all rows at once, the rest is joined by row."""

    def __init__(self, count: int, fields: int) -> None:
        self._count = count
        self._run: list[Bytes] = [_bytes_of(np.full(count, fields, dtype=">i2"))]
        self._pieces: list[list[bytes]] = []

    def add_fixed(self, values: npt.NDArray[Any]) -> None:
        """A field without nulls, each value of the array's width."""
        content = _bytes_of(values)
        self._run += [_bytes_of(np.full(self._count, content.shape[1], dtype=">i4")), content]

    def add_each(
        self, values: list[bytes], nulls: npt.NDArray[np.bool_] | None = None, *, prefix: bytes = b""
    ) -> None:
        """A field whose values have their own lengths after a common prefix; where it is null, the value is empty."""
        lengths = np.fromiter(map(len, values), dtype=">i4", count=self._count) + len(prefix)
        if nulls is not None:
            lengths[nulls] = -1
        self._run.append(_bytes_of(lengths.astype(">i4")))
        if prefix:
            self._run.append(np.tile(np.frombuffer(prefix, np.uint8), (self._count, 1)))
        self._close_run()
        self._pieces.append(values)

    def joined(self) -> bytes:
        if self._run:
            self._close_run()
        width = len(self._pieces)
        flat: list[bytes] = [b""] * (width * self._count)
        for position, pieces in enumerate(self._pieces):
            flat[position::width] = pieces
        return b"".join(flat)

    def _close_run(self) -> None:
        self._pieces.append(_each(np.hstack(self._run)))
        self._run = []


def _bytes_of(values: npt.NDArray[Any]) -> Bytes:
    return np.ascontiguousarray(values).view(np.uint8).reshape(len(values), values.dtype.itemsize)


def _each(content: Bytes) -> list[bytes]:
    """The rows of a matrix of bytes, one by one."""
    found: list[bytes] = np.ascontiguousarray(content).view(f"V{content.shape[1]}").ravel().tolist()
    return found


def _points(places: Any, srid: int) -> npt.NDArray[Any]:
    place = np.dtype([("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])
    points = np.empty(len(places), dtype=place)
    points["order"], points["kind"], points["srid"] = 1, 1 | _HAS_SRID, srid
    points["x"], points["y"] = places.T
    return points


def _storage(values: Any) -> Any:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return values.storage if isinstance(values.type, pa.BaseExtensionType) else values


def _add(written: _Rows, values: Any, kind: str) -> None:
    nulls = values.is_null().to_numpy(zero_copy_only=False)
    some = bool(nulls.any())
    if kind in _FIXED:
        fixed = _FIXED[kind](values)
        if not some:
            written.add_fixed(fixed)
            return
        each = _each(_bytes_of(fixed))
    else:
        each = _VARYING[kind](values)
    if some:
        for row in np.flatnonzero(nulls).tolist():
            each[row] = b""
    written.add_each(each, nulls if some else None)


def _numbers(dtype: str) -> Callable[[Any], npt.NDArray[Any]]:
    def encoded(values: Any) -> npt.NDArray[Any]:
        filled = pc.fill_null(values, pa.scalar(0, values.type)) if values.null_count else values
        return np.asarray(filled.to_numpy(zero_copy_only=False)).astype(dtype)

    return encoded


def _booleans(values: Any) -> npt.NDArray[Any]:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False)).astype("u1")


def _integers(values: Any, kind: Any, since: int, dtype: str) -> npt.NDArray[Any]:
    """Days or microseconds since PostgreSQL's epoch."""
    plain = pc.fill_null(
        values.cast(kind, safe=False).cast(pa.int32() if dtype == ">i4" else pa.int64()), since
    )
    return np.asarray(plain.to_numpy() - since).astype(dtype)


def _dates(values: Any) -> npt.NDArray[Any]:
    return _integers(values, pa.date32(), _EPOCH_DAYS, ">i4")


def _timestamps(values: Any) -> npt.NDArray[Any]:
    return _integers(values, pa.timestamp("us", tz=values.type.tz), _EPOCH_US, ">i8")


def _times(values: Any) -> npt.NDArray[Any]:
    return _integers(values, pa.time64("us"), 0, ">i8")


def _texts(values: Any) -> list[bytes]:
    plain = values.cast(pa.large_binary()) if not pa.types.is_large_binary(values.type) else values
    found: list[bytes] = plain.to_numpy(zero_copy_only=False).tolist()
    return found


def _json(values: Any) -> list[bytes]:
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return [b"" if text is None else b"\1" + _as_json(text) for text in _texts(values)]
    return [b"\1" + json.dumps(value).encode() for value in values.to_pylist()]


def _as_json(text: bytes) -> bytes:
    """Where a column mixes JSON and plain text, GDAL writes the text without its quotes."""
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return json.dumps(text.decode("utf-8", "replace")).encode()
    return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is JavaScript and no JSON")


def _numerics(values: Any) -> list[bytes]:
    return [b"" if value is None else _numeric(value) for value in values.to_pylist()]


def _numeric(value: Decimal) -> bytes:
    """Groups of four decimal digits around the point, as numeric_recv takes them."""
    sign, digits, exponent = value.as_tuple()
    scale = max(0, -int(exponent))
    text = "".join(map(str, digits)) + "0" * max(0, int(exponent))
    whole, part = (text[: len(text) - scale], text[len(text) - scale :]) if scale < len(text) else ("", text)
    part = part.rjust(scale, "0")
    whole, part = whole.zfill(-(-len(whole) // 4) * 4), part.ljust(-(-len(part) // 4) * 4, "0")
    groups = [int((whole + part)[at : at + 4]) for at in range(0, len(whole + part), 4)]
    head = [len(groups), len(whole) // 4 - 1, 0x4000 if sign else 0, scale]
    return np.array([*head, *groups], dtype=">i2").tobytes()


_FIXED: dict[str, Callable[[Any], npt.NDArray[Any]]] = {
    "boolean": _booleans,
    "smallint": _numbers(">i2"),
    "integer": _numbers(">i4"),
    "bigint": _numbers(">i8"),
    "real": _numbers(">f4"),
    "double precision": _numbers(">f8"),
    "date": _dates,
    "timestamp": _timestamps,
    "timestamp with time zone": _timestamps,
    "time": _times,
}
_VARYING: dict[str, Callable[[Any], list[bytes]]] = {
    "text": _texts,
    "bytea": _texts,
    "jsonb": _json,
    "numeric": _numerics,
}
