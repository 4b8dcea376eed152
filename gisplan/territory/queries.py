"""Questions to the territory's registers; where a register is not complete, none found means not known."""

from dataclasses import dataclass
from typing import TypeVar

from django.contrib.gis.db.models.functions import Distance, PointOnSurface
from django.contrib.gis.geos import Point
from django.db.models import Count, Q, QuerySet, TextChoices

from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    Place,
    RegisterCoverage,
    School,
    Station,
)

P = TypeVar("P", bound=Place)
#: Register -> its places, and the field and the words that tell their kinds apart.
REGISTERS: dict[str, tuple[type[Place], str, type[TextChoices]]] = {
    "stations": (Station, "kind", Station.Kind),
    "hospitals": (Hospital, "kind", Hospital.Kind),
    "health_sites": (HealthSite, "kind", HealthSite.Kind),
    "schools": (School, "level", School.Level),
}


@dataclass(frozen=True)
class NearestStation:
    """Straight line from a point on the municipality's surface, not the way on foot."""

    station: Station
    distance_km: float


@dataclass(frozen=True)
class RegisterCount:
    """Places of one kind; `count` is None where none was found and the register is not complete."""

    register: str
    kind: str
    kind_label: str
    count: int | None
    coverage: RegisterCoverage | None

    @property
    def is_complete(self) -> bool:
        """Where not, a count means 'at least'."""
        return self.coverage is not None and self.coverage.complete


def in_territory(model: type[P]) -> QuerySet[P]:
    """The places of the running territory, without the margin's."""
    return model._default_manager.filter(municipality__in_territory=True)


def loaded_provinces() -> dict[str, str]:
    """Code -> name of the provinces that the database holds as its territory."""
    inside = Municipality.objects.filter(in_territory=True).order_by("province_code")
    return dict(inside.values_list("province_code", "province_name").distinct())


def not_located(model: type[P]) -> QuerySet[P]:
    """Places of the territory that no walking measure can use: listed and counted apart."""
    return in_territory(model).filter(location__isnull=True)


def nearest_station(
    municipality: Municipality, kind: Station.Kind = Station.Kind.RAIL
) -> NearestStation | None:
    """The station of that kind nearest to the municipality, on either side of the territory's border."""
    centre = (
        municipality.boundaries.annotate(centre=PointOnSurface("geometry"))
        .order_by("-edition__valid_from")
        .values_list("centre", flat=True)
        .first()
    )
    return None if centre is None else nearest_station_to(centre, kind)


def nearest_station_to(point: Point, kind: Station.Kind = Station.Kind.RAIL) -> NearestStation | None:
    known = Station.objects.filter(kind=kind, location__isnull=False, municipality__boundaries__isnull=False)
    station = (
        known.annotate(straight_line=Distance("location", point)).order_by("straight_line", "code").first()
    )
    return None if station is None else NearestStation(station, station.straight_line.km)


def coverage_of(
    register: str, kind: str = "", municipality: Municipality | None = None
) -> RegisterCoverage | None:
    """What the register states of a kind, there or everywhere; of all kinds, the first incomplete statement."""
    stated = _stated_for(municipality).filter(register=register)
    if not kind:
        return stated.order_by("complete", "kind").first()
    return stated.filter(Q(kind=kind) | Q(kind="")).order_by("-kind").first()


def _stated_for(municipality: Municipality | None) -> QuerySet[RegisterCoverage]:
    everywhere = Q(municipalities__isnull=True)
    here = everywhere if municipality is None else everywhere | Q(municipalities=municipality)
    return RegisterCoverage.objects.filter(here).select_related("source")


def count_or_unknown(found: int, coverage: RegisterCoverage | None) -> int | None:
    """None means not known: nothing was found, and the register does not claim to hold everything."""
    return found if found or (coverage is not None and coverage.complete) else None


def coverages_by_kind(municipality: Municipality) -> dict[tuple[str, str], RegisterCoverage]:
    """What each register states of each kind ("" all kinds) that holds there."""
    return {(row.register, row.kind): row for row in _stated_for(municipality)}


def register_counts(municipality: Municipality) -> list[RegisterCount]:
    """For every register and kind, what is known in the municipality; one query a register."""
    stated = coverages_by_kind(municipality)
    counts = []
    for register, (model, field, kinds) in REGISTERS.items():
        here = model._default_manager.filter(municipality=municipality).order_by(field)
        found = dict(here.values_list(field).annotate(Count("pk")))
        for kind, label in kinds.choices:
            coverage = stated.get((register, kind), stated.get((register, "")))
            count = count_or_unknown(found.get(kind, 0), coverage)
            counts.append(RegisterCount(register, kind, str(label), count, coverage))
    return counts
