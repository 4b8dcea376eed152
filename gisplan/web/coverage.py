"""What the registers of places claim to hold, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gisplan.territory.models import HealthSite, Hospital, RegisterCoverage, School, Station

REGISTERS: Mapping[str, tuple[Promise, Mapping[str, str | Promise]]] = {
    "stations": (_("Stazioni"), dict(Station.Kind.choices)),
    "hospitals": (_("Ospedali"), dict(Hospital.Kind.choices)),
    "health_sites": (_("Sedi sanitarie"), dict(HealthSite.Kind.choices)),
    "schools": (_("Scuole"), dict(School.Level.choices)),
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
    english = get_language() == "en"
    return [Coverage(row, _name(row), row.statement_en if english else row.statement_it) for row in rows]


def _name(row: RegisterCoverage) -> str:
    register, kinds = REGISTERS.get(row.register, (row.register, {}))
    return f"{register}: {kinds.get(row.kind, row.kind)}" if row.kind else str(register)
