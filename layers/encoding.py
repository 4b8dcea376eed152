"""Which encoding the text of a shapefile is in, and which rule said so."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

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
_VALUES_LIMIT = 200_000


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
    for candidate in (special.get(bare), f"cp{bare}" if bare.isdigit() else None, bare.replace(" ", "-")):
        if candidate:
            try:
                return codecs.lookup(candidate).name
            except LookupError:
                continue
    raise EncodingRefused(
        f"Expected the name of an encoding in {where} (utf-8, cp1252, iso8859-1, …), found {text.strip()!r}:"
        " give the right one with --encoding."
    )


def choose_encoding(dbf: Path, *, cpg: Path | None = None, cst: Path | None = None) -> TextEncoding:
    """.cpg, .cst, language byte, detection, in this order; a declaration that cannot read the bytes loses."""
    values = _non_ascii_values(dbf)
    contradicted = None
    for rule, codec in _declared(dbf, cpg, cst):
        if decodes(values, codec):
            return TextEncoding(codec, rule, contradicted)
        contradicted = f"{codec} ({rule})"
    return TextEncoding(_detected(values, dbf), "detection", contradicted)


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


def decodes(values: list[bytes], codec: str) -> bool:
    return all(_decodes(value, codec) for value in values)


def _decodes(value: bytes, codec: str) -> bool:
    """Whether the bytes are text in this codec; a last character cut by the field is forgiven."""
    try:
        codecs.getincrementaldecoder(codec)("strict").decode(value)
    except UnicodeDecodeError:
        return False
    return True


def _detected(values: list[bytes], dbf: Path) -> str:
    if decodes(values, "utf-8"):  # also where all is ASCII; other text is hardly ever valid UTF-8
        return "utf-8"
    best = charset_normalizer.from_bytes(b"\n".join(values), cp_isolation=_DETECTABLE).best()
    if best is None:
        raise EncodingRefused(
            f"Expected text in UTF-8 or {', '.join(_DETECTABLE)} in {dbf.name}, found bytes that fit none:"
            " give the encoding with --encoding."
        )
    return codecs.lookup(best.encoding).name


def _non_ascii_values(dbf: Path) -> list[bytes]:
    """The distinct values and column names of a dbf that hold a byte above 127."""
    header = _header(dbf)
    found = {name for name in header.names if not name.isascii()}
    size = dbf.stat().st_size
    rows = min(header.rows, (size - header.length) // header.row_length if header.row_length else 0)
    if rows > 0:
        table = np.memmap(dbf, np.uint8, "r", header.length, (rows, header.row_length))
        for start, width in header.text_columns:
            column = np.ascontiguousarray(table[:, start : start + width])
            for row in np.flatnonzero((column > 127).any(axis=1))[:_VALUES_LIMIT]:
                found.add(column[row].tobytes().rstrip(b" \0"))
    return sorted(found)


@dataclass(frozen=True)
class _Header:
    rows: int
    length: int
    row_length: int
    names: list[bytes]
    text_columns: list[tuple[int, int]]


def _header(dbf: Path) -> _Header:
    with dbf.open("rb") as file:
        head = file.read(32)
        length = int.from_bytes(head[8:10], "little")
        if len(head) < 32 or length < 33:
            raise SourceDamaged(
                f"Expected a dBASE table in {dbf.name}, found a file with no header: export it again."
            )
        columns = file.read(length - 32)
    names, text_columns, position = [], [], 1
    for at in range(0, len(columns) - 31, 32):
        column = columns[at : at + 32]
        if column[0] == 0x0D:
            break
        names.append(column[:11].split(b"\0")[0])
        width = column[16] + (column[17] << 8 if column[11:12] == b"C" else 0)
        if column[11:12] == b"C":
            text_columns.append((position, width))
        position += width
    return _Header(
        int.from_bytes(head[4:8], "little"),
        length,
        int.from_bytes(head[10:12], "little"),
        names,
        text_columns,
    )
