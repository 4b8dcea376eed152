"""Say what a file holds without storing it and without refusing it."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from layers import crs, sources
from layers.decoding import Decoder
from layers.encoding import decodes
from layers.errors import LayersError
from layers.reading import text_encoding
from layers.sniff import FOLDER, TABLE, ZIP, sniff, table_delimiter
from layers.sources import Source

_HEAD_BYTES = 65_536


@dataclass(frozen=True)
class LayerSummary:
    """One layer; `bbox` is west, south, east, north in EPSG:4326, None where the system is not known."""

    name: str
    columns: tuple[str, ...]
    geometry_type: str | None = None
    srid: int | None = None
    feature_count: int | None = None
    bbox: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class SourceSummary:
    """`kind` is a word of layers.sniff, `driver` GDAL's name, `problem` why it would be refused."""

    path: Path
    kind: str
    words: str
    driver: str | None = None
    layers: tuple[LayerSummary, ...] = ()
    problem: str | None = None


def inspect(path: Path | str) -> SourceSummary:
    """What a file or folder holds; content that is not understood is described, a missing path is refused."""
    path = Path(path)
    content = sniff(path)
    summary = SourceSummary(path, content.kind, content.words)
    try:
        if content == TABLE:
            return replace(summary, layers=(_table(path),))
        if content in {ZIP, FOLDER} or content.kind in sources.DRIVERS:
            return _vector(summary)
        sources.check_suffix(path, content)
    except LayersError as error:
        return replace(summary, problem=str(error))
    return summary


def _vector(summary: SourceSummary) -> SourceSummary:
    with sources.open_dataset(summary.path) as (dataset, content, _):
        names = sources.layer_names(dataset, content)
        layers, problems = [], []
        for name in names:
            try:
                layers.append(_layer(sources.described(dataset, content, name)))
            except LayersError as error:
                problems.append(str(error))
        return replace(
            summary,
            kind=content.kind,
            words=content.words,
            driver=sources.DRIVERS[content.kind],
            layers=tuple(layers),
            problem=problems[0] if problems else None,
        )


def _layer(source: Source) -> LayerSummary:
    srid = None if source.crs_text is None else crs.srid_from_text(source.crs_text, where=source.crs_where)
    bbox = None if srid is None or source.bounds is None else crs.bbox_lon_lat(source.bounds, srid)
    return LayerSummary(
        source.layer, _column_names(source), source.geometry_type, srid, source.feature_count, bbox
    )


def _column_names(source: Source) -> tuple[str, ...]:
    decoder = Decoder(source, text_encoding(source, None, []).codec)
    return tuple(decoder.name(name) for name in source.columns)


def _table(path: Path) -> LayerSummary:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    text = head.decode("utf-8-sig" if decodes([head], "utf-8") else "cp1252", errors="replace")
    delimiter = table_delimiter(text) or ","
    header = next(csv.reader(text.splitlines(), delimiter=delimiter))
    return LayerSummary(path.stem, tuple(name.strip() for name in header))
