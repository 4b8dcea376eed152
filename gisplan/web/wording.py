"""Words for what the rows below keep as codes: used by the tables and by the maps alike."""

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gisplan.analysis.models import Band
from gisplan.plan.dates import with_dates_in_words
from gisplan.territory.models import Place

PEOPLE_SOURCES = {
    "cells": _("celle di popolazione"),
    "sections": _("sezioni di censimento"),
    "municipality": _("comune, in proporzione all'area"),
    "mixed": _("celle, e comune per il resto"),
}


LICENCES = {
    "facts": _("fatti riportati con parole nostre"),
    "public document": _("documento pubblico"),
    "Attribution (Eurostat)": _("attribuzione (Eurostat)"),
}
#: Programmes that our own tables name in English.
PROGRAMMES = {
    "PNRR schools": _("PNRR, scuole"),
    "PINQuA UBIQuA (second list)": _("PINQuA UBIQuA (secondo elenco)"),
}
NOT_COMPUTED = _(
    "Con questi valori e con i dati caricati non si può calcolare: controlla le scelte, o carica ciò che manca "
    "(territorio, residenti, strade)."
)


def people_source(code: str) -> str:
    """What the people of a band were counted from."""
    return str(PEOPLE_SOURCES.get(code, code))


def status(place: Place) -> str:
    """What the source says of the state of a place; of a station, the year of the list."""
    year = place.status.removeprefix("status ")
    return (
        gettext("stato al %(year)s") % {"year": year} if year.isdigit() else with_dates_in_words(place.status)
    )


def programme(written: str) -> str:
    """A programme by its own name."""
    return str(PROGRAMMES.get(written, written))


def method(band: Band) -> str:
    """How far one walks was found how, and at what speed: without them a figure means nothing."""
    return f"{band.get_method_display()}, {number_format(band.speed_kmh, 1)} km/h"


def licence(written: str) -> str:
    """Licences by their own names; facts reported in our own words have none."""
    return str(LICENCES.get(written, written))
