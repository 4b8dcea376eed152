"""Two plan editions, or what was known of one of them at the end of two years."""

from collections import Counter
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapLayer
from gisplan.plan.models import Axis, Intervention, PlanEdition
from gisplan.plan.progress import LatestClaims, latest_claims
from gisplan.plan.queries import Completeness, completeness, default_edition, editions, with_places_and_claims
from gisplan.territory.profile import latest_edition
from gisplan.web.axes import axis_name
from gisplan.web.comparison import (
    FIRST,
    SECOND,
    CannotCompare,
    Comparison,
    Figure,
    Side,
    difference_map,
    on_ground,
)
from gisplan.web.plan_layers import interventions_by_axis


def plan_editions(first: str, second: str) -> Comparison:
    """By their codes. Where nothing of an edition is loaded, its counts are not known rather than 0."""
    ground = latest_edition()
    if ground is None:
        raise CannotCompare(_("Senza confini caricati non c'è una mappa da mostrare."))
    found = [_edition(code) for code in (first, second)]
    loaded = [completeness(one) for one in found]
    own = [_interventions(one) for one in found]
    sides = [
        Side(
            one.title,
            reverse("edition", args=[one.code]),
            on_ground(key, one.title, ground, interventions_by_axis(interventions)),
        )
        for one, interventions, key in zip(found, own, (FIRST, SECOND), strict=True)
    ]
    here = [_by_municipality(one) if one else None for one in own]
    values = {code: (_of(here[0], code), _of(here[1], code)) for code in _codes(own)}
    return Comparison(
        first=sides[0],
        second=sides[1],
        figures=_edition_figures(loaded),
        tables=(_axes_table(loaded, (found[0].title, found[1].title)),),
        difference=difference_map(
            _("Interventi in più o in meno"), ground, values, (found[0].title, found[1].title)
        ),
        notes=tuple(f"{one.edition.title}: {one.statement}." for one in loaded),
    )


def _edition(code: str) -> PlanEdition:
    found = editions().filter(code=code).first()
    if found is None:
        raise CannotCompare(_("Scegli due edizioni del piano: una di quelle nell'indirizzo non c'è."))
    return found


def _interventions(edition: PlanEdition) -> list[Intervention]:
    own = Intervention.objects.filter(axis__edition=edition, register=Intervention.Register.PLAN)
    return list(with_places_and_claims(own))


def _codes(sides: Sequence[Sequence[Intervention]]) -> set[str]:
    places = (place for side in sides for one in side for place in one.places.all())
    return {place.municipality.istat_code for place in places if place.municipality}


def _by_municipality(interventions: Sequence[Intervention]) -> Counter[str]:
    """How many interventions are placed in each municipality."""
    return Counter(
        code
        for one in interventions
        for code in {place.municipality.istat_code for place in one.places.all() if place.municipality}
    )


def _of(counts: Counter[str] | None, code: str) -> float | None:
    return None if counts is None else float(counts[code])


def _edition_figures(loaded: Sequence[Completeness]) -> tuple[Figure, ...]:
    first, second = loaded
    return (
        Figure(name=_("Anni"), first=_years(first.edition), second=_years(second.edition)),
        Figure(name=_("Assi"), first=first.axes.declared, second=second.axes.declared),
        Figure(
            name=_("Strategie dichiarate"), first=first.strategies.declared, second=second.strategies.declared
        ),
        Figure(name=_("strategie caricate"), first=first.strategies.loaded, second=second.strategies.loaded),
        Figure(name=_("Azioni dichiarate"), first=first.actions.declared, second=second.actions.declared),
        Figure(name=_("azioni caricate"), first=first.actions.loaded, second=second.actions.loaded),
        Figure(
            name=_("Interventi del piano caricati"),
            first=first.interventions or None,
            second=second.interventions or None,
        ),
    )


def _years(edition: PlanEdition) -> str:
    return f"{edition.first_year}–{edition.last_year}"


