"""What a reader of a page is shown, with the language that each piece is marked as."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_NO_TEXT = {"style", "template", "textarea"}
_NO_END = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_SHOWN_ATTRIBUTES = ("alt", "title", "aria-label", "placeholder")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_MARKED = re.compile(r"<(\w+)[^>]* lang=.*?</\1>")


@dataclass(frozen=True)
class Piece:
    """A run of text in one element, or of the data of a map."""

    text: str
    lang: str


@dataclass
class _Reader(HTMLParser):
    pieces: list[Piece] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        lang = given.get("lang") or (self._open[-1][1] if self._open else "")
        for name in _SHOWN_ATTRIBUTES:
            self._note(given.get(name) or "", lang)
        if tag not in _NO_END:
            self._open.append((tag, lang))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                break

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _lang in self._open}
        if not self._open or _NO_TEXT & tags:
            return
        if "script" in tags:
            for text in _texts_of(data):
                self._note(text, self._open[-1][1])
        else:
            self._note(data, self._open[-1][1])

    def _note(self, text: str, lang: str) -> None:
        if text.strip():
            self.pieces.append(Piece(" ".join(text.split()), lang))


def pieces(html: str) -> list[Piece]:
    """The texts of a page, of the attributes that are read out and of what its maps are given to show."""
    reader = _Reader()
    reader.feed(html)
    return reader.pieces


def _texts_of(script: str) -> Iterator[str]:
    """The texts with a space that a script holds, without their tags and what they mark as another language."""
    for written in _QUOTED.findall(script):
        if " " in written:
            try:
                text = json.loads(written)
            except ValueError:
                continue  # a piece of code between two quotes
            yield re.sub(r"<[^>]+>", " ", _MARKED.sub(" ", text))
