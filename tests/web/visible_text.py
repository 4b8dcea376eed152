"""What a reader of a page is shown, with the language that each piece is marked as."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_NO_TEXT = {"script", "style", "template"}
_NO_END = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_SHOWN_ATTRIBUTES = ("alt", "title", "aria-label", "placeholder")


@dataclass(frozen=True)
class Piece:
    """A run of text in one element; `within` names the elements around it, outermost first."""

    text: str
    lang: str
    within: tuple[str, ...]


@dataclass
class _Reader(HTMLParser):
    pieces: list[Piece] = field(default_factory=list)
    data: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        lang = given.get("lang") or (self._open[-1][1] if self._open else "")
        for name in _SHOWN_ATTRIBUTES:
            self._note(given.get(name) or "", lang)
        if tag not in _NO_END:
            self._open.append((tag, lang))
        self._is_data = tag == "script" and given.get("type") == "application/json"

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                break
        self._is_data = False

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.data.append(data)
        elif self._open and not _NO_TEXT & {tag for tag, _lang in self._open}:
            self._note(data, self._open[-1][1])

    def _note(self, text: str, lang: str) -> None:
        if text.strip():
            self.pieces.append(Piece(" ".join(text.split()), lang, tuple(tag for tag, _lang in self._open)))


def pieces(html: str) -> list[Piece]:
    """The text of a page and of the attributes that are read out."""
    reader = _Reader()
    reader.feed(html)
    return reader.pieces


def texts_of_maps(html: str) -> Iterator[str]:
    """The texts that a map of the page may show: every text with a space in its data."""
    reader = _Reader()
    reader.feed(html)
    for written in reader.data:
        yield from _texts(json.loads(written))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if " " in value:
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
