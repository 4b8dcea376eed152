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
    "cycleway:right", "cycleway:both", "name", "bridge", "tunnel", "covered", "service", "speed_kmh",
)  # fmt: skip

# Of the ground on Earth; files write -9999 and the like where they know nothing.
LOWEST_M, HIGHEST_M = -500.0, 9_000.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Railways:
    """Line r has the places (lon, lat) `places[offsets[r]:offsets[r + 1]]`; `kinds` are 0 of trains, 1 of a city."""

    places: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    offsets: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    kinds: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))


@dataclass(frozen=True)
class StreetLines:
    """Way w passes the nodes `way_nodes[way_offsets[w]:way_offsets[w + 1]]` in its own direction.

    Places are in degrees (EPSG:4326). `tags` has a list for each of TAG_KEYS with one value or None per way
    (`speed_kmh` is a speed that a layer states for its cars); `dropped` counts what was left out, by reason.
    `z_m` are altitudes, nan where not known, None where none is. `barriers` are segments that ground does not
    cross (lon, lat, lon, lat), shape (n, 4). `railways` are drawn and not travelled.
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
    z_m: Floats | None = None
    barriers: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    railways: Railways = field(default_factory=Railways)


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
        self,
        kind: str,
        path: Path,
        node_key: npt.NDArray[np.int64],
        *,
        places: Floats,
        z_m: Floats | None = None,
    ) -> StreetLines:
        """`nodes` of the ways must be positions in these arrays; `places` are degrees, shape (n, 2)."""
        lengths = np.fromiter(map(len, self.nodes), np.int64, len(self.nodes))
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        flat = np.fromiter((node for way in self.nodes for node in way), np.int32, int(offsets[-1]))
        known_m = None if z_m is None else self._checked_altitudes(z_m)
        dropped = {reason: count for reason, count in self.dropped.items() if count}
        return StreetLines(
            kind,
            node_key,
            places[:, 0].copy(),
            places[:, 1].copy(),
            offsets,
            flat,
            self.tags,
            dropped,
            file_digest(path),
            known_m,
        )

    def _checked_altitudes(self, z_m: Floats) -> Floats | None:
        """Altitudes that can be some, the others nan and counted; a file that writes 0 everywhere has none."""
        wrong = np.isfinite(z_m) & ~((z_m >= LOWEST_M) & (z_m <= HIGHEST_M))
        self.dropped["altitudes_out_of_range"] += int(wrong.sum())
        z_m = np.where(wrong, np.nan, z_m)
        known = np.isfinite(z_m)
        if known.any() and (z_m[known] == 0).all():
            self.dropped["altitudes_all_zero"] += int(known.sum())
            return None
        return z_m if known.any() else None


def file_digest(path: Path) -> str:
    """SHA-256 of a file, or of the files of a folder."""
    check_exists(path)
    total = hashlib.sha256()
    for part in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if part.is_file():
            with part.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
