"""Interventions as a table of values, for paper and files: the words of the page, amounts as numbers."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from gisplan.maps.print_table import PrintTable
from gisplan.plan.models import Claim, PlanPlace
from gisplan.web.plan_rows import InterventionRow
from gisplan.web.templatetags.figures import as_of


def interventions_table(rows: Sequence[InterventionRow], *, title: str = "") -> PrintTable:
    """One row an intervention; an amount that covers several stands in a column of its own."""
    return PrintTable(
        name="interventions",
        title=title or _("Interventi"),
        columns=(
            _("Codice"),
            _("Asse"),
            _("Intervento"),
            _("Comune"),
            _("Luogo"),
            _("Stato"),
            _("Stato alla data"),
            _("Importo (€)"),
            _("Importo insieme ad altri (€)"),
            _("Importo alla data"),
            _("Fonte"),
        ),
        rows=tuple(_row(row) for row in rows),
    )


def _row(row: InterventionRow) -> tuple[object, ...]:
    one, claims = row.intervention, row.claims
    what = f"{one.kind_label}. {one.description}" if one.description else one.kind_label
    towns = [place.municipality.name for place in row.places if place.municipality]
    amount = row.own_amount or row.shared_amount
    return (
        one.code,
        one.axis.code,
        what,
        ", ".join(dict.fromkeys(towns)) or None,
        "; ".join(dict.fromkeys(filter(None, map(_where, row.places)))) or one.area_text or None,
        str(claims.state_text) if claims.state else None,
        as_of(claims.state.as_of) if claims.state else None,
        _euros(row.own_amount),
        _euros(row.shared_amount),
        as_of(amount.as_of) if amount else None,
        one.source_url,
    )


def _where(place: PlanPlace) -> str:
    named = place.station or place.registered or place.area_text
    return f"{named} ({place.get_precision_display()})" if named else str(place.get_precision_display())


def _euros(claim: Claim | None) -> float | None:
    """Whole euros stay whole."""
    if claim is None or claim.amount_eur is None:
        return None
    return int(claim.amount_eur) if claim.amount_eur == int(claim.amount_eur) else float(claim.amount_eur)
