"""What `layers` says when it refuses something, in the reader's language: `layers` itself speaks English alone."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

TABLE = Path(__file__).with_name("refusals_it.toml")
_SLOT = re.compile(r"\{(\d+)(~?)\}")
_QUOTED = re.compile(r"(['\"])(.*)\1", re.DOTALL)
_GROUPED = re.compile(r"\b\d{1,3}(?:,\d{3})+\b")


@dataclass(frozen=True)
class Part:
    """A run of a sentence; `is_quoted` where it is another program's English."""

    text: str
    is_quoted: bool = False


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    italian: str


def sentence(english: str) -> str:
    """The refusal for a reader; one that the table does not know stays as it is."""
    return "".join(part.text for part in parts(english))


def sentence_html(english: str) -> SafeString:
    """The same, with the words of other programs marked as English."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<span lang="en">{}</span>', part.text) if part.is_quoted else part.text,)
            for part in parts(english)
        ),
    )


def fragment(english: str) -> str:
    """What stands inside a refusal, such as why a system of coordinates is likely."""
    if get_language() == "en":
        return english
    return "".join(part.text for part in _translated(english, "fragments")) or english


def parts(english: str) -> list[Part]:
    if get_language() == "en":
        return [Part(english)]
    return _translated(english, "sentences") or [Part(english, is_quoted=True)]


def _translated(english: str, kind: str) -> list[Part]:
    """Empty where no entry of the table has this form."""
    for rule in _rules()[kind]:
        found = rule.pattern.fullmatch(english)
        if found:
            return _filled(rule.italian, found)
    return []


def _filled(italian: str, found: re.Match[str]) -> list[Part]:
    made, end = [], 0
    for slot in _SLOT.finditer(italian):
        made.append(Part(italian[end : slot.start()]))
        value = found[f"slot{slot[1]}"]
        made += [Part(value, is_quoted=True)] if slot[2] else _value(value)
        end = slot.end()
    return [part for part in [*made, Part(italian[end:])] if part.text]


def _value(found: str) -> list[Part]:
    """A fragment of the table, several of them, or what was found itself with its figures as Italians write them."""
    pieces = [_translated(each, "fragments") for each in found.split("; ")]
    if len(pieces) > 1 and all(pieces):
        return [part for piece in pieces for part in (Part("; "), *piece)][1:]
    return _translated(found, "fragments") or [Part(_written(found))]


def _written(found: str) -> str:
    quoted = _QUOTED.fullmatch(found)
    if quoted:
        return f"«{quoted[2]}»"
    return _GROUPED.sub(lambda figure: figure[0].replace(",", "."), found)


@cache
def _rules() -> dict[str, list[_Rule]]:
    """Those with most words of their own first, since a slot may hold anything."""
    table: dict[str, dict[str, str]] = tomllib.loads(TABLE.read_text("utf-8"))
    return {
        kind: [_Rule(_pattern(english), italian) for english, italian in sorted(entries.items(), key=_own)]
        for kind, entries in table.items()
    }


def _own(entry: tuple[str, str]) -> int:
    return -len(_SLOT.sub("", entry[0]))


def _pattern(english: str) -> re.Pattern[str]:
    pieces = _SLOT.split(english)  # text, number, mark, text, …
    written = re.escape(pieces[0])
    for number, after in zip(pieces[1::3], pieces[3::3], strict=True):
        written += f"(?P<slot{number}>.*?)" + re.escape(after)
    return re.compile(written, re.DOTALL)
