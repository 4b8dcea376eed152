"""The only door to GDAL for vector files: list, describe, read in Arrow batches.

GDAL works in a guarded process (layers.reader), one for each call, with the one driver of the dataset; what goes
wrong there is SourceDamaged, a limit that is reached is SourceTooLarge.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from layers import limits
from layers.errors import LayersError, SourceDamaged, SourceNotFound, SourceTooLarge
from layers.reader import frames
from layers.reader.client import ReaderEnded, ReaderRefused, Work

BATCH_ROWS = 20_000


@dataclass(frozen=True)
class Dataset:
    """A file, the one driver that may read it, the encoding of its text (None: as the format says), open options."""

    path: Path
    driver: str
    encoding: str | None = None
    open_options: tuple[tuple[str, str], ...] = ()

    def options(self) -> dict[str, str]:
        return dict(self.open_options)


def list_layers(dataset: Dataset) -> list[tuple[str, str | None]]:
    """Name and geometry type of each layer; a table without geometry has None."""
    with _working(dataset, work="layers") as work:
        return [(str(name), kind) for name, kind in work.answer()]


def read_info(dataset: Dataset, layer: str) -> dict[str, Any]:
    """What `pyogrio.read_info` says, features counted, lists in place of arrays."""
    with _working(dataset, work="info", layer=layer) as work:
        info: dict[str, Any] = work.answer()
    if len(info["fields"]) > limits.columns():
        raise SourceTooLarge(
            f"Expected at most {limits.columns():,} columns in {dataset.path.name}, found {len(info['fields']):,}:"
            " export those that are needed."
        )
    return info


def read_schema(dataset: Dataset, layer: str) -> Any:
    """The Arrow schema of the batches that `open_arrow` reads."""
    with _working(dataset, work="arrow", layer=layer, columns=None, schema_only=True) as work:
        return _schema(work.frames())


@contextmanager
def open_arrow(dataset: Dataset, layer: str, columns: Sequence[str] | None = None) -> Iterator["Batches"]:
    """A reader of Arrow record batches (`schema`, iteration); the last column is the geometry in WKB."""
    wanted = None if columns is None else list(columns)
    with _working(dataset, work="arrow", layer=layer, columns=wanted, schema_only=False) as work:
        yield Batches(dataset, work)


class Batches:
    """The batches of a reader; a broken one ends as SourceDamaged. `ended` is how its process ended."""

    def __init__(self, dataset: Dataset, work: Work) -> None:
        self._dataset, self._work, self._frames = dataset, work, work.frames()
        self.schema = _schema(self._frames)

    def __iter__(self) -> Iterator[Any]:
        try:
            for kind, content in self._frames:
                if kind == frames.BATCH:
                    batch = pa.ipc.read_record_batch(pa.py_buffer(content), self.schema)
                    _check(batch)
                    yield batch
        except (ReaderEnded, ReaderRefused, pa.ArrowException) as error:
            raise _refusal(self._dataset, error) from error

    @property
    def ended(self) -> dict[str, Any]:
        return self._work.ended


def _schema(answers: Iterator[tuple[bytes, bytearray]]) -> Any:
    kind, content = next(answers)
    if kind != frames.SCHEMA:
        raise ReaderEnded("an answer without a schema")
    return pa.ipc.read_schema(pa.py_buffer(content))


def _check(batch: Any) -> None:
    """Offsets that lead out of their buffer would break this process; text that is no UTF-8 is refused later."""
    for column in batch.columns:
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            if "UTF8" not in str(error):
                raise


@contextmanager
def _working(dataset: Dataset, **asked: Any) -> Iterator[Work]:
    path = dataset.path.absolute()
    if (path.parts[1:2] and path.parts[1].startswith("vsi")) or not path.is_file():
        raise SourceNotFound(f"Expected a file at {path}, found none that GDAL may read: check the path.")
    request = {
        "path": str(path),
        "readable": _parts(path),
        "driver": dataset.driver,
        "encoding": dataset.encoding,
        "options": dataset.options(),
        "batch_rows": BATCH_ROWS,
        "memory_bytes": limits.reader_memory_bytes(),
        "cpu_s": limits.reader_cpu_s(),
        **asked,
    }
    try:
        with Work(request, silence_s=limits.reader_silence_s()) as work:
            yield work
    except (ReaderEnded, ReaderRefused, pa.ArrowException) as error:
        raise _refusal(dataset, error) from error


def _parts(path: Path) -> list[str]:
    """The file and those that lie beside it under its name, in whatever spelling of the ending."""
    beside = (
        found for found in path.parent.iterdir() if found.name.startswith(path.stem) and found.is_file()
    )
    return [str(path), *map(str, beside)]


def _refusal(dataset: Dataset, error: Exception) -> LayersError:
    name = dataset.path.name
    if isinstance(error, ReaderEnded) and error.limit is not None:
        setting = "LAYERS_READER_MEMORY_BYTES" if error.limit == "memory" else "LAYERS_READER_CPU_S"
        allowed = (
            f"{limits.reader_memory_bytes() / 1e6:,.0f} MB of memory"
            if error.limit == "memory"
            else f"{limits.reader_cpu_s():,} seconds of work and {limits.reader_silence_s():g} between answers"
        )
        return SourceTooLarge(
            f"Expected {name} to be read within {allowed}, found {error}: split the file, or raise {setting}."
        )
    return damaged(dataset.path, error)


def guards() -> list[str]:
    """Which guards hold around a reading process here: memory, time, files, network."""
    asked = {"work": "guards", "readable": [], "memory_bytes": limits.reader_memory_bytes(), "cpu_s": 10}
    with Work(asked, silence_s=limits.reader_silence_s()) as work:
        return list(work.answer())


def damaged(path: Path, error: Exception) -> SourceDamaged:
    return SourceDamaged(f"Expected a readable dataset in {path.name}, found: {error}: export it again.")
