"""Two plan editions: what is loaded of each, and in which municipalities."""

from collections import Counter
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.maps.print_table import PrintTable
from gisplan.plan.models import Axis, Intervention, PlanEdition
from gisplan.plan.queries import Completeness, completeness, editions, with_places_and_claims
from gisplan.territory.profile import latest_edition
from gisplan.web.axes import axis_name
from gisplan.web.comparison import (
    FIRST,
    SECOND,
    CannotCompare,
    Comparison,
    Figure,
    Side,
    on_ground,
)
from gisplan.web.difference_map import Differences, counted_in_words, difference_map, municipalities
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
    places = municipalities(ground)
    asked = Differences(
        title=_("Interventi caricati in più o in meno"),
        unit="",
        decimals=0,
        names=(f"A: {found[0].title}", f"B: {found[1].title}"),
    )
    values = {code: (_of(here[0], code), _of(here[1], code)) for code in places.names}
    difference = difference_map(asked, ground, values, places=places)
    missing = [one.title for one, interventions in zip(found, own, strict=True) if not interventions]
    return Comparison(
        first=sides[0],
        second=sides[1],
        figures=_edition_figures(loaded, own),
        tables=(_axes_table(loaded, (found[0].title, found[1].title)),),
        difference=difference,
        says=(_unknown(missing) if missing else counted_in_words(difference),),
        notes=tuple(f"{one.edition.title}: {one.statement}." for one in loaded),
    )


def _unknown(missing: Sequence[str]) -> str:
    return _(
        "Non è caricato nessun intervento di: %(editions)s. In quanti comuni agisca non è noto, e la differenza "
        "neppure: la mappa la lascia tratteggiata."
    ) % {"editions": "; ".join(dict.fromkeys(missing))}


def _edition(code: str) -> PlanEdition:
    found = editions().filter(code=code).first()
    if found is None:
        raise CannotCompare(_("Scegli due edizioni del piano: una di quelle nell'indirizzo non c'è."))
    return found


def _interventions(edition: PlanEdition) -> list[Intervention]:
    own = Intervention.objects.filter(axis__edition=edition, register=Intervention.Register.PLAN)
    return list(with_places_and_claims(own))


def _by_municipality(interventions: Sequence[Intervention]) -> Counter[str]:
    """How many interventions are placed in each municipality."""
    return Counter(code for one in interventions for code in _codes_of(one))


def _codes_of(one: Intervention) -> set[str]:
    return {place.municipality.istat_code for place in one.places.all() if place.municipality}


def _of(counts: Counter[str] | None, code: str) -> int | None:
    """Where an edition has interventions, a municipality without any has 0; where none is loaded it is not known."""
    return None if counts is None else counts[code]


def _edition_figures(
    loaded: Sequence[Completeness], own: Sequence[Sequence[Intervention]]
) -> tuple[Figure, ...]:
    first, second = loaded
    nowhere = [sum(not _codes_of(one) for one in side) if side else None for side in own]
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
        Figure(name=_("interventi senza un comune noto"), first=nowhere[0], second=nowhere[1]),
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


BUILDERS = {"piani": plan_editions}
