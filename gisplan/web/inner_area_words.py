"""What the inner areas call their columns, tables and values, and how they say what they refuse."""

from collections.abc import Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from gisplan.accessibility.inner_areas import BY_MINUTES
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.web.wording import NOT_COMPUTED

COLUMNS = {
    "official_class": _("Classe ufficiale"),
    "computed_class": _("Classe calcolata"),
    "quantile_class": _("Classe dai quantili di questi minuti"),
    "minutes_to_pole": _("Minuti al polo più vicino"),
    "pole_istat_code": _("Codice del polo"),
    "pole": _("Polo più vicino"),
    "reason": _("Perché differisce"),
    "computed": _("Calcolati"),
    "official": _("Ufficiali"),
    "by_quantiles": _("Dai quantili di questi minuti"),
    "published_italy": _("Pubblicati per l'Italia"),
    "not_reached_class": _("n.d."),
    "pole_from": _("Da dove viene il polo"),
    "in_territory": _("Nel territorio"),
    "unmatched_reason": _("Che cosa manca"),
    **{f"computed_{letter}": format_lazy(_("Calcolata {letter}"), letter=letter) for letter in BY_MINUTES},
}
TABLES = {
    "inner_areas": _("Minuti e classe di ogni comune"),
    "class_totals": _("Comuni per classe"),
    "confusion": _("Classe ufficiale (righe) e calcolata (colonne) dei comuni che non sono poli"),
    "poles": _("Poli"),
    "unmatched": _("Comuni che una tabella ha e un'altra no"),
    "differing": _("Comuni la cui classe calcolata non è quella ufficiale"),
}
METHODS = {"inner_areas": _("Aree interne")}
REASONS = {
    "unreachable": _("nessun polo raggiungibile"),
    "other_poles": _("poli diversi da quelli ufficiali"),
    "pole_outside": _("polo fuori dal territorio"),
    "near_threshold": _("vicino a una soglia: meno di cinque minuti"),
    "schematic_network": _("rete schematica: le strade vere non sono note"),
    "other_speeds": _("altre strade o altre velocità"),
}
VALUES = {
    **REASONS,
    "schematic": _("rete schematica"),
    "rule": _("dalla regola"),
    "official_list": _("dall'elenco ufficiale"),
    "no_population": _("ha il confine ma non la popolazione"),
    "no_boundary": _("ha la popolazione ma non il confine"),
    "no_terrain": _("altitudine non nota"),
}
CODED = {"reason", "pole_from", "unmatched_reason", "in_territory"}
PARAMETERS = {
    "snai_edition": _("Edizione SNAI"),
    "territory": _("Territorio"),
    "thresholds_min": _("Soglie (minuti)"),
}
EDITIONS = {"snai": _("Edizione SNAI")}
#: What an empty cell says where nothing is missing.
UNDEFINED = {"reason": "–"}
SENTENCES = {
    "snai_edition": _("L'edizione SNAI dev'essere 2014 o 2020, non %(found)s: scegline una."),
    "poles": _("Non è noto nessun polo nel territorio né intorno: carica le classi ufficiali."),
    "territory": _("Nessun territorio è caricato: non c'è nulla da misurare."),
}


def named_poles(tables: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables of a result; those of the inner areas call the nearest pole by its name, where it is known."""
    by_name = {table["name"]: table for table in tables}
    if not {"inner_areas", "poles"} <= by_name.keys():
        return list(tables)
    own, poles = by_name["inner_areas"], by_name["poles"]
    code, name = (poles["columns"].index(column) for column in ("istat_code", "municipality"))
    names = {row[code]: row[name] for row in poles["rows"]}
    at = own["columns"].index("pole_istat_code")
    rows = [[*row[:at], names.get(row[at], row[at]), *row[at + 1 :]] for row in own["rows"]]
    columns = [*own["columns"][:at], "pole", *own["columns"][at + 1 :]]
    return [{**own, "columns": columns, "rows": rows} if table is own else table for table in tables]


def sentence(error: AnalysisError) -> str:
    """The refusal in the reader's language; what has no words here, in general."""
    if isinstance(error, RequestRefused) and error.field in SENTENCES:
        return str(SENTENCES[error.field] % {"found": error.found})
    return str(NOT_COMPUTED)