def _axes_table(loaded: Sequence[Completeness], names: tuple[str, str]) -> PrintTable:
    """Axes by code: the same code in two editions need not be the same axis, and the titles say so."""
    first, second = ({one.axis.code: one for one in side.by_axis} for side in loaded)
    rows = []
    for code in sorted({*first, *second}):
        a, b = first.get(code), second.get(code)
        rows.append(
            (
                code,
                _title(a.axis) if a else None,
                _title(b.axis) if b else None,
                (a.interventions or None) if a else None,
                (b.interventions or None) if b else None,
            )
        )
    columns = (_("Asse"), *names, *(f"{_('interventi')}: {name}" for name in names))
    return PrintTable(name="axes", title=_("Gli assi delle due edizioni"), columns=columns, rows=tuple(rows))


def _title(axis: Axis) -> str:
    return axis.title or axis_name(axis)


def years(first: str, second: str) -> Comparison:
    """State and amount as of the latest claim up to each year, of the first edition."""
    ground, edition = latest_edition(), default_edition()
    if ground is None or edition is None:
        raise CannotCompare(_("Nessun piano è caricato: non c'è nulla da confrontare."))
    asked = [int(year) for year in (first, second) if year.isascii() and year.isdigit() and len(year) == 4]
    if len(asked) != 2:
        raise CannotCompare(_("Scegli due anni: uno di quelli nell'indirizzo non è un anno."))
    found = _interventions(edition)
    known = [{one.code: latest_claims(one, until_year=year) for one in found} for year in asked]
    sides = [
        Side(
            _("Fino al %(year)s") % {"year": year},
            reverse("edition", args=[edition.code]),
            on_ground(key, f"{edition.title}, {year}", ground, interventions_by_axis(found, until_year=year)),
        )
        for year, key in zip(asked, (FIRST, SECOND), strict=True)
    ]
    changed = [one for one in found if _told(known[0][one.code]) != _told(known[1][one.code])]
    return Comparison(
        first=sides[0],
        second=sides[1],
        figures=_year_figures(known),
        tables=(_changes_table(changed, known, (sides[0].name, sides[1].name)),),
        difference=on_ground("diff", _("Interventi di cui si sa altro"), ground, _layers(changed)),
        notes=(f"{edition.title}: {completeness(edition).statement}.",),
    )


def _layers(interventions: Sequence[Intervention]) -> list[MapLayer]:
    return interventions_by_axis(interventions) if interventions else []


def _told(claims: LatestClaims) -> tuple[str, object]:
    state = str(claims.state_text) if claims.state else ""
    return state, claims.amount.amount_eur if claims.amount else None


def _year_figures(known: Sequence[dict[str, LatestClaims]]) -> tuple[Figure, ...]:
    states = [Counter(str(one.state_text) if one.state else "" for one in side.values()) for side in known]
    words = sorted({*states[0], *states[1]} - {""})
    amounts = [sum(one.amount is not None for one in side.values()) for side in known]
    return (
        Figure(name=_("Interventi"), first=len(known[0]), second=len(known[1])),
        *(
            Figure(name=f"{_('Stato')}: {word}", first=states[0][word], second=states[1][word])
            for word in words
        ),
        Figure(name=f"{_('Stato')}: {_('non noto')}", first=states[0][""], second=states[1][""]),
        Figure(name=_("Interventi con un importo noto"), first=amounts[0], second=amounts[1]),
    )


def _changes_table(
    changed: Sequence[Intervention], known: Sequence[dict[str, LatestClaims]], names: tuple[str, str]
) -> PrintTable:
    rows = []
    for one in changed:
        (state_a, amount_a), (state_b, amount_b) = (_told(side[one.code]) for side in known)
        rows.append(
            (one.code, one.kind_label, state_a or None, state_b or None, _euros(amount_a), _euros(amount_b))
        )
    columns = (
        _("Codice"),
        _("Intervento"),
        *(f"{_('Stato')}: {name}" for name in names),
        *(f"{_('Importo (€)')}: {name}" for name in names),
    )
    return PrintTable(
        name="changes", title=_("Interventi di cui si sa altro"), columns=columns, rows=tuple(rows)
    )


def _euros(amount: object) -> float | None:
    return None if amount is None else float(str(amount))


BUILDERS = {"piani": plan_editions, "anni": years}
