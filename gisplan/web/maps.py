"""The maps of the pages: which layers, what they fit, on what they stand."""

from collections.abc import Sequence

from django.templatetags.static import static
from django.utils.translation import gettext as _

from gisplan.analysis.models import Band
from gisplan.maps.folium_map import MapParts, build_map
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.territory.models import Municipality, Station, TerritoryEdition
from gisplan.territory.profile import current_edition, municipalities_in_territory, neighbours_of
from gisplan.web import map_layers
from gisplan.web.map_layers import lang

ASSETS = {
    "leaflet.css": "vendor/leaflet/leaflet.css",
    "leaflet.js": "vendor/leaflet/leaflet.js",
    "map.css": "maps/map.css",
    "map.js": "maps/map.js",
}


def page_map(spec: MapSpec | None) -> MapParts | None:
    """The parts of a map for a page, with the addresses of the served assets."""
    if spec is None:
        return None
    return build_map(spec, {name: static(path) for name, path in ASSETS.items()})


def ground(edition: TerritoryEdition) -> MapLayer:
    return map_layers.boundaries(edition, municipalities_in_territory())


def attribution(edition: TerritoryEdition) -> str:
    return _("Confini: %(source)s") % {"source": edition.source.publisher}


def home_map(interventions: Sequence[MapLayer]) -> MapSpec | None:
    """The territory and, axis by axis, the interventions that are located."""
    edition = current_edition()
    if edition is None:
        return None
    return MapSpec(
        title=_("Il territorio e gli interventi"),
        layers=(ground(edition), *interventions),
        lang=lang(),
        fit=("boundaries",),
        attribution=attribution(edition),
    )


def municipality_map(municipality: Municipality, layers: Sequence[MapLayer]) -> MapSpec | None:
    """One municipality among its neighbours, with the places in it."""
    edition = current_edition()
    if edition is None:
        return None
    near = municipalities_in_territory().filter(pk__in=[row.pk for row in neighbours_of(municipality)])
    return MapSpec(
        title=municipality.name,
        layers=(map_layers.boundaries(edition, near), map_layers.focus(edition, municipality), *layers),
        lang=lang(),
        fit=("municipality",),
        attribution=attribution(edition),
    )


def station_map(station: Station, bands: Sequence[Band]) -> MapSpec | None:
    """The catchment of one station upon the municipalities around it."""
    edition = current_edition()
    if edition is None or station.location is None:
        return None
    point = map_layers.stations(Station.objects.filter(pk=station.pk))
    layers = (ground(edition), map_layers.bands(bands), point) if bands else (ground(edition), point)
    return MapSpec(
        title=_("Bacino della stazione di %(station)s") % {"station": station.name},
        layers=layers,
        lang=lang(),
        fit=("bands",) if bands else ("stations",),
        attribution=attribution(edition),
    )
