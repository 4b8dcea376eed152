"""What the coverage of the plan calls its columns, tables and values."""

from typing import Any

from django.utils.translation import gettext_lazy as _

COLUMNS = {
    "unallocated": _("Senza gruppo"),
    "axis": _("Asse"),
    "municipalities_touched": _("Comuni toccati"),
    "actions": _("Azioni"),
    "actions_per_1000": _("Azioni per 1.000 abitanti"),
    "plan_interventions": _("Interventi"),
    "interventions_per_1000": _("Interventi per 1.000 abitanti"),
    "eur": _("Euro"),
    "eur_per_inhabitant": _("Euro per abitante"),
    "pnrr_projects": _("Progetti PNRR"),
    "pnrr_per_1000": _("Progetti PNRR per 1.000 abitanti"),
    "pnrr_eur": _("Euro del PNRR"),
    "pnrr_eur_per_inhabitant": _("Euro del PNRR per abitante"),
    "old_age_index": _("Indice di vecchiaia"),
    "population_change": _("Variazione dei residenti (%)"),
    "minutes_to_pole": _("Minuti da un polo"),
    "need_step": _("Bisogno (0–2)"),
    "plan_step": _("Interventi (0–2)"),
}
TABLES = {
    "plan_by_municipality": _("Bisogno e piano per comune"),
    "plan_by_snai_class": _("Il piano per classe SNAI"),
    "plan_by_zone": _("Il piano per zona omogenea"),
    "plan_by_axis": _("Il piano per asse"),
}
METHODS = {"plan_coverage": _("Copertura del piano")}
#: Rows that are no group say why there is none.
REASONS: dict[Any, Any] = {
    "several_groups": _("in più gruppi: quota non nota"),
    "several_axes": _("di più assi: quota non nota"),
    "place_not_known": _("luogo non noto"),
    "to_be_sited": _("da localizzare"),
    "class_of_places": _("una classe di luoghi"),
    "whole_territory": _("tutto il territorio"),
    "outside_territory": _("fuori dal territorio"),
}
CODES: dict[str, dict[Any, Any]] = {
    "axis": REASONS,
    "unallocated": {True: _("sì"), False: _("no")},
}
PARAMETERS = {
    "axis": _("Asse"),
    "need": _("Bisogno"),
    "register": _("Registro degli interventi"),
    "actions_loaded": _("Azioni caricate"),
    "actions_declared": _("Azioni dichiarate dal piano"),
    "change_from": _("Variazione dal"),
    "change_to": _("Variazione al"),
    "poles": _("Poli"),
    "snai_edition": _("Edizione SNAI"),
}
VALUES = {name: COLUMNS[name] for name in ("old_age_index", "population_change", "minutes_to_pole")} | {
    "plan": _("registro del piano"),
    "pnrr": _("progetti PNRR"),
}
