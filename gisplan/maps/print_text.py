"""Words on paper: how wide they are, where a line ends, and the SVG that writes them."""

import re
from html import escape

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
BOLD_FACTOR = 1.08
_USUAL = 556
# Advance widths of Liberation Sans, which are those of Helvetica, in thousandths of the font's size.
_WIDTHS = {
    191: "'",
    222: "ijlì",
    260: "|",
    278: " !,./:;I[\\]ft·",
    333: "()-`r",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jckssvxyz",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXYÀÈ",
    722: "CDHNRUwÙ",
    778: "GOQÒ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@",
}
_WIDTH_OF = {character: width for width, characters in _WIDTHS.items() for character in characters}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def width_mm(text: str, size_mm: float, *, bold: bool = False) -> float:
    """Width in millimetres of one line of text set `size_mm` high; of bold text, never too little."""
    thousandths = sum(_WIDTH_OF.get(character, _USUAL) for character in text)
    return thousandths * size_mm / 1000 * (BOLD_FACTOR if bold else 1)


def wrapped(text: str, room_mm: float, size_mm: float, *, bold: bool = False) -> list[str]:
    """Lines of `text` no wider than `room_mm`; a word that is wider alone is cut. Never empty."""
    lines: list[str] = []
    line = ""
    for whole in text.split():
        for word in _pieces(whole, room_mm, size_mm, bold=bold):
            longer = f"{line} {word}" if line else word
            if not line or width_mm(longer, size_mm, bold=bold) <= room_mm:
                line = longer
            else:
                lines.append(line)
                line = word
    return [*lines, line] if line or not lines else lines


def text_svg(
    x_mm: float, y_mm: float, text: str, *, size_mm: float, bold: bool = False, end: bool = False
) -> str:
    """SVG of one line whose base line is at `y_mm`, to the right of `x_mm` or, with `end`, to the left of it."""
    weight = ' font-weight="700"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    where = f'x="{x_mm:.2f}" y="{y_mm:.2f}" font-size="{size_mm:.2f}"'
    return f"<text {where}{weight}{anchor}>{xml_text(text)}</text>"


def xml_text(text: str) -> str:
    """Text that may stand in an SVG: escaped, without the characters that no XML may hold."""
    return escape(_NOT_XML.sub("", text))


def _pieces(word: str, room_mm: float, size_mm: float, *, bold: bool) -> list[str]:
    """The word whole, or cut where it would leave its room."""
    pieces = [""]
    for character in word:
        if pieces[-1] and width_mm(pieces[-1] + character, size_mm, bold=bold) > room_mm:
            pieces.append("")
        pieces[-1] += character
    return pieces
