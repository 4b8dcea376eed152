"""Which encoding the text of a shapefile is in, and which rule said so."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import charset_normalizer
import numpy as np

from layers.errors import EncodingRefused, SourceDamaged

# The dbf language byte, where it names one code page (0x57 says "ANSI", which names none).
LANGUAGE_BYTES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x04: "mac_roman", 0x08: "cp865", 0x09: "cp437",
    0x0A: "cp850",
    0x0B: "cp437", 0x0D: "cp437", 0x0E: "cp850", 0x10: "cp850", 0x12: "cp850", 0x14: "cp850", 0x16: "cp850",
    0x18: "cp850", 0x1D: "cp850", 0x25: "cp850", 0x37: "cp850", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852",
    0x65: "cp866", 0x66: "cp865", 0x67: "cp861", 0x6A: "cp737", 0x6B: "cp857", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253",
}  # fmt: skip
_DETECTABLE = ["cp1252", "cp850", "mac_roman"]  # what Italian offices have written
_LETTERS = frozenset("àèéìòùÀÈÉÌÒÙáíóúâêîôûäëïöüßçñÁÍÓÚÂÊÎÔÛÄËÏÖÜÇÑšžčŠŽ’‘“”«»–°ªº€§²³\xa0")
LONGEST_NAME = 10  # bytes of a column's name in a dbf
_VALUES_LIMIT = 200_000
_BLOCK_BYTES = 16_000_000


@dataclass(frozen=True)
class TextEncoding:
    """A Python codec, the rule that chose it, and the declared codec that the bytes contradict (or None)."""

    codec: str
    rule: str
    contradicted: str | None = None


def codec_name(text: str, *, where: str) -> str:
    """The Python name of a codec in any spelling of .cpg files: UTF-8, 1252, ANSI 1252, 88591, OEM 850."""
    bare = re.sub(r"^(ansi|oem|cp|windows|ibm)[\s_-]*(?=\d)", "", text.strip().lower())
    special = {"65001": "utf-8", "88591": "iso8859-1", "885915": "iso8859-15", "10000": "mac_roman"}
    for candidate in (
        special.get(bare),
        f"cp{bare}" if bare.isdigit() else None,
        bare.replace(" ", "-"),
        f"iso{bare}",
    ):
        if candidate:
            try:
                codec = codecs.lookup(candidate)
            except (LookupError, ValueError):  # ValueError: a NUL in the name
                continue
            if _extends_ascii(codec):
                return "utf-8" if codec.name == "utf-8-sig" else codec.name
    raise EncodingRefused(
        f"Expected the name of a text encoding that extends ASCII in {where} (utf-8, cp1252, iso8859-1, …), found"
        f" {text.strip()[:60]!r}: give the right one with --encoding."
    )


def _extends_ascii(codec: codecs.CodecInfo) -> bool:
    """As text between the bytes of a dbf must: UTF-16 cannot stand there, rot13 is no text encoding."""
    ascii_bytes = bytes(range(128))
    if not codec._is_text_encoding or "escape" in codec.name:
        return False
    try:
        return ascii_bytes.decode(codec.name) == ascii_bytes.decode("ascii")
    except ValueError:
        return False


def choose_encoding(dbf: Path, *, cpg: Path | None = None, cst: Path | None = None) -> TextEncoding:
    """.cpg, .cst, language byte, detection, in this order; a declaration that cannot read the bytes loses."""
    values = _non_ascii_values(dbf)
    contradicted = None
    for rule, codec in _declared(dbf, cpg, cst):
        if decodes(values, codec):
            return TextEncoding(codec, rule, contradicted)
        contradicted = f"{codec} ({rule})"
    return TextEncoding(detected(values, dbf.name), "detection", contradicted)


def _declared(dbf: Path, cpg: Path | None, cst: Path | None) -> list[tuple[str, str]]:
    declared = [
        (rule, codec_name(part.read_text("latin-1"), where=part.name))
        for rule, part in ((".cpg", cpg), (".cst", cst))
        if part is not None and part.stat().st_size
    ]
    with dbf.open("rb") as file:
        byte = file.read(30)[29:]
    if byte and byte[0] in LANGUAGE_BYTES:
        declared.append(("language byte", LANGUAGE_BYTES[byte[0]]))
    return declared


def decodes(values: Iterable[bytes], codec: str) -> bool:
    """Whether all is text in this codec; a last character that the width of its field cut is forgiven."""
    return all(_decodes(value, codec) for value in values)


def _decodes(value: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)("strict").decode(value)
    except ValueError:  # UnicodeError, which some codecs raise in its plain form
        return False
    return True


def detected(values: list[bytes], where: str) -> str:
    """The codec of texts that nothing declares; `where` names their file."""
    if decodes(values, "utf-8"):  # also where all is ASCII; other text is hardly ever valid UTF-8
        return "utf-8"
    plausible = [codec for codec in _DETECTABLE if _reads_as_letters(values, codec)]
    if plausible:
        return plausible[0]
    best = charset_normalizer.from_bytes(b"\n".join(values), cp_isolation=_DETECTABLE).best()
    if best is None:
        raise EncodingRefused(
            f"Expected text in UTF-8 or {', '.join(_DETECTABLE)} in {where}, found bytes that fit none:"
            " give the encoding with --encoding."
        )
    return codecs.lookup(best.encoding).name


def _reads_as_letters(values: list[bytes], codec: str) -> bool:
    """Whether all that is not ASCII reads as letters and signs of Italy and its neighbours, no capital inside a word.

    The byte of è in cp850 is Š in cp1252: "AgliŠ" is no name.
    """
    text = b" ".join(values).decode(codec, errors="replace")
    if not all(character.isascii() or character in _LETTERS for character in text):
        return False
    return not any(
        after.isupper() and not after.isascii() and before.islower() for before, after in pairwise(text)
    )


def closed(value: bytes, width: int) -> bytes:
    """A value as its field holds it: a space follows unless the value fills the width, and may be cut there."""
    return value if len(value) >= width else value + b" "


def text_widths(dbf: Path) -> dict[str, int]:
    """Width in bytes of each text column, by the name that Latin-1 reads."""
    header = _header(dbf)
    return {column.name.decode("latin-1"): column.width for column in header.columns if column.is_text}


def _non_ascii_values(dbf: Path) -> list[bytes]:
    """The distinct values and column names of a dbf that hold a byte above 127."""
    header = _header(dbf)
    found = {closed(column.name, LONGEST_NAME) for column in header.columns if not column.name.isascii()}
    taken: Counter[bytes] = Counter()
    for table in _blocks(dbf, header):
        for column in header.columns:
            if column.is_text:
                values = np.ascontiguousarray(table[:, column.start : column.start + column.width])
                rows = np.flatnonzero((values > 127).any(axis=1))[: _VALUES_LIMIT - taken[column.name]]
                taken[column.name] += len(rows)
                found.update(closed(values[row].tobytes().rstrip(b" \0"), column.width) for row in rows)
    return sorted(found)


def dbf_rows(dbf: Path) -> tuple[list["DbfColumn"], Iterator[Any]]:
    """The columns, and the rows in order as matrices of bytes that fit into memory."""
    header = _header(dbf)
    return header.columns, _blocks(dbf, header)


def _blocks(dbf: Path, header: "_Header") -> Iterator[Any]:
    width = header.row_length
    left = min(header.rows, (dbf.stat().st_size - header.length) // width) if width else 0
    with dbf.open("rb") as file:
        file.seek(header.length)
        while left > 0:
            count = min(left, max(1, _BLOCK_BYTES // width))
            content = file.read(count * width)
            if len(content) < count * width:  # it was cut since it was measured
                return
            yield np.frombuffer(content, np.uint8).reshape(count, width)
            left -= count


@dataclass(frozen=True)
class DbfColumn:
    """`start` counts from the row's first byte, which says whether the row is deleted."""

    name: bytes
    kind: bytes
    start: int
    width: int
    is_text: bool


@dataclass(frozen=True)
class _Header:
    rows: int
    length: int
    row_length: int
    columns: list[DbfColumn]


def _header(dbf: Path) -> _Header:
    with dbf.open("rb") as file:
        head = file.read(32)
        length = int.from_bytes(head[8:10], "little")
        if len(head) < 32 or length < 33:
            raise SourceDamaged(
                f"Expected a dBASE table in {dbf.name}, found a file with no header: export it again."
            )
        described = file.read(length - 32)
    columns, start = [], 1
    for at in range(0, len(described) - 31, 32):
        column = described[at : at + 32]
        if column[0] == 0x0D:
            break
        is_text = column[11:12] == b"C"
        width = column[16] + (column[17] << 8 if is_text else 0)
        columns.append(DbfColumn(column[:11].split(b"\0")[0], column[11:12], start, width, is_text))
        start += width
    return _Header(
        int.from_bytes(head[4:8], "little"), length, int.from_bytes(head[10:12], "little"), columns
    )
