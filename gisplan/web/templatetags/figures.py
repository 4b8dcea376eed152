"""Numbers, amounts and dates as the reader's language writes them; what is missing is 'not known'."""

import datetime as dt
from decimal import Decimal
from urllib.parse import urlsplit

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gisplan.territory.models import Place, RegisterCoverage, SnaiClass
from gisplan.web import coverage

register = template.Library()
PEOPLE_SOURCES = {
    "cells": _("celle di popolazione"),
    "sections": _("sezioni di censimento"),
    "municipality": _("comune, in proporzione all'area"),
    "mixed": _("celle, e comune per il resto"),
}


@register.filter
def number(value: float | Decimal | None, decimals: int = 0) -> str:
    """1.234.567 in Italian, 1,234,567 in English."""
    if value is None:
        return gettext("non noto")
    return number_format(f"{value:.{decimals}f}", decimal_pos=decimals, use_l10n=True, force_grouping=True)


@register.filter
def euro(value: Decimal | None) -> str:
    """16.000.000 € in Italian, €16,000,000 in English; cents only where there are any."""
    if value is None:
        return gettext("non noto")
    written = number(value, 0 if value == value.to_integral_value() else 2)
    return f"€{written}" if get_language() == "en" else f"{written} €"


@register.filter
def day(value: dt.date | None) -> str:
    """7 aprile 2025 in Italian, 7 April 2025 in English."""
    if value is None:
        return gettext("non noto")
    local = timezone.localtime(value) if isinstance(value, dt.datetime) else value
    written = date_format(local, "j F Y")
    return written.lower() if get_language() == "it" else written


@register.filter
def as_of(written: str) -> str:
    """The date of a claim as its source states it: 2022-04 is April 2022; what is no date stays as it is."""
    try:
        year, month, *rest = map(int, written.split("-"))
        date = dt.date(year, month, rest[0] if rest else 1)
    except ValueError:
        return written
    return day(date) if rest else day(date).split(" ", 1)[1]


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


@register.filter
def people_source(code: str) -> str:
    """What the people of a band were counted from."""
    return str(PEOPLE_SOURCES.get(code, code))


@register.filter
def status(place: Place) -> str:
    """What the source says of the state of a place; of a station, the year of the list."""
    year = place.status.removeprefix("status ")
    return gettext("stato al %(year)s") % {"year": year} if year.isdigit() else place.status
