"""Numbers, amounts and dates as the reader's language writes them; what is missing is 'not known'."""

import datetime as dt
from decimal import Decimal
from urllib.parse import urlsplit

from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext

from gisplan.plan.dates import as_of_in_words, day_in_words, with_dates_in_words
from gisplan.territory.models import RegisterCoverage, SnaiClass
from gisplan.web import coverage, wording

register = template.Library()
CENTS_BELOW_EUR = 1_000
for _words in (wording.people_source, wording.status, wording.method, wording.licence, wording.programme):
    register.filter(_words.__name__, _words)


#: A page has thousands of numbers, and Django's own way of writing one takes ten times as long.
ITALIAN = str.maketrans(",.", ".,")


@register.filter
def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """1.234.567 in Italian, 1,234,567 in English."""
    if value is None:
        return gettext("non noto")
    written = f"{value:,.{decimals}f}"
    return written if get_language() == "en" else written.translate(ITALIAN)


@register.filter
def euro(value: Decimal | None) -> str:
    """16.000.000 € in Italian, €16,000,000 in English; cents only below 1,000 euros: files have them all."""
    if value is None:
        return gettext("non noto")
    whole = abs(value) >= CENTS_BELOW_EUR or value == value.to_integral_value()
    written = number(value, 0 if whole else 2)
    return f"€{written}" if get_language() == "en" else f"{written} €"


@register.filter
def day(value: dt.date | None) -> str:
    """7 aprile 2025 in Italian, 7 April 2025 in English."""
    if value is None:
        return gettext("non noto")
    return day_in_words(timezone.localtime(value) if isinstance(value, dt.datetime) else value)


@register.filter
def as_of(written: str) -> str:
    """The date of a claim or a source as it is stated: 2022-04 is April 2022; what is no date stays as it is."""
    return as_of_in_words(written)


@register.filter
def dated(text: str) -> str:
    """A text whose dates are written out."""
    return with_dates_in_words(text)


@register.filter
def share(value: float | None, decimals: int = 0) -> str:
    """A fraction of one as a percentage."""
    return gettext("non noto") if value is None else f"{number(value * 100, decimals)} %"


@register.filter
def snai_name(letter: str | None) -> str:
    return str(SnaiClass.Letter(letter).label) if letter in SnaiClass.Letter.values else gettext("non noto")


@register.filter
def publisher(url: str) -> str:
    """The site of an address, as a reader names it."""
    return urlsplit(url).netloc.removeprefix("www.") or url


@register.filter
def statement(row: RegisterCoverage) -> str:
    return coverage.statement(row)
