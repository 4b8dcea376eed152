"""Dates as the reader's language writes them, no more exact than their source."""

import datetime as dt
import re

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

_WHOLE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_WEEKLY = re.compile(r"(\d{4}) \(weekly no\. (\d+)\)")


def day_in_words(date: dt.date) -> str:
    """7 aprile 2025 in Italian, 7 April 2025 in English."""
    written = date_format(date, "j F Y")
    return written.lower() if get_language() == "it" else written


def as_of_in_words(written: str) -> str:
    """The date of a source as it states it: 2022-04 is April 2022; what is no date stays as it is."""
    weekly = _WEEKLY.fullmatch(written)
    if weekly:
        return gettext("%(year)s (settimanale n. %(number)s)") % {"year": weekly[1], "number": weekly[2]}
    try:
        year, month, *rest = map(int, written.split("-"))
        date = dt.date(year, month, rest[0] if rest else 1)
    except ValueError:
        return written
    return day_in_words(date) if rest else day_in_words(date).split(" ", 1)[1]


def with_dates_in_words(text: str) -> str:
    """A text in which each whole date is written out."""
    return _WHOLE.sub(lambda found: as_of_in_words(found[0]), text)
