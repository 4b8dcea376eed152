"""Numbers, amounts and dates as the reader's language writes them; what is missing is 'not known'."""

import datetime as dt
from decimal import Decimal

from django import template
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gisplan.territory.models import SnaiClass

register = template.Library()


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """1.234.567 in Italian, 1,234,567 in English."""
    if value is None:
        return _("non noto")
    return number_format(round(value, decimals), decimal_pos=decimals, use_l10n=True, force_grouping=True)


@register.filter
def euro(value: Decimal | None) -> str:
    """16.000.000 € in Italian, €16,000,000 in English; cents only where there are any."""
    if value is None:
        return _("non noto")
    written = number(value, 0 if value == value.to_integral_value() else 2)
    return f"€{written}" if get_language() == "en" else f"{written} €"


@register.filter
def day(value: dt.date | None) -> str:
    """7 aprile 2025, 7 April 2025."""
    return _("non noto") if value is None else date_format(value, "j F Y")


@register.filter
def share(value: float | None, decimals: int = 0) -> str:
    """A fraction of one as a percentage."""
    return _("non noto") if value is None else f"{number(value * 100, decimals)} %"


@register.filter
def snai_name(letter: str | None) -> str:
    return str(SnaiClass.Letter(letter).label) if letter in SnaiClass.Letter.values else _("non noto")
