"""The only door to GDAL for vector files: list, describe, read in Arrow batches; errors are SourceDamaged."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from layers.errors import SourceDamaged

BATCH_ROWS = 20_000
#: How GDAL and its Python side end on files that are broken: pyogrio decodes names strictly, and where GDAL
#: has no text for a system it reaches a variable that was never set.
_BROKEN = (DataSourceError, DataLayerError, UnicodeDecodeError, UnboundLocalError)


@dataclass(frozen=True)
class Dataset:
    """A file, the encoding to read its text in (None: as the format says), and GDAL's open options."""

    path: Path
    encoding: str | None = None
    open_options: tuple[tuple[str, str], ...] = ()

    def options(self) -> dict[str, str]:
        return dict(self.open_options)


def list_layers(dataset: Dataset) -> list[tuple[str, str | None]]:
    """Name and geometry type of each layer; a table without geometry has None."""
    try:
        return [(str(name), kind) for name, kind in pyogrio.list_layers(dataset.path)]
    except _BROKEN as error:
        raise damaged(dataset.path, error) from error


def read_info(dataset: Dataset, layer: str) -> dict[str, Any]:
    """What `pyogrio.read_info` says, features counted."""
    try:
        info: dict[str, Any] = pyogrio.read_info(
            dataset.path,
            layer=layer,
            encoding=dataset.encoding,
            force_feature_count=True,
            **dataset.options(),
        )
    except _BROKEN as error:
        raise damaged(dataset.path, error) from error
    return info


@contextmanager
def open_arrow(dataset: Dataset, layer: str, columns: Sequence[str] | None = None) -> Iterator[Any]:
    """A reader of Arrow record batches (`schema`, iteration); the last column is the geometry in WKB."""
    try:
        opened = pyogrio.open_arrow(
            dataset.path,
            layer=layer,
            encoding=dataset.encoding,
            columns=columns,
            batch_size=BATCH_ROWS,
            use_pyarrow=True,
            **dataset.options(),
        )
        with opened as (_, reader):
            yield _Batches(dataset.path, reader)
    except _BROKEN as error:
        raise damaged(dataset.path, error) from error


class _Batches:
    """The batches of a reader; a broken one ends as SourceDamaged."""

    def __init__(self, path: Path, reader: Any) -> None:
        self.schema = reader.schema
        self._path, self._reader = path, reader

    def __iter__(self) -> Iterator[Any]:
        while True:
            try:
                batch = next(self._reader, None)
            except (pa.ArrowException, OSError) as error:
                raise damaged(self._path, error) from error
            if batch is None:
                return
            yield batch


def damaged(path: Path, error: Exception) -> SourceDamaged:
    return SourceDamaged(f"Expected a readable dataset in {path.name}, found: {error}: export it again.")
