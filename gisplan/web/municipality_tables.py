"""What a municipality's page says, as tables of values for paper and files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps.print_table import PrintTable
from gisplan.territory.models import Municipality, Place
from gisplan.territory.profile import people_of, snai_class_of, zone_membership_of
from gisplan.territory.queries import nearest_station
from gisplan.web.plan_rows import InterventionRow
from gisplan.web.plan_tables import interventions_table
from gisplan.web.templatetags.figures import day, snai_name
from gisplan.web.wording import status


@dataclass(frozen=True)
class PlaceRow:
    """A place of a register, what it is, and its page if it has one."""

    row: Place
    kind: str
    url: str = ""
    word: str = ""  # of the address where an editor places it


def municipality_tables(
    municipality: Municipality, interventions: Sequence[InterventionRow], places: Sequence[PlaceRow]
) -> tuple[PrintTable, ...]:
    """Profile, people by age, interventions, places."""
    return (
        _profile(municipality),
        _people(municipality),
        interventions_table(interventions),
        _places(places),
    )


def list_table(rows: Iterable[Any]) -> PrintTable:
    """The list of municipalities, as `profile.municipalities_in_territory` annotates it."""
    return PrintTable(
        name="municipalities",
        title=_("Comuni"),
        columns=(
            _("Codice ISTAT"),
            _("Comune"),
            _("Residenti"),
            _("Classe SNAI 2020"),
            _("Zona omogenea (provvisoria)"),
            _("Altitudine (m)"),
        ),
        rows=tuple(
            (
                row.istat_code,
                row.name,
                row.people,
                f"{row.snai_letter} {snai_name(row.snai_letter)}" if row.snai_letter else None,
                f"{row.zone_number} {row.zone_name}" if row.zone_name else None,
                row.altitude_m,
            )
            for row in rows
        ),
    )


def _profile(municipality: Municipality) -> PrintTable:
    snai, membership = snai_class_of(municipality), zone_membership_of(municipality)
    nearest = nearest_station(municipality)
    rows = (
        (_("Codice ISTAT"), municipality.istat_code),
        (_("Classe SNAI 2020"), f"{snai.letter} {snai.get_letter_display()}" if snai else None),
        (_("Zona omogenea"), str(membership.zone) if membership else None),
        (_("Altitudine (m)"), municipality.altitude_m),
        (_("Stazione più vicina"), nearest.station.name if nearest else None),
        (_("Distanza in linea d'aria (km)"), round(nearest.distance_km, 1) if nearest else None),
    )
    return PrintTable(name="profile", title=_("In breve"), columns=(_("Voce"), _("Valore")), rows=rows)


def _people(municipality: Municipality) -> PrintTable:
    return PrintTable(
        name="people",
        title=_("Residenti per età"),
        columns=(_("Data"), _("Totale"), "0–14", "15–64", _("65 e oltre")),
        rows=tuple(
            (
                day(row.population.reference_date),
                row.people,
                row.people_0_14,
                row.people_15_64,
                row.people_65_plus,
            )
            for row in people_of(municipality)
        ),
    )


def _places(places: Sequence[PlaceRow]) -> PrintTable:
    return PrintTable(
        name="places",
        title=_("Luoghi noti"),
        columns=(_("Nome"), _("Tipo"), _("Indirizzo"), _("Posizione"), _("Stato")),
        rows=tuple(
            (
                one.row.name,
                str(one.kind),
                one.row.address or None,
                str(one.row.get_precision_display()),
                status(one.row) or None,
            )
            for one in places
        ),
    )
