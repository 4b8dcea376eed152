"""Railways of an OpenStreetMap extract: the lines of trains, metros and trams, to be drawn and not travelled."""

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from layers.street_lines import Railways

# wiki.openstreetmap.org/wiki/Key:railway; what stands in `service` are sidings and yards, a stain on a map
TRAIN = ("rail", "narrow_gauge", "light_rail", "funicular")
CITY = ("subway", "tram", "monorail")


def railway_ways(path: Path) -> list[tuple[list[int], int]]:
    """The nodes of each line in use, and whether it is of a city (1) or of trains (0)."""
    tags = [("railway", value) for value in (*TRAIN, *CITY)]
    reader: Iterable[Any] = osmium.FileProcessor(path, osmium.osm.WAY).with_filter(
        osmium.filter.TagFilter(*tags)
    )
    return [
        ([node.ref for node in way.nodes], int(way.tags["railway"] in CITY))
        for way in reader
        if "service" not in way.tags
    ]


def railways_of(ways: list[tuple[list[int], int]], lon_lat: Mapping[int, tuple[float, float]]) -> Railways:
    """An extract cuts ways at its edge: the nodes that it has no more are left out, and a way of one node, too."""
    known = [([lon_lat[ref] for ref in refs if ref in lon_lat], kind) for refs, kind in ways]
    lines = [(places, kind) for places, kind in known if len(places) > 1]
    offsets = np.cumsum([0, *(len(places) for places, _kind in lines)])
    places = list(chain.from_iterable(places for places, _kind in lines))
    return Railways(
        np.array(places, dtype=np.float64).reshape(-1, 2),
        offsets.astype(np.int64),
        np.array([kind for _places, kind in lines], dtype=np.int32),
    )
