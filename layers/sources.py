"""Open a vector source: one layer of one dataset, checked to be what it says, read in Arrow batches."""

import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from layers import gdal
from layers.crs_member import unresolved_member
from layers.errors import (
    FormatNotRead,
    LayerNotChosen,
    NotWhatItSays,
    PartMissing,
    SourceChanged,
    SourceEmpty,
)
from layers.finding import open_dataset, parts_beside
from layers.formats import DRIVERS
from layers.gdal import Dataset
from layers.prepared import Prepared, prepare
from layers.selection import Selection, entity_layers, split_family
from layers.sniff import DXF, GEOJSON, GEOJSON_LINES, SHAPEFILE, TABLE, Content
from layers.tables import TableOptions


@dataclass(frozen=True)
class Source:
    """One layer of one dataset that GDAL has opened once and that can be read."""

    path: Path
    content: Content
    layer: str
    crs_text: str | None
    columns: tuple[str, ...]
    geometry_type: str
    feature_count: int
    bounds: tuple[float, float, float, float] | None
    parts: tuple[Path, ...]
    dataset: Dataset
    prepared: Prepared
    stamp: tuple[tuple[int, ...], ...]
    selection: Selection = field(default_factory=Selection)

    def part(self, suffix: str) -> Path | None:
        return next((part for part in self.parts if part.suffix.lower() == suffix), None)

    @property
    def is_carried(self) -> bool:
        """Whether names and texts are bytes of a dbf, read as Latin-1 (see `_carrier`)."""
        return self.content == SHAPEFILE

    @property
    def crs_where(self) -> str:
        prj = self.part(".prj")
        return prj.name if prj else self.path.name


@contextmanager
def open_source(
    path: Path,
    *,
    layer: str | None = None,
    table: TableOptions | None = None,
    encoding: str | None = None,
) -> Iterator[Source]:
    """The one layer of a file, folder or archive; what is unpacked or rewritten for it goes away."""
    with (
        open_dataset(Path(path), layer) as (file, content, chosen),
        prepare(file, content, table=table, encoding=encoding) as prepared,
    ):
        yield described(file, content, prepared, chosen)


def described(path: Path, content: Content, prepared: Prepared, layer: str | None) -> Source:
    parts = _shapefile_parts(path) if content == SHAPEFILE else (path,)
    stamp = _stamp(parts)
    chosen, selection = _chosen_layer(path, content, prepared.dataset, layer)
    info = gdal.read_info(prepared.dataset, chosen)
    if info["driver"] != DRIVERS[content.kind]:
        raise NotWhatItSays(
            f"Expected {content.words} in {path.name}, found what GDAL reads as {info['driver']}: export"
            " it again."
        )
    if info["geometry_type"] is None:
        raise FormatNotRead(
            f"Expected geometry in {path.name} ({chosen}), found a table without any: add geometry."
        )
    source = Source(
        path=path,
        content=content,
        layer=chosen,
        crs_text=_crs_text(path, content, parts, info),
        columns=tuple(info["fields"]),
        geometry_type=info["geometry_type"],
        feature_count=int(info["features"]),
        bounds=info["total_bounds"],
        parts=parts,
        dataset=prepared.dataset,
        prepared=prepared,
        stamp=stamp,
        selection=selection,
    )
    if selection.is_part:
        count = sum(len(batch) for batch in read_batches(source))
        source = replace(source, feature_count=count, bounds=None, geometry_type="Unknown")
    if not source.feature_count:
        raise SourceEmpty(
            f"Expected features in {path.name} ({layer or chosen}), found none: export it again."
        )
    return source


def _crs_text(path: Path, content: Content, parts: tuple[Path, ...], info: dict[str, Any]) -> str | None:
    if content == GEOJSON_LINES:  # which has no member for it: RFC 8142 takes that of RFC 7946
        return "EPSG:4326"
    if content in {TABLE, DXF}:
        return None
    if content == GEOJSON and info["crs"] == "EPSG:4326":  # also GDAL's answer where it knows none
        declared = unresolved_member(path)
        return info["crs"] if declared is None else declared or None
    if content != SHAPEFILE:
        return info["crs"] or None
    prj = next((part for part in parts if part.suffix.lower() == ".prj"), None)
    text = prj.read_text("utf-8", errors="replace").replace("\0", " ").strip() if prj else ""
    return text or None


def _shapefile_parts(shp: Path) -> tuple[Path, ...]:
    parts = parts_beside(shp)
    suffixes = {part.suffix.lower() for part in parts}
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in suffixes]
    if missing:
        raise PartMissing(
            f"Expected {shp.stem}{' and '.join(missing)} beside {shp.name}, found "
            f"{', '.join(part.name for part in parts)}: add the missing part (a shapefile is .shp, .shx"
            " and .dbf)."
        )
    return parts


def layer_names(path: Path, content: Content, dataset: Dataset) -> list[str]:
    """The layers of a dataset that have geometry; of a drawing, the whole and each layer of its entities."""
    if content == TABLE:
        return [dataset.path.stem]
    names = [name for name, geometry_type in gdal.list_layers(dataset) if geometry_type is not None]
    if content == DXF and names:
        return [*names, *entity_layers(dataset, names[0])]
    return names


def _chosen_layer(path: Path, content: Content, dataset: Dataset, layer: str | None) -> tuple[str, Selection]:
    """The layer for GDAL, and what of it is asked for."""
    names = layer_names(path, content, dataset)
    if names and layer is None and (len(names) == 1 or content == DXF):
        return names[0], Selection()
    if layer is not None:
        for name, family in ((layer, None), split_family(layer)):
            if name in names:
                drawn = name if content == DXF and name != names[0] else None
                return (names[0] if content == DXF else name), Selection(drawn, family)
    if not names:
        raise FormatNotRead(f"Expected a layer with geometry in {path.name}, found none: add one.")
    said = f"no layer {layer!r}" if layer is not None else f"{len(names)} layers"
    raise LayerNotChosen(
        f"Expected the name of one layer of {path.name}, found {said}: choose one of {', '.join(names[:20])}"
        " with --layer."
    )


def read_batches(source: Source) -> Generator[Any, None, None]:
    """Arrow record batches; the last column is the geometry in WKB."""
    with gdal.open_arrow(source.dataset, source.layer) as reader:
        for batch in reader:
            yield source.selection.of(batch)


def read_geometries(source: Source) -> Iterator[Any]:
    """The same without attributes."""
    if source.selection.is_part:
        yield from read_batches(source)
        return
    with gdal.open_arrow(source.dataset, source.layer, columns=[]) as reader:
        yield from reader


def schema(source: Source) -> Any:
    return gdal.read_schema(source.dataset, source.layer)


def _stamp(parts: tuple[Path, ...]) -> tuple[tuple[int, ...], ...]:
    found = [part.stat() for part in parts]
    return tuple((stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in found)


def check_unchanged(source: Source) -> None:
    """What was read in several goes must have been one and the same file."""
    try:
        same = _stamp(source.parts) == source.stamp
    except OSError:
        same = False
    if not same:
        raise SourceChanged(
            f"Expected {source.path.name} to stay as it is while it is read, found it changed: import it again"
            " once it is complete."
        )


def digest(source: Source) -> str:
    """SHA-256 of the parts that carry data, so that packing the same files again changes nothing."""
    total = hashlib.sha256()
    for part in source.parts:
        if part.suffix.lower() in {".shp", ".dbf", ".prj", ".cpg", ".cst"} or source.content != SHAPEFILE:
            total.update(part.suffix.lower().encode() + b"\0")
            with part.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
