"""What the territory says about one municipality, and the list of all of them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum

from gisplan.territory.models import (
    AGES,
    Municipality,
    MunicipalityBoundary,
    Population,
    SnaiClass,
    TerritoryEdition,
    Zone,
    ZoneMembership,
)

SNAI_EDITION = "2020"
AGE_GROUPS = ((0, 14), (15, 64), (65, AGES - 1))


@dataclass(frozen=True)
class People:
    """Residents of a municipality on one date, by age group, with their source."""

    population: Population
    people: int
    people_0_14: int
    people_15_64: int
    people_65_plus: int


def latest_edition() -> TerritoryEdition | None:
    return TerritoryEdition.objects.order_by("-valid_from").first()


def latest_boundary(municipality: Municipality) -> MunicipalityBoundary | None:
    """The boundary of the latest edition that has the municipality."""
    return municipality.boundaries.order_by("-edition__valid_from").first()


def municipalities_in_territory(
    *, text: str = "", snai_letter: str = "", zone_number: int | None = None
) -> QuerySet[Municipality]:
    """The territory's municipalities with `people`, `snai_letter`, `zone_number` and `zone_name`.

    `text` is a part of the name or the beginning of the code.
    """
    latest = Population.objects.filter(municipality=OuterRef("pk")).order_by("-reference_date")
    letter = SnaiClass.objects.filter(municipality=OuterRef("pk"), snai_edition=SNAI_EDITION)
    zone = ZoneMembership.objects.filter(municipality=OuterRef("pk"), valid_to__isnull=True)
    found = Municipality.objects.filter(in_territory=True).annotate(
        people=Subquery(latest.values("people")[:1]),
        snai_letter=Subquery(letter.values("letter")[:1]),
        zone_number=Subquery(zone.values("zone__number")[:1]),
        zone_name=Subquery(zone.values("zone__name")[:1]),
    )
    if text:
        found = found.filter(Q(name__icontains=text) | Q(istat_code__startswith=text))
    if snai_letter:
        found = found.filter(snai_letter=snai_letter)
    return found if zone_number is None else found.filter(zone_number=zone_number)


def snai_classes_are_loaded() -> bool:
    return SnaiClass.objects.filter(municipality__in_territory=True, snai_edition=SNAI_EDITION).exists()


def people_in_territory() -> tuple[int, dt.date] | None:
    """Residents on the latest date, and that date; None where no population is loaded."""
    inside = Population.objects.filter(municipality__in_territory=True)
    by_date = inside.values_list("reference_date").annotate(total=Sum("people")).order_by("-reference_date")
    latest = by_date.first()
    return None if latest is None else (latest[1], latest[0])


def people_by_age(ages: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, int]]:
    """Of the territory, by ISTAT code on the latest date of each: `people`, and by each span of ages."""
    rows = Population.objects.filter(municipality__in_territory=True)
    latest = rows.order_by("municipality_id", "-reference_date").distinct("municipality_id")
    spans = {
        f"age_{name}": _between("females", *span) + _between("males", *span) for name, span in ages.items()
    }
    found = latest.annotate(**spans).values_list("municipality__istat_code", "people", *spans)
    return {code: dict(zip(("people", *ages), counts, strict=True)) for code, *counts in found}


def _between(column: str, first_age: int, last_age: int) -> Func:
    """Counted in the database: a hundred numbers for each municipality would travel for three."""
    years = f"[{first_age + 1}:{last_age + 1}]"
    template = f"(SELECT sum(n) FROM unnest((%(expressions)s){years}) AS n)"  # noqa: S608
    return Func(F(column), template=template, output_field=IntegerField())


def zone_of_municipalities() -> dict[str, Zone]:
    """ISTAT code -> the zone of today."""
    zones = {zone.pk: zone for zone in Zone.objects.all()}
    rows = ZoneMembership.objects.filter(valid_to__isnull=True)
    return {code: zones[pk] for code, pk in rows.values_list("municipality__istat_code", "zone_id")}


def people_of(municipality: Municipality) -> list[People]:
    """One row for each date, latest first."""
    populations = municipality.populations.select_related("edition", "source").order_by("-reference_date")
    return [
        People(population, population.people, *(population.people_between(*ages) for ages in AGE_GROUPS))
        for population in populations
    ]


def snai_class_of(municipality: Municipality) -> SnaiClass | None:
    return municipality.snai_classes.filter(snai_edition=SNAI_EDITION).select_related("source").first()


def zone_membership_of(municipality: Municipality) -> ZoneMembership | None:
    memberships = municipality.zone_memberships.select_related("zone", "source")
    return memberships.filter(valid_to__isnull=True).first()


def neighbours_of(municipality: Municipality) -> QuerySet[Municipality]:
    """Municipalities whose boundary touches this one's, in the latest edition that has it."""
    own = latest_boundary(municipality)
    if own is None:
        return Municipality.objects.none()
    touching = MunicipalityBoundary.objects.filter(edition=own.edition, geometry__intersects=own.geometry)
    return Municipality.objects.filter(boundaries__in=touching).exclude(pk=municipality.pk)


def municipalities_near(shape: GEOSGeometry, edition: TerritoryEdition) -> QuerySet[Municipality]:
    """Those that a map of the shape shows, the neighbours outside the territory too."""
    west, south, east, north = shape.extent
    margin = max(east - west, north - south) / 2
    window = Polygon.from_bbox((west - margin, south - margin, east + margin, north + margin))
    window.srid = shape.srid
    shown = MunicipalityBoundary.objects.filter(edition=edition, geometry__bboverlaps=window)
    return Municipality.objects.filter(boundaries__in=shown)
