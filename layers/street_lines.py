"""The arrays that every street reader yields, and how ways become them."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from layers.sniff import check_exists

TAG_KEYS = (
    "highway", "access", "foot", "bicycle", "vehicle", "motor_vehicle", "motorcar", "motorroad", "oneway",
    "oneway:bicycle", "oneway:foot", "junction", "maxspeed", "surface", "cycleway", "cycleway:left",
    "cycleway:right", "cycleway:both", "name", "bridge", "tunnel", "covered", "service",
)  # fmt: skip

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StreetLines:
    """Way w passes the nodes `way_nodes[way_offsets[w]:way_offsets[w + 1]]` in its own direction.

    Places are in degrees (EPSG:4326). `tags` has a list for each of TAG_KEYS with one value or None per way;
    `dropped` counts what was left out, by reason.
    """

    kind: str
    node_key: npt.NDArray[np.int64]
    lon: Floats
    lat: Floats
    way_offsets: npt.NDArray[np.int64]
    way_nodes: npt.NDArray[np.int32]
    tags: dict[str, list[str | None]]
    dropped: dict[str, int]
    digest: str


@dataclass
class Ways:
    """Ways while they are read; `nodes` are whatever the reader calls its nodes."""

    nodes: list[list[int]] = field(default_factory=list)
    tags: dict[str, list[str | None]] = field(default_factory=lambda: {key: [] for key in TAG_KEYS})
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, nodes: Iterable[int], tags: dict[str, str]) -> None:
        self.nodes.append(list(nodes))
        for key, values in self.tags.items():
            values.append(tags.get(key))

    def as_streets(
        self, kind: str, path: Path, node_key: npt.NDArray[np.int64], lon: Floats, lat: Floats
    ) -> StreetLines:
        """`nodes` of the ways must be positions in these arrays."""
        lengths = np.fromiter(map(len, self.nodes), np.int64, len(self.nodes))
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        flat = np.fromiter((node for way in self.nodes for node in way), np.int32, int(offsets[-1]))
        return StreetLines(
            kind, node_key, lon, lat, offsets, flat, self.tags, dict(self.dropped), file_digest(path)
        )


def file_digest(path: Path) -> str:
    """SHA-256 of a file, or of the files of a folder."""
    check_exists(path)
    total = hashlib.sha256()
    for part in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if part.is_file():
            with part.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
