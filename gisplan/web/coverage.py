"""What the registers of places claim to hold, in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

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


def coverages_of(*registers: str) -> list[Coverage]:
    """The statements of the given registers, or of all."""
    rows = RegisterCoverage.objects.select_related("source").order_by("register", "kind")
    if registers:
        rows = rows.filter(register__in=registers)
    return [Coverage(row, _name(row), statement(row)) for row in rows]


def statement(row: RegisterCoverage) -> str:
    return row.statement_en if get_language() == "en" else row.statement_it


def _name(row: RegisterCoverage) -> str:
    register = str(REGISTER_NAMES.get(row.register, row.register))
    if not row.kind:
        return register
    kinds = dict(REGISTERS[row.register][2].choices) if row.register in REGISTERS else {}
    return f"{register}: {kinds.get(row.kind, row.kind)}"
