"""Spreadsheets out (XLSX), a row at a time, so that a sheet of a million rows needs no more memory than one of ten."""

import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any

MOST_ROWS = 1_048_576  # of a sheet, its head included
LONGEST_TEXT = 32_767  # characters of a cell
LONGEST_NAME = 31  # characters of a sheet's name
_WHOLE_DIGITS = 15  # a spreadsheet rounds longer numbers, so they are written as text
_ROWS_AT_ONCE = 500
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf fontId="0"/>'
    '<xf fontId="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" '
    'builtinId="0"/></cellStyles></styleSheet>'
)


class Workbook:
    """An XLSX file that is written sheet by sheet; numbers stay numbers, None is an empty cell."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._names: list[str] = []

    def __enter__(self) -> "Workbook":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._write_parts()
        self._zip.close()

    def sheet(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
        """One more sheet, its head in bold and always in sight; rows beyond a sheet's most are not written."""
        self._names.append(free_name(name, {one.lower() for one in self._names}))
        letters = [_letters(k) for k in range(len(columns))]
        with self._zip.open(f"xl/worksheets/sheet{len(self._names)}.xml", "w", force_zip64=True) as part:
            part.write(
                f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
                'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
                f"<sheetData>{_row(1, columns, letters, bold=True)}".encode()
            )
            written: list[str] = []
            for number, row in enumerate(rows, 2):
                if number > MOST_ROWS:
                    break
                written.append(_row(number, row, letters))
                if len(written) == _ROWS_AT_ONCE:
                    part.write("".join(written).encode())
                    written.clear()
            part.write(f"{''.join(written)}</sheetData></worksheet>".encode())
        return self._names[-1]

    def _write_parts(self) -> None:
        """What names the sheets and says how they are read."""
        numbers = range(1, len(self._names) + 1)
        sheets = "".join(
            f'<sheet name="{_text(name)}" sheetId="{k}" r:id="rId{k}"/>'
            for k, name in zip(numbers, self._names, strict=True)
        )
        own = [(f"rId{k}", "worksheet", f"worksheets/sheet{k}.xml") for k in numbers]
        types = [("workbook", "sheet.main"), ("styles", "styles")]
        types += [(f"worksheets/sheet{k}", "worksheet") for k in numbers]
        overrides = "".join(
            f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for part, kind in types
        )
        for name, content in {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
            "_rels/.rels": _related([("rId1", "officeDocument", "xl/workbook.xml")]),
            "xl/_rels/workbook.xml.rels": _related([*own, ("rId0", "styles", "styles.xml")]),
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
            "xl/styles.xml": _STYLES.removeprefix(_HEAD),
        }.items():
            self._zip.writestr(name, _HEAD + content)


def free_name(name: str, taken: set[str]) -> str:
    """A name that a sheet may have and that none before has, whatever its case."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", _NOT_XML.sub("", name)).strip("' ")[:LONGEST_NAME] or "1"
    new, k = plain, 2
    while new.lower() in taken:
        new, k = f"{plain[: LONGEST_NAME - 1 - len(str(k))]}-{k}", k + 1
    return new


def _related(parts: Sequence[tuple[str, str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="{key}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for key, kind, target in parts
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'


def _row(number: int, values: Sequence[Any], letters: Sequence[str], *, bold: bool = False) -> str:
    style = ' s="1"' if bold else ""
    return f'<row r="{number}">{"".join(_cells(number, values, letters, style))}</row>'


def _cells(number: int, values: Sequence[Any], letters: Sequence[str], style: str) -> Iterator[str]:
    for letter, value in zip(letters, values, strict=True):
        where = f'r="{letter}{number}"{style}'
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            continue
        if isinstance(value, bool):
            yield f'<c {where} t="b"><v>{int(value)}</v></c>'
        elif isinstance(value, float) or (isinstance(value, int) and len(str(abs(value))) <= _WHOLE_DIGITS):
            yield f"<c {where}><v>{value!r}</v></c>"
        else:
            yield f'<c {where} t="inlineStr"><is><t xml:space="preserve">{_text(str(value))}</t></is></c>'


def _text(value: str) -> str:
    whole = _NOT_XML.sub("", value)
    return escape(whole if len(whole) <= LONGEST_TEXT else f"{whole[: LONGEST_TEXT - 1]}…")


def _letters(place: int) -> str:
    """0 is A, 25 Z, 26 AA."""
    letters = ""
    while place >= 0:
        letters, place = chr(65 + place % 26) + letters, place // 26 - 1
    return letters
