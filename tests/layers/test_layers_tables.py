"""Text tables are understood from what they hold."""

import csv
from pathlib import Path

import pytest

from layers.errors import EncodingRefused, SourceEmpty, TableRefused
from layers.tables import TableOptions, inspect_table, read_rows


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "tabella.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_separator_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["nome", "nota", "anno"], ["Rivoli", "a; b", "2021"], ["None", 'detta "la, bella"', "2022"]]
    path = tmp_path / "tabella.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    assert inspect_table(path).delimiter == delimiter
    assert [list(row.values()) for row in read_rows(path)] == rows[1:]


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("a;b\n7,68;45,07\n", ","),
        ("a;b\n7.68;45.07\n", "."),
        ("a,b\n7.68,45.07\n", "."),
        ('a,b\n"7,68","45,07"\n', ","),
        ("a;b\n1.234,5;x\n", ","),
        ("a;b\n1;2\n", "."),
    ],
)
def test_decimal_sign_is_found(tmp_path: Path, text: str, decimal: str) -> None:
    assert inspect_table(written(tmp_path, text)).decimal == decimal


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("nome;lon\nRivoli;7,5\n", ("nome", "lon")),
        ("Rivoli;7,5\nPont;7,6\n", ("column_1", "column_2")),
        ("comune;2011;2021\nRivoli;5;6\n", ("comune", "2011", "2021")),
        ("1;2\n3;4\n", ("column_1", "column_2")),
        ("WKT;1\n;\nPOINT (7 45);a\n", ("WKT", "1")),
        ("a;b;\n1;2;3\n", ("a", "b", "column_3")),
        ("a; a ;A\n1;2;3\n", ("a", "a_2", "A")),
    ],
)
def test_header_is_found_or_columns_are_numbered(tmp_path: Path, text: str, columns: tuple[str, ...]) -> None:
    assert inspect_table(written(tmp_path, text)).columns == columns


@pytest.mark.parametrize(
    ("raw", "codec", "rule"),
    [
        ("nome;n\nAgliè;1\n".encode(), "utf-8", "detection"),
        ("nome;n\nAgliè;1\n".encode("utf-8-sig"), "utf-8-sig", "byte order mark"),
        ("nome;n\nAgliè;1\n".encode("utf-16"), "utf-16", "byte order mark"),
        ("nome;n\nAgliè;1\n".encode("cp1252"), "cp1252", "detection"),
        ("nome;n\nAgliè;1\n".encode("cp850"), "cp850", "detection"),
    ],
)
def test_encoding_is_found_and_its_rule_told(tmp_path: Path, raw: bytes, codec: str, rule: str) -> None:
    path = written(tmp_path, raw)
    table = inspect_table(path)
    assert (table.encoding, table.encoding_rule, table.columns) == (codec, rule, ("nome", "n"))
    assert list(read_rows(path)) == [{"nome": "Agliè", "n": "1"}]


def test_accent_far_behind_the_first_rows_decides_the_encoding(tmp_path: Path) -> None:
    path = written(tmp_path, b"nome;n\n" + b"Rivoli;1\n" * 60_000 + "Agliè;2\n".encode("cp1252"))
    assert inspect_table(path).encoding == "cp1252"
    assert [row["nome"] for row in read_rows(path)][-1] == "Agliè"


def test_text_stays_as_it_was_written(tmp_path: Path) -> None:
    path = written(
        tmp_path, "codice;nome;cap;alunni;vuoto\n001168;None;010060;<=3;\n001001;NULL;10060.0;NaN;\n"
    )
    first, second = read_rows(path)
    assert first == {"codice": "001168", "nome": "None", "cap": "010060", "alunni": "<=3", "vuoto": ""}
    assert (second["nome"], second["alunni"]) == ("NULL", "NaN")


def test_what_the_user_says_wins(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b\n1,5;2\n")
    given = inspect_table(
        path, TableOptions(delimiter="comma", decimal=".", has_header=False), encoding="cp1252"
    )
    assert (given.delimiter, given.decimal, given.has_header) == (",", ".", False)
    assert (given.encoding, given.encoding_rule) == ("cp1252", "given by the user")


def test_empty_lines_and_missing_last_cells_are_no_mistake(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b;c\n\n1;2\n;;\n3;4;5;;\n")
    assert [list(row.values()) for row in read_rows(path)] == [["1", "2", ""], ["3", "4", "5"]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a;b\n1;2\n1;2;3\n", "found 3 in the row that ends on line 3"),
        ('a;b\n1;"2\n3;4\n', "line 3 otherwise"),
        ('a;b\n1;"2"x\n3;4\n', "line 2 otherwise"),
    ],
)
def test_row_that_does_not_fit_is_refused_with_its_line(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(TableRefused, match=found):
        list(read_rows(written(tmp_path, text)))


def test_wrong_encoding_names_the_byte(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b\nAgliè;1\n".encode("cp1252"))
    with pytest.raises(EncodingRefused, match="0xe8"):
        list(read_rows(path, inspect_table(path, encoding="utf-8")))


@pytest.mark.parametrize(
    "options", [TableOptions(delimiter="ab"), TableOptions(delimiter='"'), TableOptions(decimal="x")]
)
def test_nonsense_from_the_user_is_refused(tmp_path: Path, options: TableOptions) -> None:
    with pytest.raises(TableRefused, match=r"^Expected "):
        inspect_table(written(tmp_path, "a;b\n1;2\n"), options)


def test_table_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceEmpty):
        inspect_table(written(tmp_path, "\n\n"))


def test_every_table_of_the_real_data_is_read_to_its_end(shared_data: Path) -> None:
    """Against pandas, told the separator: the same rows, columns and text."""
    import pandas as pd

    for path in sorted(shared_data.rglob("*.csv")):
        table = inspect_table(path)
        expected = pd.read_csv(
            path, sep=table.delimiter, encoding=table.encoding, dtype=str, keep_default_na=False
        )
        rows = list(read_rows(path, table))
        assert len(table.columns) > 1, path.name
        assert len(rows) == len(expected), path.name
        assert [list(row.values()) for row in rows[-50:]] == expected.to_numpy().tolist()[-50:], path.name
