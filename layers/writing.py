"""Vector files out: whole or not at all."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyogrio.raw
import shapely

from layers.errors import TargetRefused
from layers.sniff import GEOPACKAGE
from layers.targets import check_replaceable, not_written

_KINDS = {".gpkg": GEOPACKAGE.kind}


@dataclass(frozen=True)
class OutLayer:
    """A layer to be written: geometries in metres or degrees of `srid`, and a list of values for each column."""

    name: str
    geometries: npt.NDArray[np.object_]
    columns: Mapping[str, Sequence[object]]
    geometry_type: str
    srid: int


def check_target(path: Path, suffix: str) -> None:
    """Refuse a target that cannot be written, before the work is done."""
    if path.suffix.lower() != suffix:
        raise TargetRefused(f"Expected a file name that ends in {suffix}, found {path.name}: rename it.")
    check_replaceable(path, _KINDS[suffix])


def write_geopackage(
    path: Path,
    *,
    layer: str,
    geometries: npt.NDArray[np.object_],
    columns: Mapping[str, Sequence[object]],
    geometry_type: str,
    srid: int,
) -> None:
    """One layer with typed, nullable columns; an existing file is replaced once the new one is complete."""
    write_layers(path, [OutLayer(layer, geometries, columns, geometry_type, srid)])


def write_layers(path: Path, layers: Sequence[OutLayer]) -> None:
    """Several layers as one GeoPackage; an existing file is replaced once the new one is complete."""
    check_target(path, ".gpkg")
    with whole_file(path) as partial:
        for order, layer in enumerate(layers):
            values = {name: _typed(column) for name, column in layer.columns.items()}
            pyogrio.raw.write(
                partial,
                geometry=shapely.to_wkb(layer.geometries),
                field_data=[data for data, _ in values.values()],
                field_mask=[mask for _, mask in values.values()],
                fields=list(values),
                layer=layer.name,
                driver="GPKG",
                geometry_type=layer.geometry_type,
                crs=f"EPSG:{layer.srid}",
                append=order > 0,
            )


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside the target; what is written there becomes the target in one step."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".gisplan-") as folder:
            yield Path(folder) / path.name
            (Path(folder) / path.name).replace(path)
    except OSError as error:
        raise not_written(path, error) from error


def _typed(column: Sequence[object]) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.bool_]]:
    """The values as one numpy type, and the mask of the missing ones."""
    missing = np.array([value is None for value in column], dtype=bool)
    present = [value for value in column if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        kind: type = bool
    elif all(isinstance(value, int) for value in present):
        kind = np.int64
    elif all(isinstance(value, int | float) for value in present):
        kind = np.float64
    else:
        kind = object
    filler = "" if kind is object else kind()
    return np.array([filler if value is None else value for value in column], dtype=kind), missing
