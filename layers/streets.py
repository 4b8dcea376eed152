"""Street files as plain arrays in degrees: OpenStreetMap extracts, GraphML of OSMnx, line layers of any system."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers import crs, repair, sources
from layers.errors import StreetsRefused
from layers.fields import safe_name
from layers.repair import Kept
from layers.sniff import GRAPHML, OSM_PBF, OSM_XML, Content, sniff

TAG_KEYS = (
    "highway", "access", "foot", "bicycle", "motor_vehicle", "oneway", "oneway:bicycle", "junction", "maxspeed",
    "surface", "name", "bridge", "tunnel", "service",
)  # fmt: skip
# Vertices closer than this are one node: 1e-7 degrees is about 1 cm, the precision of OpenStreetMap.
TOLERANCE_DEG = 1e-7


@dataclass(frozen=True)
class StreetLines:
    """Way w passes the nodes `way_nodes[way_offsets[w]:way_offsets[w + 1]]`, in its own direction.

    `tags` has one list per key of TAG_KEYS, one value or None per way; `dropped` counts what was left out, by reason.
    """

    kind: str
    node_key: npt.NDArray[np.int64]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    way_offsets: npt.NDArray[np.int64]
    way_nodes: npt.NDArray[np.int32]
    tags: dict[str, list[str | None]]
    dropped: dict[str, int]
    digest: str


def read_streets(path: Path | str, *, srid: int | None = None) -> StreetLines:
    """Streets of a file, told by its content; `srid` is for a line layer that does not say its system."""
    from layers.graphml import read_graphml
    from layers.osm import read_osm

    path = Path(path)
    content = sniff(path)
    if content in {OSM_PBF, OSM_XML}:
        streets = read_osm(path)
    elif content == GRAPHML:
        streets = read_graphml(path)
    else:
        streets = _read_lines(path, content, srid)
    if len(streets.way_offsets) < 2:
        raise StreetsRefused(
            f"Expected streets in {path.name}, found {content.words} with none: choose another file."
        )
    return streets


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def assembled(
    kind: str,
    nodes: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]],
    ways: Sequence[Sequence[int]],
    tags: dict[str, list[str | None]],
    *,
    dropped: Counter[str],
    digest: str,
) -> StreetLines:
    """`ways` hold positions in the node arrays."""
    lengths = np.fromiter((len(way) for way in ways), np.int64, len(ways))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    flat = np.fromiter((node for way in ways for node in way), np.int32, int(offsets[-1]))
    key, lon, lat = nodes
    return StreetLines(kind, key, lon, lat, offsets, flat, tags, dict(dropped), digest)


def _read_lines(path: Path, content: Content, srid: int | None) -> StreetLines:
    known = sources.is_vector(content)
    if not known:
        raise StreetsRefused(
            f"Expected streets in {path.name} (an OpenStreetMap extract, GraphML of OSMnx or a line layer), found"
            f" {content.words}: choose another file."
        )
    with sources.open_source(path) as source:
        dropped: Counter[str] = Counter()
        lines, tags = _line_features(source, srid, dropped)
        return _joined_at_vertices(lines, tags, dropped, sources.digest(source))


def _line_features(
    source: sources.Source, srid: int | None, dropped: Counter[str]
) -> tuple[npt.NDArray[Any], dict[str, list[str | None]]]:
    """Single lines in EPSG:4326 with their tags; a multi line gives several lines with the same tags."""
    from layers.reading import decoder_of, geometries_of, source_srid

    issues: list[Any] = []
    from_srid = source_srid(source, srid, issues)
    decoder = decoder_of(source, None, issues)
    columns = {safe_name(name): position for position, name in enumerate(source.columns)}
    parts, owners, values = [], [], {key: [] for key in TAG_KEYS}
    ...
    return np.asarray(parts), {}
