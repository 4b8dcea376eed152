"""The one dataset of a path: a file, or what lies in a folder or an archive; its name must say what it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers import archives, scratch
from layers.errors import FormatNotRead, LayerNotChosen, NotWhatItSays, PartMissing, SourceEmpty
from layers.formats import ARCHIVE_SUFFIXES, DRIVERS, READ, SUFFIXES, TABLE_SUFFIXES
from layers.sniff import EMPTY, FOLDER, SHAPEFILE, ZIP, Content, sniff

_SHAPEFILE_PARTS = {".dbf", ".shx", ".prj", ".cpg", ".cst", ".sbn", ".sbx", ".qix"}


@contextmanager
def open_dataset(path: Path, layer: str | None = None) -> Iterator[tuple[Path, Content, str | None]]:
    """The file to read, what it is, and which layer of it is asked for."""
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
    if path.suffix.lower() in _SHAPEFILE_PARTS:  # the .shx begins with the same bytes as the .shp
        raise _part_given(path)
    if content == EMPTY:
        raise SourceEmpty(f"Expected {READ} in {path.name}, found a file of 0 bytes: export it again.")
    if content == SHAPEFILE and path.suffix.lower() != ".shp":
        raise NotWhatItSays(
            f"Expected the .shp of a shapefile, found {path.name}: give the .shp that lies beside it."
        )
    if content.kind not in DRIVERS:
        raise FormatNotRead(
            f"Expected {READ}, found {content.words} in {path.name}: convert it to one of these."
        )
    return content


def _part_given(path: Path) -> NotWhatItSays | PartMissing:
    shp = next((beside for beside in parts_beside(path) if beside.suffix.lower() == ".shp"), None)
    if shp is None:
        return PartMissing(
            f"Expected {path.stem}.shp beside {path.name}, found none: add the missing part (a shapefile is .shp,"
            " .shx and .dbf)."
        )
    return NotWhatItSays(f"Expected the .shp of a shapefile, found {path.name}: give the .shp, {shp.name}.")


def parts_beside(path: Path) -> tuple[Path, ...]:
    """The files of a shapefile: those of one stem, whatever the case of their endings."""
    return tuple(sorted(part for part in path.parent.iterdir() if part.is_file() and part.stem == path.stem))


def check_suffix(path: Path, content: Content) -> None:
    said = SUFFIXES.get(path.suffix.lower())
    if said is not None and content not in {*said, EMPTY}:
        raise NotWhatItSays(
            f"Expected {said[0].words} in {path.name} as its name says, found {content.words}:"
            " export it again or give it its right name."
        )


def datasets_in(folder: Path) -> list[Path]:
    """What looks like a dataset by its name; tables only where nothing else does, a Mac's hidden files never."""
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix.lower() in set(SUFFIXES) - ARCHIVE_SUFFIXES
        and not any(part.startswith(("__MACOSX", "._")) for part in path.relative_to(folder).parts)
    )
    return [path for path in found if path.suffix.lower() not in TABLE_SUFFIXES] or found


def _only_dataset(folder: Path, name: str, layer: str | None) -> tuple[Path, Content, str | None]:
    found = datasets_in(folder)
    if not found:
        inside = ", ".join(sorted(path.name for path in folder.rglob("*") if path.is_file())[:5]) or "nothing"
        lonely = any(path.suffix.lower() == ".dbf" for path in folder.rglob("*"))
        kind = PartMissing if lonely else FormatNotRead
        raise kind(f"Expected {READ} in {name}, found {inside}: add the missing files.")
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
