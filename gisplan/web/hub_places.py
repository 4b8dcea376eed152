"""Places by name, for those who do not use the map: stations, and a point inside each municipality."""

from dataclasses import dataclass
from functools import lru_cache

import shapely
from django.utils.translation import gettext as _

from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.inputs import located_stations
from gisplan.territory.display import boundary_geometries, points
from gisplan.territory.models import Municipality, TerritoryEdition
from gisplan.territory.profile import latest_edition


@dataclass(frozen=True)
class NamedPlace:
    """A position in degrees, as the field of the page takes them, under a label in the reader's language."""

    name: str
    label: str
    lon: str
    lat: str


def named_places() -> list[NamedPlace]:
    """Stations first, then municipalities, each by name."""
    found = []
    for row, place in points(located_stations().order_by("name", "code")):
        if place is not None:
            found.append(_named(row.name, _("stazione"), *place["coordinates"]))
    edition = latest_edition()
    if edition is None:
        return found
    inside = municipality_points(edition)
    names = Municipality.objects.filter(in_territory=True).order_by("name").values_list("istat_code", "name")
    return [*found, *(_named(name, _("comune"), *inside[code]) for code, name in names if code in inside)]


def _named(name: str, kind: str, lon: float, lat: float) -> NamedPlace:
    return NamedPlace(name, f"{name} ({kind})", f"{lon:.5f}", f"{lat:.5f}")


def municipality_points(edition: TerritoryEdition) -> dict[str, tuple[float, float]]:
    """ISTAT code -> a point inside the municipality, in degrees; not its town hall."""
    return _inside(edition.pk, edition.input_digest)


@lru_cache(maxsize=4)
def _inside(edition_pk: int, digest: str) -> dict[str, tuple[float, float]]:
    shapes = boundary_geometries(TerritoryEdition(pk=edition_pk, input_digest=digest))
    found = {}
    for code, shape in shapes.items():
        inside = shapely.point_on_surface(shapely.geometry.shape(shape))
        found[code] = (inside.x, inside.y)
    return found


def place_named(written: str) -> NamedPlace:
    """By label or by name, whatever the case; of equal names the station; an unknown name is refused."""
    asked = written.strip().casefold()
    for place in named_places():
        if asked in (place.label.casefold(), place.name.casefold()):
            return place
    raise RequestRefused(
        f"Expected the name of a station or municipality, found {written!r}: choose one of the list.",
        field="place",
        found=written[:40],
    )
