"""Open a vector source: find the one dataset, check that it is what it says, read it in Arrow batches."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers import archives, gdal, scratch
from layers.crs_member import unresolved_member
from layers.errors import (
    FormatNotRead,
    LayerNotChosen,
    NotWhatItSays,
    PartMissing,
    SourceEmpty,
)
from layers.gdal import Dataset
from layers.sniff import EMPTY, FOLDER, GEOJSON, GEOPACKAGE, SHAPEFILE, ZIP, Content, sniff

# The formats that are read, and the only GDAL driver allowed to read each.
DRIVERS = {SHAPEFILE.kind: "ESRI Shapefile", GEOPACKAGE.kind: "GPKG", GEOJSON.kind: "GeoJSON"}
_SUFFIXES = {".shp": SHAPEFILE, ".gpkg": GEOPACKAGE, ".geojson": GEOJSON, ".json": GEOJSON, ".zip": ZIP}
_READ = "a shapefile (folder or zip), a GeoPackage or GeoJSON"


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
def open_source(path: Path, *, layer: str | None = None) -> Iterator[Source]:
    """The one layer of a file, folder or zip; a zip is unpacked into a folder that goes away."""
    with open_dataset(Path(path), layer) as (dataset, content, chosen):
        yield described(dataset, content, chosen)


@contextmanager
def open_dataset(path: Path, layer: str | None = None) -> Iterator[tuple[Path, Content, str | None]]:
    content = sniff(path)
    if content == ZIP:
        check_suffix(path, content)
        with scratch.folder() as folder:
            archives.unpack(path, folder)
            yield _only_dataset(folder, path.name, layer)
    elif content == FOLDER:
        yield _only_dataset(path, path.name, layer)
    else:
        yield path, checked_content(path), layer


def checked_content(path: Path) -> Content:
    content = sniff(path)
    check_suffix(path, content)
    if content == EMPTY:
        raise SourceEmpty(f"Expected {_READ} in {path.name}, found a file of 0 bytes: export it again.")
    if content == SHAPEFILE and path.suffix.lower() != ".shp":  # the .shx begins with the same bytes
        raise NotWhatItSays(
            f"Expected the .shp of a shapefile, found {path.name}: give the .shp that lies beside it."
        )
    if content.kind not in DRIVERS:
        raise FormatNotRead(
            f"Expected {_READ}, found {content.words} in {path.name}: convert it to one of these."
        )
    return content


def check_suffix(path: Path, content: Content) -> None:
    said = _SUFFIXES.get(path.suffix.lower())
    if said is not None and content not in {said, EMPTY}:
        raise NotWhatItSays(
            f"Expected {said.words} in {path.name} as its name says, found {content.words}:"
            " export it again or give it its right name."
        )


def datasets_in(folder: Path) -> list[Path]:
    """What looks like a dataset by its name; the files of a Mac's hidden folder do not count."""
    return sorted(
        found
        for found in folder.rglob("*")
        if found.is_file()
        and found.suffix.lower() in set(_SUFFIXES) - {".zip"}
        and not any(part.startswith(("__MACOSX", "._")) for part in found.relative_to(folder).parts)
    )


def _only_dataset(folder: Path, name: str, layer: str | None) -> tuple[Path, Content, str | None]:
    found = datasets_in(folder)
    if not found:
        inside = ", ".join(sorted(path.name for path in folder.rglob("*") if path.is_file())[:5]) or "nothing"
        lonely = any(path.suffix.lower() == ".dbf" for path in folder.rglob("*"))
        kind = PartMissing if lonely else FormatNotRead
        raise kind(f"Expected {_READ} in {name}, found {inside}: add the missing files.")
    if len(found) > 1:
        chosen = [path for path in found if path.stem == layer]
        if len(chosen) != 1:
            names = ", ".join(path.name for path in found[:10])
            raise LayerNotChosen(
                f"Expected one dataset in {name}, found {len(found)} ({names}): choose one by its stem"
                " with --layer."
            )
        return chosen[0], checked_content(chosen[0]), None
    return found[0], checked_content(found[0]), None if layer == found[0].stem else layer


