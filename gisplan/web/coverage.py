"""What the registers of places claim to hold, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gisplan.plan.dates import with_dates_in_words
from gisplan.territory.models import RegisterCoverage
from gisplan.territory.queries import REGISTERS

REGISTER_NAMES = {
    "stations": _("Stazioni"),
    "hospitals": _("Ospedali"),
    "health_sites": _("Sedi sanitarie"),
    "schools": _("Scuole"),
}


@dataclass(frozen=True)
class Coverage:
    """One statement of one register."""

    row: RegisterCoverage
    name: str
    statement: str


def coverages_of(registers: Sequence[str] = tuple(REGISTERS)) -> list[Coverage]:
    """The statements of the given registers."""
    rows = RegisterCoverage.objects.filter(register__in=registers).select_related("source")
    rows = rows.order_by("register", "kind")
    return [Coverage(row, _name(row), statement(row)) for row in rows]


def register_note(register: str) -> str:
    """A word of caution for a map; the page states in full what the register holds."""
    complete = RegisterCoverage.objects.filter(register=register).values_list("complete", flat=True)
    if complete and all(complete):
        return ""
    return gettext("Registro non completo: dove non ce n'è, non è noto.")


def statement(row: RegisterCoverage) -> str:
    return with_dates_in_words(row.statement_en if get_language() == "en" else row.statement_it)


def _name(row: RegisterCoverage) -> str:
    register = str(REGISTER_NAMES.get(row.register, row.register))
    if not row.kind:
        return register
    kinds = dict(REGISTERS[row.register][2].choices) if row.register in REGISTERS else {}
    return f"{register}: {kinds.get(row.kind, row.kind)}"
