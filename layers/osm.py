"""Streets of an OpenStreetMap extract (.osm.pbf, .osm): the ways with a `highway` tag, and their nodes."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from layers.errors import StreetsRefused
from layers.street_lines import TAG_KEYS, StreetLines, Ways

# Values of `highway` that are places, or streets that nobody can use: wiki.openstreetmap.org/wiki/Key:highway
NOT_STREETS = frozenset(
    {
        "abandoned", "bus_stop", "construction", "disused", "elevator", "emergency_bay", "no", "platform",
        "proposed", "razed", "rest_area", "services",
    }
)  # fmt: skip


def read_osm(path: Path) -> StreetLines:
    try:
        ways = _ways(path)
        lon_lat = _locations(path, {node for way in ways.nodes for node in way})
    except RuntimeError as error:
        raise StreetsRefused(
            f"Expected a readable OpenStreetMap extract in {path.name}, found: {error}: download it again."
        ) from error
    keys = np.array(sorted(lon_lat), dtype=np.int64)
    position = {key: place for place, key in enumerate(keys.tolist())}
    places = np.array([lon_lat[key] for key in keys.tolist()], dtype=float).reshape(-1, 2)
    return _at_positions(ways, position).as_streets(
        "osm", path, keys, places[:, 0].copy(), places[:, 1].copy()
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


def _locations(path: Path, wanted: set[int]) -> dict[int, tuple[float, float]]:
    reader: Iterable[Any] = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(
        osmium.filter.IdFilter(wanted)
    )
    return {node.id: (node.location.lon, node.location.lat) for node in reader if node.location.valid()}


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
