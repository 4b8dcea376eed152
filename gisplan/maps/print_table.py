"""Tables on paper: columns as wide as their content asks, rows that wrap, the head again on every page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from gisplan.maps.print_text import text_svg, width_mm, wrapped
from gisplan.maps.svg_map import Frame
from gisplan.maps.texts import Lang, format_value, text

SIZE_MM, STEP_MM, PAD_MM = 2.7, 3.5, 1.2
TITLE_MM = 3.8
MOST_COLUMN_MM = 90.0
LEAST_COLUMN_MM = 26.0  # a longer word, such as an address, is cut before it pushes the other columns aside
MOST_ROWS = 1500  # beyond it a table is for a spreadsheet, not for paper
HEAD, LINE = "#e3e9ef", "#c5d0da"
Row = list[list[str]]  # of each cell, its lines


@dataclass(frozen=True, kw_only=True)
class PrintTable:
    """A table of values: `name` is its key in files, `title` and `columns` are in the reader's language.

    Numbers stay numbers; None is 'not known'. `decimals` of a column holds for all its numbers.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    decimals: tuple[int | None, ...] = ()

    def written(self, lang: Lang) -> list[list[str]]:
        """The rows as text."""
        return [
            [
                format_value(value, lang, decimals=self.decimals[k] if self.decimals else None)
                for k, value in enumerate(row)
            ]
            for row in self.rows
        ]

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers and, at most, gaps."""
        known = [row[column] for row in self.rows if row[column] is not None]
        return bool(known) and all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in known
        )


@dataclass(frozen=True)
class TablePages:
    """The tables one below another, cut into pages that have `room` between head and foot."""

    tables: Sequence[PrintTable]
    lang: Lang
    room: Frame

    def bodies(self) -> list[str]:
        """What stands on each page, as SVG in millimetres."""
        pages: list[list[str]] = []
        y = self.room.y_mm + self.room.height_mm  # no room: the first table opens a page
        for table in self.tables:
            if not table.rows:
                continue
            layout = _Layout.of(table, self.lang, self.room)
            for row in layout.rows():
                height = layout.height(row)
                first = not pages or y + height > self.room.y_mm + self.room.height_mm
                if first:
                    pages.append([])
                    y = self.room.y_mm
                if first or row is layout.first:
                    if y + layout.head_height + height > self.room.y_mm + self.room.height_mm and pages[-1]:
                        pages.append([])
                        y = self.room.y_mm
                    pages[-1].append(layout.head_svg(y))
                    y += layout.head_height
                pages[-1].append(layout.row_svg(row, y))
                y += height
            y += 6
        return ["".join(page) for page in pages]


@dataclass
class _Layout:
    """One table on its page: where its columns begin, and how its head and rows are drawn."""

    table: PrintTable
    lang: Lang
    left_mm: float
    widths: list[float]
    first: Row

    @classmethod
    def of(cls, table: PrintTable, lang: Lang, room: Frame) -> "_Layout":
        sample = [list(table.columns), *islice(table.written(lang), 300)]
        columns = list(zip(*sample, strict=True))
        natural = [_widest(cells) for cells in columns]
        words = [[word for cell in cells for word in cell.split()] for cells in columns]
        least = [min(_widest(of_column), LEAST_COLUMN_MM) for of_column in words]
        layout = cls(table, lang, room.x_mm, _shared_out(natural, least, room.width_mm), [])
        layout.first = layout._cells(table.written(lang)[0])
        return layout

    def rows(self) -> Iterator[Row]:
        written = self.table.written(self.lang)[:MOST_ROWS]
        yield self.first
        for row in written[1:]:
            yield self._cells(row)
        if len(self.table.rows) > MOST_ROWS:
            said = text("more_rows", self.lang, shown=MOST_ROWS, total=len(self.table.rows))
            yield [[said], *([[""]] * (len(self.widths) - 1))]

    def _cells(self, row: Sequence[str], *, bold: bool = False) -> Row:
        pairs = zip(row, self.widths, strict=True)
        return [wrapped(cell, width - 2 * PAD_MM, SIZE_MM, bold=bold) for cell, width in pairs]

    def height(self, row: Row) -> float:
        return max(map(len, row)) * STEP_MM + 1.2

    @property
    def head_height(self) -> float:
        return TITLE_MM + 3 + self.height(self._cells(self.table.columns, bold=True))

    def head_svg(self, y: float) -> str:
        title = wrapped(self.table.title, sum(self.widths), TITLE_MM, bold=True)[0]
        head = self._cells(self.table.columns, bold=True)
        top = y + TITLE_MM + 3
        box = f'x="{self.left_mm}" y="{top:.2f}" width="{sum(self.widths):.2f}" height="{self.height(head):.2f}"'
        return (
            text_svg(self.left_mm, y + TITLE_MM, title, size_mm=TITLE_MM, bold=True)
            + f'<rect {box} fill="{HEAD}"/>'
            + self._cells_svg(head, top, bold=True)
        )

    def row_svg(self, row: Row, y: float) -> str:
        bottom = y + self.height(row)
        line = f'<path d="M{self.left_mm} {bottom:.2f}h{sum(self.widths):.2f}" stroke="{LINE}" stroke-width="0.15"/>'
        return self._cells_svg(row, y) + line

    def _cells_svg(self, row: Row, y: float, *, bold: bool = False) -> str:
        drawn = []
        x = self.left_mm
        for k, (lines, width) in enumerate(zip(row, self.widths, strict=True)):
            end = self.table.is_number(k)
            at = x + width - PAD_MM if end else x + PAD_MM
            for number, line in enumerate(lines):
                base = y + (number + 1) * STEP_MM - 0.4
                drawn.append(text_svg(at, base, line, size_mm=SIZE_MM, bold=bold, end=end))
            x += width
        return "".join(drawn)


def _widest(texts: Sequence[str]) -> float:
    longest = max((width_mm(text, SIZE_MM, bold=True) for text in texts), default=0.0)
    return min(longest, MOST_COLUMN_MM) + 2 * PAD_MM + 0.2


def _shared_out(natural: list[float], least: list[float], room_mm: float) -> list[float]:
    """Each column as wide as it likes; where that is too much, at least its longest word and a part of the rest."""
    if sum(natural) <= room_mm:
        return natural
    if sum(least) >= room_mm:
        return [width * room_mm / sum(least) for width in least]
    wish = sum(natural) - sum(least)
    spare = room_mm - sum(least)
    return [low + (full - low) * spare / wish for low, full in zip(least, natural, strict=True)]
