"""Rivers, shores and railways of an OpenStreetMap extract: lines that nobody crosses but on a street."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium

# wiki.openstreetmap.org: Key:waterway (streams and ditches can be stepped over), Key:railway (trams run in streets)
WATERWAYS = frozenset({"river", "canal"})
WATER_AREAS = {"natural": "water", "waterway": "riverbank"}
RAILWAYS = frozenset({"rail", "light_rail", "narrow_gauge", "subway"})
OFF_THE_GROUND = ("bridge", "tunnel", "covered")
_AREA_TAGS = tuple(WATER_AREAS.items())
_TAGS = (
    *_AREA_TAGS,
    *(("waterway", value) for value in sorted(WATERWAYS)),
    *(("railway", value) for value in sorted(RAILWAYS)),
)


def barrier_ways(path: Path) -> list[list[int]]:
    """The nodes of each such way; of a multipolygon of water, those of its outlines."""
    outlines = _outlines(path)
    readers: list[Iterable[Any]] = [
        osmium.FileProcessor(path, osmium.osm.WAY).with_filter(osmium.filter.TagFilter(*_TAGS))
    ]
    if outlines:
        readers.append(
            osmium.FileProcessor(path, osmium.osm.WAY).with_filter(osmium.filter.IdFilter(outlines))
        )
    found: dict[int, list[int]] = {}
    for way in (way for reader in readers for way in reader):
        if way.id in outlines or is_barrier(way.tags):
            found[way.id] = [node.ref for node in way.nodes]
    return list(found.values())


def is_barrier(tags: Any) -> bool:
    if any(tags.get(key, "no") != "no" for key in OFF_THE_GROUND):
        return False
    return (
        tags.get("waterway") in WATERWAYS
        or tags.get("railway") in RAILWAYS
        or any(tags.get(key) == value for key, value in WATER_AREAS.items())
    )


def _outlines(path: Path) -> set[int]:
    reader: Iterable[Any] = osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(
        osmium.filter.TagFilter(*_AREA_TAGS)
    )
    return {
        member.ref
        for relation in reader
        if relation.tags.get("type") == "multipolygon" and is_barrier(relation.tags)
        for member in relation.members
        if member.type == "w"
    }


def segments_of(
    ways: Iterable[list[int]], lon_lat: Mapping[int, tuple[float, float]]
) -> npt.NDArray[np.float64]:
    """Segments (lon, lat, lon, lat), shape (n, 4); an extract cuts ways at its edge."""
    rows = [
        (*lon_lat[one], *lon_lat[other])
        for way in ways
        for one, other in pairwise(way)
        if one in lon_lat and other in lon_lat
    ]
    return np.array(rows, dtype=float).reshape(-1, 4)
