"""Say what a file holds without storing it and without refusing it."""

from dataclasses import dataclass, replace
from pathlib import Path

from layers import crs, sources
from layers.declared import text_encoding
from layers.decoding import Decoder
from layers.errors import LayersError
from layers.finding import check_suffix, open_dataset
from layers.formats import DRIVERS
from layers.prepared import prepare
from layers.sniff import FOLDER, TABLE, ZIP, sniff
from layers.sources import Source
from layers.table_places import found_places, places_of
from layers.tables import TableFormat, TableOptions, inspect_table, read_cells


@dataclass(frozen=True)
class LayerSummary:
    """One layer; `bbox` is west, south, east, north in EPSG:4326, None where the system is not known.

    `places` are the columns of a table that may be its place: pairs of x and y, or one of WKT.
    """

    name: str
    columns: tuple[str, ...]
    geometry_type: str | None = None
    srid: int | None = None
    feature_count: int | None = None
    bbox: tuple[float, float, float, float] | None = None
    places: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class SourceSummary:
    """`kind` is a word of layers.sniff, `driver` GDAL's name, `problem` why it would be refused."""

    path: Path
    kind: str
    words: str
    driver: str | None = None
    layers: tuple[LayerSummary, ...] = ()
    problem: str | None = None
    table: TableFormat | None = None


def inspect(path: Path | str) -> SourceSummary:
    """What a file or folder holds; content that is not understood is described, a missing path is refused."""
    path = Path(path)
    content = sniff(path)
    summary = SourceSummary(path, content.kind, content.words)
    try:
        if content in {ZIP, FOLDER} or content.kind in DRIVERS:
            return _vector(summary)
        check_suffix(path, content)
    except LayersError as error:
        return replace(summary, problem=str(error))
    return summary


def _vector(summary: SourceSummary) -> SourceSummary:
    with open_dataset(summary.path) as (file, content, _):
        summary = replace(summary, kind=content.kind, words=content.words, driver=DRIVERS[content.kind])
        if content == TABLE:
            return _table(summary, file)
        with prepare(file, content) as prepared:
            names = sources.layer_names(file, content, prepared.dataset)
            layers, problems = [], []
            for name in names:
                try:
                    layers.append(_layer(name, sources.described(file, content, prepared, name)))
                except LayersError as error:
                    problems.append(str(error))
        return replace(summary, layers=tuple(layers), problem=problems[0] if problems else None)


def _layer(name: str, source: Source) -> LayerSummary:
    srid = None if source.crs_text is None else crs.srid_from_text(source.crs_text, where=source.crs_where)
    bbox = None if srid is None or source.bounds is None else crs.bbox_lon_lat(source.bounds, srid)
    return LayerSummary(name, _column_names(source), source.geometry_type, srid, source.feature_count, bbox)


def _column_names(source: Source) -> tuple[str, ...]:
    decoder = Decoder(source, text_encoding(source, None, []).codec)
    return tuple(decoder.name(name) for name in source.columns)


def _table(summary: SourceSummary, file: Path) -> SourceSummary:
    """The columns, and the pairs that may be the place; a table without any is told as a problem."""
    table = inspect_table(file)
    rows = read_cells(file, table)
    first = next((row for _, row in rows), [])
    layer = LayerSummary(
        file.stem,
        table.columns,
        feature_count=int(bool(first)) + sum(1 for _ in rows),
        places=tuple(place.columns for place in found_places(table, first)),
    )
    try:
        places_of(table, TableOptions(), first, file.name)
    except LayersError as error:
        return replace(summary, layers=(layer,), table=table, problem=str(error))
    return replace(summary, layers=(layer,), table=table)
