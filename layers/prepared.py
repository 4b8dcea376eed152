"""What GDAL is given to read of a file: the file itself, or one made of it in a scratch folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from layers import scratch, table_places
from layers.encoding import TextEncoding
from layers.formats import DRIVERS
from layers.gdal import Dataset
from layers.issues import Code, Issue
from layers.sniff import GEOJSON_LINES, GML, SHAPEFILE, TABLE, Content
from layers.tables import TableOptions, inspect_table, read_cells

# Nothing is written beside the file, nothing is fetched.
_GML_OPTIONS = (("WRITE_GFS", "NO"), ("DOWNLOAD_SCHEMA", "NO"))


@dataclass(frozen=True)
class Prepared:
    """`text`: the encoding, where it is already settled; `places`: texts that are no coordinates, by feature."""

    dataset: Dataset
    text: TextEncoding | None = None
    notes: tuple[Issue, ...] = ()
    places: tuple[tuple[int, str], ...] = ()

    def restated(self, issues: list[Issue]) -> list[Issue]:
        """A feature whose coordinates are no numbers has no geometry for GDAL; say what stands in the file."""
        texts = dict(self.places)
        return [
            replace(issue, code=Code.NON_FINITE_COORDINATES, before=texts[issue.feature])
            if issue.code == Code.NULL_GEOMETRY and issue.feature in texts
            else issue
            for issue in issues
        ]


@contextmanager
def prepare(
    path: Path, content: Content, *, table: TableOptions | None = None, encoding: str | None = None
) -> Iterator[Prepared]:
    if content == TABLE:
        with scratch.folder() as folder:
            yield _table(path, folder, table or TableOptions(), encoding)
    elif content == GML:
        with scratch.folder() as folder:
            yield Prepared(
                Dataset(_beside_nothing(path, folder), DRIVERS[GML.kind], open_options=_GML_OPTIONS)
            )
    elif content == GEOJSON_LINES and path.suffix.lower() in {".geojson", ".json"}:
        with scratch.folder() as folder:
            yield Prepared(Dataset(_linked(path, folder / f"{path.stem}.geojsonl"), DRIVERS[content.kind]))
    else:
        # Latin-1 carries each byte of a dbf unchanged through GDAL; layers.decoding makes it text.
        yield Prepared(Dataset(path, DRIVERS[content.kind], "ISO-8859-1" if content == SHAPEFILE else None))


def _table(path: Path, folder: Path, options: TableOptions, encoding: str | None) -> Prepared:
    table = inspect_table(path, options, encoding=encoding)
    first = next((row for _, row in read_cells(path, table)), [])
    places = table_places.places_of(table, options, first, path.name)
    written = table_places.write_for_gdal(path, table, places, folder)
    return Prepared(
        Dataset(written.path, DRIVERS[TABLE.kind], "UTF-8", open_options=table_places.gdal_options()),
        TextEncoding(table.encoding, table.encoding_rule),
        tuple(written.issues),
        tuple(written.unreadable.items()),
    )


def _beside_nothing(path: Path, folder: Path) -> Path:
    """A GML with its own schema, if any, and without the .gfs that GDAL reads or writes beside it."""
    schema = path.with_suffix(".xsd")
    if schema.is_file():
        _linked(schema, folder / schema.name)
    return _linked(path, folder / path.name)


def _linked(path: Path, link: Path) -> Path:
    link.symlink_to(path.resolve())
    return link
