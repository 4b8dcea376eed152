"""A place to look at, in degrees, for what was noted about a feature."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from layers import crs
from layers.issues import Issue
from layers.repair import Kept

_AT = re.compile(r"\[(-?[\d.]+(?:e[+-]?\d+)?) (-?[\d.]+(?:e[+-]?\d+)?)\]")


def locate(issues: list[Issue], start: int, kept: Kept, srid: int, *, stored_srid: int) -> None:
    """Give the issues from `start` on the middle of their feature; an invalid ring its bad place."""
    rows = [
        n for n in range(start, len(issues)) if issues[n].feature is not None and issues[n].lon_lat is None
    ]
    if not rows or not len(kept.positions):
        return
    features = np.array([issues[n].feature for n in rows], dtype=np.int64)
    at = np.searchsorted(kept.positions, features).clip(max=len(kept.positions) - 1)
    places = _middles(kept, at, srid)
    for n, place, position in zip(rows, places, kept.positions[at], strict=True):
        found = _bad_place(issues[n].before, stored_srid) or (
            place if position == issues[n].feature else None
        )
        if found is not None:
            issues[n] = replace(issues[n], lon_lat=found)


def _middles(kept: Kept, at: np.ndarray, srid: int) -> Sequence[tuple[float, float] | None]:
    bounds = shapely.bounds(kept.geometries[at])
    middles = bounds[:, :2] / 2 + bounds[:, 2:] / 2
    return [_rounded(lon, lat) for lon, lat in crs.boxes_lon_lat(np.hstack([middles, middles]), srid)[:, :2]]


def _bad_place(text: str | None, srid: int) -> tuple[float, float] | None:
    found = _AT.search(text or "")
    if found is None:
        return None
    x, y = float(found[1]), float(found[2])
    lon, lat = crs.boxes_lon_lat(np.array([[x, y, x, y]]), srid)[0, :2]
    return _rounded(lon, lat)


def _rounded(lon: float, lat: float) -> tuple[float, float] | None:
    """None where the place is on no map: a coordinate that is no number, or beyond the world."""
    if not (np.isfinite([lon, lat]).all() and -180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return round(float(lon), 7), round(float(lat), 7)
