"""What a municipality's page compares: itself with its zone and the territory, and how far the services are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.analysis.nearest_services import NearestService, nearest_services
from gisplan.maps.print_table import PrintTable
from gisplan.plan.comparison import Comparison, Known, PlaceFigures, compare
from gisplan.plan.models import PlanEdition
from gisplan.territory.models import Municipality
from gisplan.web.kept import data_stamp, kept
from gisplan.web.service_words import service_label


@dataclass(frozen=True)
class ComparedRow:
    """One figure of the municipality, of its zone (none where it has no zone) and of the territory."""

    label: str
    decimals: int
    here: float | None
    zone: float | None
    territory: float | None


@dataclass(frozen=True)
class ServiceRow:
    label: str
    found: NearestService
    url: str


def comparison(municipality: Municipality, edition: PlanEdition | None) -> dict[str, Any]:
    """What it is counted from is read once for all the municipalities."""
    stamp = data_stamp().of("territory", "plan")
    known = kept(stamp, ("compared", edition and edition.pk), lambda: Known(edition))
    found = compare(municipality, edition, known=known)
    return {"comparison": found, "compared": _rows(found)}


def _rows(found: Comparison) -> list[ComparedRow]:
    figures: list[tuple[str, int, Callable[[PlaceFigures], float | None]]] = [
        (_("Residenti"), 0, lambda one: one.people),
        (_("0–14 anni (%)"), 1, lambda one: one.share_0_14),
        (_("65 anni e oltre (%)"), 1, lambda one: one.share_65_plus),
        (_("Indice di vecchiaia"), 1, lambda one: one.old_age_index),
        (_("Residenti in aree interne (%)"), 1, lambda one: one.share_inner),
        (_("Interventi del piano ogni 1.000 residenti"), 3, lambda one: one.interventions_per_1000),
    ]
    pnrr: list[tuple[str, int, Callable[[PlaceFigures], float | None]]] = [
        (_("Progetti PNRR ogni 1.000 residenti"), 2, lambda one: one.projects_per_1000),
        (
            _("PNRR: euro per residente, solo progetti che non escono di qui"),
            2,
            lambda one: one.pnrr_eur_per_person,
        ),
    ]
    return [
        ComparedRow(
            label,
            decimals,
            value(found.here),
            value(found.zone) if found.zone else None,
            value(found.territory),
        )
        for label, decimals, value in figures + (pnrr if found.territory.projects else [])
    ]


def services(municipality: Municipality) -> dict[str, Any]:
    """Rows, and by which method the minutes were found; nothing where there are no road times."""
    found = nearest_services(municipality)
    if found is None:
        return {"services": []}
    rows = [
        ServiceRow(
            service_label(one.service),
            one,
            reverse("municipality", args=[one.municipality.istat_code])
            if one.municipality and one.municipality.in_territory
            else "",
        )
        for one in found.rows
    ]
    return {"services": rows, "services_method": found.method}


def more_tables(context: dict[str, Any]) -> tuple[PrintTable, ...]:
    """The same for paper and files."""
    compared = PrintTable(
        name="compared",
        title=_("Il comune a confronto"),
        columns=(_("Voce"), _("Comune"), _("Zona omogenea"), _("Tutto il territorio")),
        rows=tuple((row.label, row.here, row.zone, row.territory) for row in context["compared"]),
    )
    nearest = PrintTable(
        name="services",
        title=_("I servizi più vicini, in auto"),
        columns=(_("Servizio"), _("Comune"), _("Minuti")),
        rows=tuple(
            (
                row.label,
                _("nel comune") if row.found.is_here else str(row.found.municipality or "") or None,
                None if row.found.minutes is None else round(row.found.minutes),
            )
            for row in context["services"]
        ),
    )
    return (compared, nearest) if context["services"] else (compared,)


def embed_snippet(address: str, name: str) -> str:
    """What the owner of another site copies; `address` and `name` hold no quotation mark."""
    title = _("gisplan: %(name)s") % {"name": name.replace('"', "”")}
    return (
        f'<iframe src="{address}" title="{title}" width="100%" height="640" loading="lazy"'
        ' style="border:0" referrerpolicy="no-referrer"></iframe>'
    )
