"""Streets of an OpenStreetMap extract (.osm.pbf, .osm): the ways with a `highway` tag, and their nodes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from layers.errors import StreetsRefused
from layers.osm_barriers import barrier_ways, segments_of
from layers.osm_railways import railway_ways, railways_of
from layers.street_lines import TAG_KEYS, StreetLines, Ways

# Values of `highway` that are places, or streets that nobody can use: wiki.openstreetmap.org/wiki/Key:highway
NOT_STREETS = frozenset(
    {
        "abandoned", "bus_stop", "construction", "disused", "elevator", "emergency_bay", "no", "platform",
        "proposed", "razed", "rest_area", "services",
    }
)  # fmt: skip


@dataclass
class _Nodes:
    """Where nodes lie (degrees), and the altitude of those that state one."""

    lon_lat: dict[int, tuple[float, float]] = field(default_factory=dict)
    z_m: dict[int, float] = field(default_factory=dict)
    altitudes_not_read: int = 0


def read_osm(path: Path) -> StreetLines:
    try:
        ways, barriers, railways = _ways(path), barrier_ways(path), railway_ways(path)
        drawn = (refs for refs, _kind in railways)
        nodes = _nodes(path, set(chain.from_iterable(chain(ways.nodes, barriers, drawn))))
    except RuntimeError as error:
        raise StreetsRefused(
            f"Expected a readable OpenStreetMap extract in {path.name}, found: {error}: download it again."
        ) from error
    used = set(chain.from_iterable(ways.nodes))
    keys = np.array(sorted(nodes.lon_lat.keys() & used), dtype=np.int64)
    position = {key: place for place, key in enumerate(keys.tolist())}
    places = np.array([nodes.lon_lat[key] for key in keys.tolist()], dtype=float).reshape(-1, 2)
    z_m = np.array([nodes.z_m.get(key, np.nan) for key in keys.tolist()]) if nodes.z_m else None
    ways.dropped["altitudes_not_read"] += nodes.altitudes_not_read
    streets = _at_positions(ways, position).as_streets("osm", path, keys, places=places, z_m=z_m)
    return replace(
        streets,
        barriers=segments_of(barriers, nodes.lon_lat),
        railways=railways_of(railways, nodes.lon_lat),
    )


def _ways(path: Path) -> Ways:
    ways = Ways()
    reader: Iterable[Any] = osmium.FileProcessor(path, osmium.osm.WAY).with_filter(
        osmium.filter.KeyFilter("highway")
    )
    for way in reader:
        if way.tags["highway"] in NOT_STREETS:
            ways.dropped["not_a_street"] += 1
            continue
        tags = {key: way.tags[key] for key in TAG_KEYS if key in way.tags}
        ways.add((node.ref for node in way.nodes), tags)
    return ways


def _nodes(path: Path, wanted: set[int]) -> _Nodes:
    reader: Iterable[Any] = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(
        osmium.filter.IdFilter(wanted)
    )
    found = _Nodes()
    for node in reader:
        if not node.location.valid():
            continue
        found.lon_lat[node.id] = (node.location.lon, node.location.lat)
        if "ele" in node.tags:
            text = re.fullmatch(r"(-?\d+(?:[.,]\d+)?)\s*m?", node.tags["ele"].strip())
            if text is None:
                found.altitudes_not_read += 1
            else:
                found.z_m[node.id] = float(text[1].replace(",", "."))
    return found


def _at_positions(ways: Ways, position: dict[int, int]) -> Ways:
    """Ways as positions of nodes; an extract cuts ways at its edge, where a run of nodes ends."""
    found = Ways(dropped=ways.dropped)
    tags = list(ways.tags.items())
    missing = set(chain.from_iterable(ways.nodes)) - position.keys()
    if missing:
        found.dropped["missing_nodes"] = len(missing)
    for number, refs in enumerate(ways.nodes):
        own = {key: value for key, values in tags if (value := values[number]) is not None}
        runs = [run for run in _runs(refs, position) if len(run) > 1]
        if not runs:
            found.dropped["ways_without_two_nodes"] += 1
        for run in runs:
            found.add(run, own)
    return found


def _runs(refs: list[int], position: dict[int, int]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for ref in refs:
        if ref in position:
            runs[-1].append(position[ref])
        elif runs[-1]:
            runs.append([])
    return runs
