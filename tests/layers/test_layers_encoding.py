from pathlib import Path

import pytest

from layers.encoding import choose_encoding, codec_name, decodes
from layers.errors import EncodingRefused, SourceDamaged


def dbf(path: Path, values: list[bytes], *, language: int = 0, name: bytes = b"NOME") -> Path:
    width = 20
    header = bytearray(32)
    header[0] = 3
    header[4:8] = len(values).to_bytes(4, "little")
    header[8:10] = (65).to_bytes(2, "little")
    header[10:12] = (width + 1).to_bytes(2, "little")
    header[29] = language
    column = bytearray(32)
    column[: len(name)] = name
    column[11:12] = b"C"
    column[16] = width
    rows = b"".join(b" " + value.ljust(width) for value in values)
    path.write_bytes(bytes(header + column) + b"\r" + rows + b"\x1a")
    return path


def test_cpg_wins_over_cst_and_language_byte(tmp_path: Path) -> None:
    table = dbf(tmp_path / "a.dbf", ["Agliè".encode("cp1252")], language=0x02)
    cpg, cst = tmp_path / "a.cpg", tmp_path / "a.cst"
    cpg.write_text("1252")
    cst.write_text("OEM 850")
    found = choose_encoding(table, cpg=cpg, cst=cst)
    assert (found.codec, found.rule, found.contradicted) == ("cp1252", ".cpg", None)
    assert choose_encoding(table, cst=cst).codec == "cp850"
    assert choose_encoding(table).rule == "language byte"


def test_cpg_that_cannot_read_the_text_loses_and_is_named(tmp_path: Path) -> None:
    table = dbf(tmp_path / "a.dbf", ["Forlì".encode("cp1252"), "Agliè".encode("cp1252")])
    cpg = tmp_path / "a.cpg"
    cpg.write_text("UTF-8")
    found = choose_encoding(table, cpg=cpg)
    assert (found.codec, found.rule, found.contradicted) == ("cp1252", "detection", "utf-8 (.cpg)")


def test_empty_cpg_says_nothing(tmp_path: Path) -> None:
    table = dbf(tmp_path / "a.dbf", ["Agliè".encode()])
    cpg = tmp_path / "a.cpg"
    cpg.write_text("")
    assert choose_encoding(table, cpg=cpg).rule == "detection"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Forlì-Cesena", "utf-8"),
        ("Forlì-Cesena", "cp1252"),
        ("Città di Cirié", "cp1252"),
        ("Università", "cp850"),
        ("Verrès, Rhêmes-Saint-Georges", "cp1252"),
    ],
)
def test_detection_reads_italian_names_as_they_are(tmp_path: Path, text: str, codec: str) -> None:
    found = choose_encoding(dbf(tmp_path / "a.dbf", [text.encode(codec)[:20]]))
    assert text.encode(codec)[:20].decode(found.codec, errors="ignore") == text[:20]


def test_text_without_accents_is_utf8(tmp_path: Path) -> None:
    assert choose_encoding(dbf(tmp_path / "a.dbf", [b"Torino"])).codec == "utf-8"


def test_language_byte_that_names_no_code_page_says_nothing(tmp_path: Path) -> None:
    table = dbf(tmp_path / "a.dbf", ["Agliè".encode()], language=0x57)
    assert (choose_encoding(table).codec, choose_encoding(table).rule) == ("utf-8", "detection")


def test_accent_in_a_column_name_counts(tmp_path: Path) -> None:
    table = dbf(tmp_path / "a.dbf", [b"x"], name="città".encode("cp1252"))
    assert choose_encoding(table).codec == "cp1252"


@pytest.mark.parametrize(
    ("spelling", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf8", "utf-8"),
        ("65001", "utf-8"),
        ("1252", "cp1252"),
        ("ANSI 1252", "cp1252"),
        ("windows-1252", "cp1252"),
        ("CP1252\n", "cp1252"),
        ("ISO-8859-1", "iso8859-1"),
        ("ISO 8859-1", "iso8859-1"),
        ("88591", "iso8859-1"),
        ("OEM 850", "cp850"),
        ("8859-15", "iso8859-15"),
    ],
)
def test_spelling_of_a_cpg_is_understood(spelling: str, codec: str) -> None:
    assert codec_name(spelling, where="a.cpg") == codec


def test_name_that_is_no_encoding_is_refused() -> None:
    with pytest.raises(EncodingRefused, match="found 'klingon'"):
        codec_name("klingon", where="--encoding")


def test_character_cut_by_the_field_still_reads_as_utf8() -> None:
    assert decodes(["abcè".encode()[:-1]], "utf-8")
    assert not decodes(["è".encode("cp1252") + b"abc"], "utf-8")


def test_table_without_a_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.dbf"
    path.write_bytes(b"\x03")
    with pytest.raises(SourceDamaged, match=r"no header"):
        choose_encoding(path)


@pytest.mark.parametrize("name", ["utf-16", "rot13", "base64", "undefined", "utf-8\0", "unicode_escape"])
def test_codec_that_cannot_stand_in_a_dbf_is_refused(name: str) -> None:
    with pytest.raises(EncodingRefused, match="Expected the name of a text encoding that extends ASCII"):
        codec_name(name, where="--encoding")


def test_column_name_cut_inside_a_letter_is_still_utf8(tmp_path: Path) -> None:
    table = dbf(tmp_path / "a.dbf", ["Agliè".encode()], name="localitàx"[:-2].encode() + "xxà".encode()[:3])
    cpg = tmp_path / "a.cpg"
    cpg.write_text("UTF-8")
    chosen = choose_encoding(table, cpg=cpg)
    assert (chosen.codec, chosen.rule, chosen.contradicted) == ("utf-8", ".cpg", None)
