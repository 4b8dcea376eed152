"""The figures of two municipalities or zones, line by line."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from gisplan.plan.models import Intervention
from gisplan.plan.queries import default_edition, with_places_and_claims
from gisplan.territory.models import HealthSite, Hospital, Municipality, Place, School, Station, Zone
from gisplan.territory.profile import (
    latest_boundary,
    municipalities_in_territory,
    people_of,
    snai_class_of,
    zone_membership_of,
)
from gisplan.territory.queries import count_or_unknown, coverage_of, nearest_station, register_counts
from gisplan.web.comparison import Figure
from gisplan.web.indicators import Figures, indicators_of

FigureRow = tuple[str, object, int]


def municipality_figures(one: Municipality, interventions: int | None) -> list[FigureRow]:
    people, boundary = people_of(one), latest_boundary(one)
    newest = people[0] if people else None
    snai, zone, nearest = snai_class_of(one), zone_membership_of(one), nearest_station(one)
    counts = [
        (str(row.kind_label).capitalize(), row.count, 0)
        for row in register_counts(one)
        if row.coverage or row.count is not None
    ]
    return [
        (_("Residenti"), newest.people if newest else None, 0),
        ("0–14", newest.people_0_14 if newest else None, 0),
        (_("65 e oltre"), newest.people_65_plus if newest else None, 0),
        (_("Superficie (km²)"), boundary.area_km2 if boundary else None, 1),
        (_("Altitudine (m)"), one.altitude_m, 0),
        (_("Classe SNAI 2020"), f"{snai.letter} {snai.get_letter_display()}" if snai else None, 0),
        (_("Zona omogenea"), str(zone.zone) if zone else None, 0),
        (_("Interventi del piano caricati"), interventions, 0),
        (
            _("Distanza in linea d'aria (km) dalla stazione più vicina"),
            nearest.distance_km if nearest else None,
            1,
        ),
        *counts,
    ]


def zone_figures(zone: Zone, codes: Sequence[str]) -> list[FigureRow]:
    rows = list(municipalities_in_territory(zone_number=zone.number))
    known = [row.people for row in rows if row.people is not None]  # type: ignore[attr-defined]
    edition = default_edition()
    here = interventions_in(codes) if edition else None
    classified = all(row.snai_letter for row in rows)  # type: ignore[attr-defined]
    inner = [row for row in rows if (row.snai_letter or "") in ("D", "E", "F")]  # type: ignore[attr-defined]
    return [
        (_("Comuni"), len(rows), 0),
        (_("Residenti"), sum(known) if len(known) == len(rows) else None, 0),
        (_("Comuni di area interna (classi D, E, F)"), len(inner) if classified else None, 0),
        (_("Interventi del piano caricati"), None if here is None else len(here), 0),
        (_("Stazioni nel registro"), _count("stations", Station, codes), 0),
        (_("Scuole nel registro"), _count("schools", School, codes), 0),
        (_("Ospedali nel registro"), _count("hospitals", Hospital, codes), 0),
        (_("Sedi sanitarie nel registro"), _count("health_sites", HealthSite, codes), 0),
    ]


def _count(register: str, model: type[Place], codes: Sequence[str]) -> int | None:
    """None found is not known where the register does not claim to be complete."""
    found = model._default_manager.filter(municipality__istat_code__in=codes).count()
    return count_or_unknown(found, coverage_of(register))


def interventions_in(codes: Sequence[str]) -> list[Intervention]:
    own = Intervention.objects.filter(
        axis__edition=default_edition(),
        register=Intervention.Register.PLAN,
        places__municipality__istat_code__in=codes,
    ).distinct()
    return list(with_places_and_claims(own))


def rate_figures(known: Figures, place: str, kind: str) -> list[FigureRow]:
    """The rates that places of this kind can be compared by; minutes only where they were chosen."""
    return [
        (str(one.name), known.value(one, place), one.decimals)
        for one in indicators_of(kind)
        if one.key in known.rates
    ]


def paired(sides: Sequence[Sequence[FigureRow]]) -> tuple[Figure, ...]:
    """Line by line; what only one side tells stays beside a gap."""
    values = [{name: value for name, value, _decimals in side} for side in sides]
    decimals = {name: places for side in sides for name, _value, places in side}
    return tuple(
        Figure(
            name=name,
            first=_rounded(values[0].get(name), places),
            second=_rounded(values[1].get(name), places),
            decimals=places,
        )
        for name, places in decimals.items()
    )


def _rounded(value: object, decimals: int) -> object:
    return round(value, decimals) if isinstance(value, float) else value
