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
from layers.issues import Issue
from layers.reading import geometries_of
from layers.repair import Kept
from layers.sources import Source
from layers.street_fields import FieldReader, Row, StreetFields
from layers.street_lines import Floats, StreetLines, Ways

# Vertices that agree to this many decimals of a degree (about 1 cm) are one node.
DECIMALS = 7


def read_line_layer(path: Path, *, srid: int | None, fields: StreetFields | None = None) -> StreetLines:
    ways, issues = Ways(), list[Issue]()
    lines: list[Any] = []
    altitudes: list[Floats] = []
    with sources.open_source(path) as source:
        from_srid = source_srid(source, srid, issues)
        reader = FieldReader(fields or StreetFields(), source)
        for geometry, row in _features(source, reader, issues):
            parts = shapely.get_parts(geometry)
            for k, line in enumerate(parts):
                lines.append(shapely.force_2d(line))
                altitudes.append(_altitudes(line, row, reader, ends=(k == 0, k == len(parts) - 1)))
                ways.add((), reader.tags(row))
        reader.check_values()
        if not lines:
            raise StreetsRefused(
                f"Expected lines in {path.name}, found none that can be used: choose another file."
            )
        moved = crs.transform(np.array(lines, dtype=object), from_srid, crs.WGS84).geometries
        ways.dropped.update(Counter(str(issue.code) for issue in issues if issue.feature is not None))
        ways.dropped["speeds_not_read"] += reader.not_numbers
        places, z_m = _joined(ways, moved, np.concatenate(altitudes))
        keys = np.arange(len(places), dtype=np.int64)
        return ways.as_streets("lines", path, keys, places=places, z_m=z_m)


def _features(source: Source, reader: FieldReader, issues: list[Issue]) -> Iterator[tuple[Any, Row]]:
    declared = repair.declared_type(source.geometry_type)
    if declared is not None and declared[0] != 1:
        raise StreetsRefused(
            f"Expected lines in {source.path.name}, found {source.geometry_type}: choose a layer of streets."
        )
    decoder = Decoder(source, text_encoding(source, None, issues).codec)
    wanted = reader.positions()
    first = 0
    for batch in sources.read_batches(source):
        kept = repair.usable(geometries_of(batch, first, issues), issues)
        columns = {
            key: _texts(decoder.column(batch.column(position), source.columns[position], first))
            for key, position in wanted.items()
        }
        for geometry, position in zip(*_lines_only(kept, source), strict=True):
            yield geometry, {key: values[position - first] for key, values in columns.items()}
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


def _altitudes(line: Any, row: Row, reader: FieldReader, *, ends: tuple[bool, bool]) -> Floats:
    """Metres at each vertex: the line's own third coordinate, or the fields named for its ends; nan = not known."""
    z_m: Floats = shapely.get_coordinates(line, include_z=True)[:, 2]
    if reader.fields.altitudes is not None:
        z_m = np.full(len(z_m), np.nan)
        for place, key, here in ((0, "z_from", ends[0]), (-1, "z_to", ends[1])):
            value = reader.number(row.get(key)) if here else None
            z_m[place] = np.nan if value is None else value
    return z_m


def _joined(ways: Ways, lines: npt.NDArray[Any], z_m: Floats) -> tuple[Floats, Floats]:
    """Fill the nodes of the ways; vertices that agree to DECIMALS become one node, with the first altitude given."""
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    places, node = np.unique(coordinates.round(DECIMALS), axis=0, return_inverse=True)
    node = node.reshape(-1)
    ends = np.searchsorted(owner, np.arange(1, len(lines)))
    ways.nodes = [run.tolist() for run in np.split(node, ends)]
    known = np.flatnonzero(np.isfinite(z_m))[::-1]
    joined_m = np.full(len(places), np.nan)
    joined_m[node[known]] = z_m[known]
    return places, joined_m