def described(path: Path, content: Content, layer: str | None) -> Source:
    parts = _shapefile_parts(path) if content == SHAPEFILE else (path,)
    chosen = _chosen_layer(path, content, layer)
    dataset = dataset_of(path, content)
    info = gdal.read_info(dataset, chosen)
    if info["driver"] != DRIVERS[content.kind]:
        raise NotWhatItSays(
            f"Expected {content.words} in {path.name}, found what GDAL reads as {info['driver']}: export"
            " it again."
        )
    if not info["features"]:
        raise SourceEmpty(f"Expected features in {path.name} ({chosen}), found none: export it again.")
    if info["geometry_type"] is None:
        raise FormatNotRead(
            f"Expected geometry in {path.name} ({chosen}), found a table without any: add geometry."
        )
    return Source(
        path=path,
        content=content,
        layer=chosen,
        crs_text=_crs_text(path, content, parts, info),
        columns=tuple(info["fields"]),
        geometry_type=info["geometry_type"],
        feature_count=int(info["features"]),
        bounds=info["total_bounds"],
        parts=parts,
        dataset=dataset,
    )


def _crs_text(path: Path, content: Content, parts: tuple[Path, ...], info: dict[str, Any]) -> str | None:
    if content == GEOJSON and info["crs"] == "EPSG:4326":  # also GDAL's answer where it knows none
        declared = unresolved_member(path)
        return info["crs"] if declared is None else declared or None
    if content != SHAPEFILE:
        return info["crs"] or None
    prj = next((part for part in parts if part.suffix.lower() == ".prj"), None)
    text = prj.read_text("utf-8", errors="replace").strip() if prj else ""
    return text or None


def _shapefile_parts(shp: Path) -> tuple[Path, ...]:
    parts = tuple(sorted(p for p in shp.parent.iterdir() if p.is_file() and p.stem == shp.stem))
    suffixes = {part.suffix.lower() for part in parts}
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in suffixes]
    if missing:
        raise PartMissing(
            f"Expected {shp.stem}{' and '.join(missing)} beside {shp.name}, found "
            f"{', '.join(part.name for part in parts)}: add the missing part (a shapefile is .shp, .shx"
            " and .dbf)."
        )
    return parts


def layer_names(path: Path, content: Content) -> list[str]:
    """The layers of a dataset that have geometry."""
    listed = gdal.list_layers(dataset_of(path, content))
    return [name for name, geometry_type in listed if geometry_type is not None]


def _chosen_layer(path: Path, content: Content, layer: str | None) -> str:
    names = layer_names(path, content)
    if layer is None and len(names) == 1:
        return names[0]
    if layer is not None and layer in names:
        return layer
    if not names:
        raise FormatNotRead(f"Expected a layer with geometry in {path.name}, found none: add one.")
    said = f"no layer {layer!r}" if layer is not None else f"{len(names)} layers"
    raise LayerNotChosen(
        f"Expected the name of one layer of {path.name}, found {said}: choose one of {', '.join(names[:20])}"
        " with --layer."
    )


def dataset_of(path: Path, content: Content) -> Dataset:
    """Latin-1 carries each byte of a dbf unchanged through GDAL; layers.decoding makes it text."""
    return Dataset(path, encoding="ISO-8859-1" if content == SHAPEFILE else None)


def read_batches(source: Source) -> Iterator[Any]:
    """Arrow record batches; the last column is the geometry in WKB."""
    with gdal.open_arrow(source.dataset, source.layer) as reader:
        yield from reader


def read_geometries(source: Source) -> Iterator[Any]:
    """The same without attributes."""
    with gdal.open_arrow(source.dataset, source.layer, columns=[]) as reader:
        yield from reader


def schema(source: Source) -> Any:
    with gdal.open_arrow(source.dataset, source.layer) as reader:
        return reader.schema


def digest(source: Source) -> str:
    """SHA-256 of the parts that carry data, so that packing the same files again changes nothing."""
    total = hashlib.sha256()
    for part in source.parts:
        if part.suffix.lower() in {".shp", ".dbf", ".prj", ".cpg", ".cst"} or source.content != SHAPEFILE:
            total.update(part.suffix.lower().encode() + b"\0")
            with part.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
