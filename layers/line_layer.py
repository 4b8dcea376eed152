"""Streets of a line layer in any format and system that layers.sources reads."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from layers import crs, repair, sources
from layers.declared import source_srid, text_encoding
from layers.decoding import Decoder
from layers.errors import StreetsRefused
from layers.fields import safe_name
from layers.issues import Issue
from layers.reading import geometries_of
from layers.repair import Kept
from layers.sources import Source
from layers.street_lines import TAG_KEYS, StreetLines, Ways

# Vertices that agree to this many decimals of a degree (about 1 cm) are one node.
DECIMALS = 7


def read_line_layer(path: Path, *, srid: int | None) -> StreetLines:
    ways, issues = Ways(), list[Issue]()
    lines: list[Any] = []
    with sources.open_source(path) as source:
        from_srid = source_srid(source, srid, issues)
        for geometry, tags in _features(source, issues):
            for line in shapely.get_parts(geometry):
                lines.append(line)
                ways.add((), tags)
        if not lines:
            raise StreetsRefused(
                f"Expected lines in {path.name}, found none that can be used: choose another file."
            )
        moved = crs.transform(np.array(lines, dtype=object), from_srid, crs.WGS84).geometries
        ways.dropped.update(Counter(str(issue.code) for issue in issues if issue.feature is not None))
        lon, lat = _joined(ways, moved)
        return ways.as_streets("lines", path, np.arange(len(lon), dtype=np.int64), lon, lat)


def _features(source: Source, issues: list[Issue]) -> Iterator[tuple[Any, dict[str, str]]]:
    declared = repair.declared_type(source.geometry_type)
    if declared is not None and declared[0] != 1:
        raise StreetsRefused(
            f"Expected lines in {source.path.name}, found {source.geometry_type}: choose a layer of streets."
        )
    decoder = Decoder(source, text_encoding(source, None, issues).codec)
    by_name = {safe_name(name): position for position, name in enumerate(source.columns)}
    wanted = {key: by_name[safe_name(key)] for key in TAG_KEYS if safe_name(key) in by_name}
    first = 0
    for batch in sources.read_batches(source):
        kept = repair.flattened(repair.usable(geometries_of(batch, first, issues), issues), issues)
        columns = {
            key: _texts(decoder.column(batch.column(position), source.columns[position], first))
            for key, position in wanted.items()
        }
        for geometry, position in zip(*_lines_only(kept, source), strict=True):
            row = {key: values[position - first] for key, values in columns.items()}
            yield geometry, {key: value for key, value in row.items() if value}
        first += len(batch)


def _lines_only(kept: Kept, source: Source) -> tuple[npt.NDArray[Any], list[int]]:
    if (shapely.get_dimensions(kept.geometries) != 1).any():
        raise StreetsRefused(
            f"Expected lines alone in {source.path.name}, found other geometry too: split the layer."
        )
    return kept.geometries, kept.positions.tolist()


def _texts(values: Any) -> list[str | None]:
    """Values as OpenStreetMap writes them."""
    words = {None: None, True: "yes", False: "no"} if str(values.type) == "bool" else {None: None}
    return [words.get(value, str(value)) for value in values.to_pylist()]


def _joined(ways: Ways, lines: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Fill the nodes of the ways; vertices that agree to DECIMALS become one node."""
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    places, node = np.unique(coordinates.round(DECIMALS), axis=0, return_inverse=True)
    ends = np.searchsorted(owner, np.arange(1, len(lines)))
    ways.nodes = [run.tolist() for run in np.split(node.reshape(-1), ends)]
    return places[:, 0].copy(), places[:, 1].copy()
