"""Two municipalities or two homogeneous zones side by side, at one scale."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.maps import palettes
from gisplan.maps.spec import MapSpec
from gisplan.plan.models import Intervention
from gisplan.plan.queries import default_edition, interventions_of_municipality, with_places_and_claims
from gisplan.territory.display import boundary_geometries
from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    MunicipalityBoundary,
    School,
    Station,
    Zone,
)
from gisplan.territory.profile import (
    latest_boundary,
    latest_edition,
    municipalities_in_territory,
    people_of,
    snai_class_of,
    zone_membership_of,
)
from gisplan.territory.queries import nearest_station, register_counts
from gisplan.web import maps
from gisplan.web.comparison import (
    DIFFERENCE,
    FIRST,
    SECOND,
    CannotCompare,
    Comparison,
    Figure,
    Side,
    on_ground,
    with_key,
)
from gisplan.web.features import collection, feature
from gisplan.web.ground_layers import boundaries
from gisplan.web.plan_layers import interventions_by_axis

_SECOND_STYLE = replace(palettes.FOCUS.style, fill="#bfe3d0", dash="6 3")


def municipalities(first: str, second: str) -> Comparison:
    """By ISTAT codes."""
    found = [_municipality(code) for code in (first, second)]
    sides = [
        Side(one.name, reverse("municipality", args=[one.istat_code]), with_key(_map_of(one), key))
        for one, key in zip(found, (FIRST, SECOND), strict=True)
    ]
    figures = _paired([_figures_of(one) for one in found])
    return _comparison(sides, figures, ([found[0].istat_code], [found[1].istat_code]))


def _municipality(code: str) -> Municipality:
    found = Municipality.objects.filter(istat_code=code, in_territory=True).first()
    if found is None:
        raise CannotCompare(_("Scegli due comuni del territorio: uno di quelli nell'indirizzo non c'è."))
    return found


def _map_of(one: Municipality) -> MapSpec:
    interventions = interventions_of_municipality(one, edition=default_edition()).here
    spec = maps.municipality_map(one, interventions)
    if spec is None:
        raise CannotCompare(_("Senza confini caricati non c'è una mappa da mostrare."))
    return spec


def _figures_of(one: Municipality) -> list[tuple[str, object, int]]:
    people, boundary = people_of(one), latest_boundary(one)
    newest = people[0] if people else None
    snai, zone, nearest = snai_class_of(one), zone_membership_of(one), nearest_station(one)
    edition = default_edition()
    here = interventions_of_municipality(one, edition=edition).here if edition else None
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
        (_("Interventi del piano caricati"), None if here is None else len(here), 0),
        (
            _("Distanza in linea d'aria (km) dalla stazione più vicina"),
            nearest.distance_km if nearest else None,
            1,
        ),
        *counts,
    ]


def zones(first: str, second: str) -> Comparison:
    """By their numbers."""
    found = [_zone(number) for number in (first, second)]
    codes = [list(_members(zone)) for zone in found]
    sides = [
        Side(
            f"{_('Zona')} {zone}",
            f"{reverse('municipalities')}?zona={zone.number}",
            _zone_map(zone, key, own),
        )
        for zone, key, own in zip(found, (FIRST, SECOND), codes, strict=True)
    ]
    return _comparison(
        sides,
        _paired([_zone_figures(zone, own) for zone, own in zip(found, codes, strict=True)]),
        (codes[0], codes[1]),
    )


def _zone(number: str) -> Zone:
    found = Zone.objects.filter(number=int(number)).first() if number.isascii() and number.isdigit() else None
    if found is None:
        raise CannotCompare(_("Scegli due zone omogenee: una di quelle nell'indirizzo non c'è."))
    return found


def _members(zone: Zone) -> list[str]:
    return list(municipalities_in_territory(zone_number=zone.number).values_list("istat_code", flat=True))


def _zone_figures(zone: Zone, codes: Sequence[str]) -> list[tuple[str, object, int]]:
    rows = list(municipalities_in_territory(zone_number=zone.number))
    known = [row.people for row in rows if row.people is not None]  # type: ignore[attr-defined]
    edition = default_edition()
    here = _interventions(codes) if edition else None
    inner = [row for row in rows if (row.snai_letter or "") in ("D", "E", "F")]  # type: ignore[attr-defined]
    inside = {"municipality__istat_code__in": codes}
    return [
        (_("Comuni"), len(rows), 0),
        (_("Residenti"), sum(known) if len(known) == len(rows) else None, 0),
        (_("Comuni di area interna (classi D, E, F)"), len(inner), 0),
        (_("Interventi del piano caricati"), None if here is None else len(here), 0),
        (_("Stazioni nel registro"), Station.objects.filter(**inside).count(), 0),
        (_("Scuole nel registro"), School.objects.filter(**inside).count(), 0),
        (_("Ospedali nel registro"), Hospital.objects.filter(**inside).count(), 0),
        (_("Sedi sanitarie nel registro"), HealthSite.objects.filter(**inside).count(), 0),
    ]


def _interventions(codes: Sequence[str]) -> list[Intervention]:
    own = Intervention.objects.filter(
        axis__edition=default_edition(),
        register=Intervention.Register.PLAN,
        places__municipality__istat_code__in=codes,
    ).distinct()
    return list(with_places_and_claims(own))


def _zone_map(zone: Zone, key: str, codes: Sequence[str]) -> MapSpec:
    edition = latest_edition()
    if edition is None:
        raise CannotCompare(_("Senza confini caricati non c'è una mappa da mostrare."))
    shapes = boundary_geometries(edition)
    names = dict(Municipality.objects.filter(istat_code__in=codes).values_list("istat_code", "name"))
    chosen = replace(
        boundaries(edition),
        key="zone",
        title=str(zone),
        data=collection(feature(shapes.get(code), id=code, name=names[code]) for code in codes),
        style=palettes.FOCUS.style,
        link_field="",
        shapes_url="",
        stamp="",
    )
    box = MunicipalityBoundary.objects.filter(edition=edition, municipality__istat_code__in=codes).aggregate(
        box=Extent(Transform("geometry", 4326))
    )["box"]
    spec = on_ground(key, str(zone), edition, [chosen, *interventions_by_axis(_interventions(codes))])
    return replace(spec, bounds=tuple(box)) if box else spec


def _paired(sides: Sequence[list[tuple[str, object, int]]]) -> tuple[Figure, ...]:
    """Line by line; what only one side tells stays beside a gap."""
    second = {name: value for name, value, _decimals in sides[1]}
    return tuple(
        Figure(
            name=name,
            first=_rounded(value, decimals),
            second=_rounded(second.get(name), decimals),
            decimals=decimals,
        )
        for name, value, decimals in sides[0]
    )


def _rounded(value: object, decimals: int) -> object:
    return round(value, decimals) if isinstance(value, float) else value


def _comparison(
    sides: Sequence[Side], figures: tuple[Figure, ...], codes: tuple[Sequence[str], Sequence[str]]
) -> Comparison:
    """Here the third map shows where the two lie."""
    edition = latest_edition()
    where = None
    if edition is not None:
        shapes = boundary_geometries(edition)
        styles = (palettes.FOCUS.style, _SECOND_STYLE)
        layers = [
            replace(
                boundaries(edition),
                key=f"side-{key}",
                title=side.name,
                data=collection(feature(shapes.get(code), id=code, name=side.name) for code in own),
                style=style,
                link_field="",
                shapes_url="",
                stamp="",
            )
            for side, own, style, key in zip(sides, codes, styles, (FIRST, SECOND), strict=True)
        ]
        where = on_ground(DIFFERENCE, _("Dove si trovano"), edition, layers)
    return Comparison(first=sides[0], second=sides[1], figures=figures, difference=where, shared_view=False)


BUILDERS: dict[str, Callable[[str, str], Comparison]] = {"comuni": municipalities, "zone": zones}
