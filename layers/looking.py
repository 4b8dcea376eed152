"""What a file holds before it is imported: its layers, columns, system, and how its names will look."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from layers import sources
from layers.declared import source_srid, text_encoding
from layers.decoding import Decoder
from layers.errors import CrsMissing, EncodingRefused, LayersError
from layers.inspection import SourceSummary, inspect
from layers.sources import Source
from layers.tables import TableOptions

SAMPLES = 5
_ROWS_READ = 2_000


@dataclass
class Look:
    """`problem` is why the file would be refused as it was asked for, `problem_code` its code."""

    layers: list[str] = field(default_factory=list)
    layer: str = ""
    kind: str = ""
    columns: list[str] = field(default_factory=list)
    geometry_type: str | None = None
    feature_count: int | None = None
    encoding: str = ""
    encoding_rule: str = ""
    text_samples: list[str] = field(default_factory=list)
    srid: int | None = None
    crs_missing: bool = False
    candidates: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""
    problem_code: str = ""


def look(
    path: Path,
    *,
    source_layer: str | None = None,
    encoding: str | None = None,
    table: TableOptions | None = None,
) -> Look:
    """Open the file as far as its first rows; what cannot be read is said in `problem`."""
    found = Look()
    try:
        _list_layers(found, inspect(path))
        if source_layer is None and len(found.layers) > 1:
            source_layer = found.layers[0]
        with sources.open_source(path, layer=source_layer, table=table, encoding=encoding) as source:
            _describe(found, source)
            _read_texts(found, source, encoding)
            _find_system(found, source)
    except LayersError as error:
        found.problem, found.problem_code = str(error), error.code
    return found


def _list_layers(found: Look, summary: SourceSummary) -> None:
    found.kind = summary.kind
    found.layers = [layer.name for layer in summary.layers]
    if summary.layers:
        found.columns = list(summary.layers[0].columns)


def _describe(found: Look, source: Source) -> None:
    found.layer, found.geometry_type = source.layer, source.geometry_type
    found.feature_count = source.feature_count


def _read_texts(found: Look, source: Source, encoding: str | None) -> None:
    """The encoding and the first different texts that show it best: those with letters beyond ASCII first."""
    try:
        chosen = text_encoding(source, encoding, [])
        found.encoding, found.encoding_rule = chosen.codec, chosen.rule
        decoder = Decoder(source, chosen.codec)
        found.columns = [decoder.name(name) for name in source.columns]
        texts = dict.fromkeys(itertools.islice(_texts(source, decoder), _ROWS_READ))
    except EncodingRefused as error:
        found.problem, found.problem_code = str(error), error.code
        return
    found.text_samples = sorted(texts, key=lambda text: (text.isascii(), len(text) > 60))[:SAMPLES]


def _texts(source: Source, decoder: Decoder) -> Iterator[str]:
    batch = next(iter(sources.read_batches(source)), None)
    if batch is None:
        return
    columns = [
        decoder.column(values, name, 0).to_pylist()
        for name, values in zip(batch.schema.names[:-1], batch.columns[:-1], strict=True)
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    ]
    for row in zip(*columns, strict=True):
        yield from (value for value in row if value and not value.isdigit())


def _find_system(found: Look, source: Source) -> None:
    try:
        found.srid = source_srid(source, None, [])
    except CrsMissing as error:
        found.crs_missing = True
        found.candidates = [candidate.as_dict() for candidate in error.candidates]
