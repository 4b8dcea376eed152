"""The maps of the pages: which layers, what they fit, on what they stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import gettext as _

from gisplan.analysis.models import Band
from gisplan.analysis.queries import bands_within
from gisplan.maps.folium_map import MapParts, build_map
from gisplan.maps.spec import MapLayer, MapSpec, Source, TileServer
from gisplan.plan.axes_acting import ActingThere
from gisplan.plan.dates import as_of_in_words
from gisplan.plan.models import Axis, Intervention
from gisplan.plan.queries import completeness
from gisplan.territory.display import screen_bounds, territory_bounds
from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    MunicipalityBoundary,
    Station,
    TerritoryEdition,
)
from gisplan.territory.models import Source as SourceRow
from gisplan.territory.profile import (
    latest_boundary,
    latest_edition,
    municipalities_in_territory,
    municipalities_near,
)
from gisplan.web import ground_layers, place_layers, plan_layers
from gisplan.web.axes import axis_name
from gisplan.web.axis_ground import axis_ground, caption
from gisplan.web.cited_runs import citation
from gisplan.web.coverage import Coverage, coverages_of
from gisplan.web.features import lang
from gisplan.web.home_ground import acting_layer, acting_says
from gisplan.web.kept import data_stamp, kept
from gisplan.web.street_ground import with_streets

AROUND_M = 1500  # what the map of a station shows where no catchment was computed
ASSETS = {
    "leaflet.css": "vendor/leaflet/leaflet.css",
    "leaflet.js": "vendor/leaflet/leaflet.js",
    "map.css": "maps/map.css",
    "map.js": "maps/map.js",
    "tiles.js": "maps/tiles.js",
    "leaflet.markercluster.js": "vendor/leaflet.markercluster/leaflet.markercluster.js",
    "clusters.js": "maps/clusters.js",
}


@dataclass(frozen=True)
class PageMap(MapParts):
    """The parts of a map, and what they were made from, for print and files."""

    spec: MapSpec


def page_map(spec: MapSpec | None) -> PageMap | None:
    """The parts of a map for a page, with the addresses of the served assets."""
    if spec is None:
        return None
    parts = build_map(
        _over_pictures(with_streets(spec)), {name: static(path) for name, path in ASSETS.items()}
    )
    return PageMap(**vars(parts), spec=spec)


def _over_pictures(spec: MapSpec) -> MapSpec:
    """Upon the tile server of the settings, where there is one; the ground then lets it be seen."""
    if not settings.TILE_SERVER:
        return spec
    layers = tuple(
        layer
        if layer.listed
        else replace(layer, style=replace(layer.style, fill_opacity=min(0.1, layer.style.fill_opacity)))
        for layer in spec.layers
    )
    server = TileServer(url=settings.TILE_SERVER, attribution_html=settings.TILE_ATTRIBUTION)
    return replace(spec, layers=layers, tiles=server)


def attribution(edition: TerritoryEdition) -> str:
    return _("Confini: %(source)s") % {"source": edition.source.publisher}


@dataclass(frozen=True)
class Unplaced:
    """The features of a layer that have no position, by their properties: listed under the map."""

    title: str
    features: list[dict[str, Any]]
    word: str = ""  # of the address where an editor places them


#: Layer -> that word.
WORDS = {"stations": "stazione", "hospitals": "ospedale", "health-sites": "sede-sanitaria"}


def unplaced(spec: MapSpec | None) -> list[Unplaced]:
    layers = spec.layers if spec else ()
    missing = [
        Unplaced(
            layer.title,
            [one["properties"] for one in layer.features if not one["geometry"]],
            WORDS.get(layer.key, ""),
        )
        for layer in layers
        if layer.listed
    ]
    return [layer for layer in missing if layer.features]


def home_map(
    interventions: Sequence[Intervention], acting: Mapping[str, ActingThere] | None = None
) -> MapSpec | None:
    """The territory by how many axes act there, where any does, and the interventions that are located."""
    edition = latest_edition()
    if edition is None:
        return None
    ground = (
        acting_layer(acting, municipalities_in_territory(), edition)
        if acting
        else ground_layers.boundaries(edition)
    )
    return MapSpec(
        title=_("Il territorio e gli interventi"),
        caption=acting_says() if acting else "",
        layers=(ground, *plan_layers.interventions_by_axis(interventions)),
        lang=lang(),
        bounds=territory_bounds(edition),
        attribution=attribution(edition),
    )


def municipality_map(municipality: Municipality, interventions: Sequence[Intervention]) -> MapSpec | None:
    """One municipality among its neighbours, with the places in it and what the plan does there."""
    edition = latest_edition()
    if edition is None:
        return None
    boundary = latest_boundary(municipality)
    stamp, key = data_stamp().of("territory", "analysis"), ("places in", municipality.pk)
    ground, cited = kept(stamp, key, lambda: _places_in(municipality, edition, boundary))
    layers = [
        replace(layer, note=citation(cited)) if layer.key == "stations" else layer for layer in ground
    ] + plan_layers.interventions_by_axis(interventions)
    return MapSpec(
        title=municipality.name,
        layers=tuple(layer for layer in layers if layer.features),
        lang=lang(),
        bounds=screen_bounds(boundary.geometry) if boundary else None,
        attribution=attribution(edition),
    )


def _places_in(
    municipality: Municipality, edition: TerritoryEdition, boundary: MunicipalityBoundary | None
) -> tuple[list[MapLayer], list[Band]]:
    """The municipality, its neighbours and places; and the bands that the stations tell of."""
    near = municipalities_near(boundary.geometry, edition) if boundary else []
    here = {"municipality": municipality}
    bands = bands_within(10)
    return [
        *ground_layers.around(edition, near, chosen=municipality),
        place_layers.stations(Station.objects.filter(**here), bands=bands),
        place_layers.hospitals(Hospital.objects.filter(**here)),
        place_layers.health_sites(HealthSite.objects.filter(**here)),
    ], list(bands.values())


def station_map(station: Station, bands: Sequence[Band]) -> MapSpec | None:
    """The catchment of one station upon the municipalities around it."""
    edition = latest_edition()
    if edition is None or station.location is None:
        return None
    largest = (
        max(bands, key=lambda band: band.minutes).geometry if bands else station.location.buffer(AROUND_M)
    )
    layers = ground_layers.around(edition, municipalities_near(largest, edition))
    if bands:
        layers.append(place_layers.bands(bands))
    layers.append(place_layers.stations(Station.objects.filter(pk=station.pk)))
    return MapSpec(
        title=_("Bacino della stazione di %(station)s") % {"station": station.name},
        layers=tuple(layers),
        lang=lang(),
        bounds=screen_bounds(largest),
        attribution=attribution(edition),
    )


#: The registers of places that the map of an axis shows, and whose coverage its page states.
REGISTERS_OF_AXIS: dict[str, tuple[str, ...]] = {
    "3": ("stations",),
    "4": ("schools",),
    "6": ("hospitals", "health_sites"),
}


def axis_map(
    axis: Axis,
    interventions: Sequence[Intervention],
    *,
    above_ground: Sequence[MapLayer] = (),
    until_year: int | None = None,
    shown: frozenset[str] | None = None,
    bounds: tuple[float, float, float, float] | None = None,
) -> MapSpec | None:
    """The ground that the axis asks about, its places, its imported layers and its interventions.

    `shown`: the layers that are switched on; None leaves each as it is made. `bounds`: else the territory.
    """
    edition = latest_edition()
    if edition is None:
        return None
    ground = axis_ground(axis, edition)
    stated = coverages_of(REGISTERS_OF_AXIS.get(axis.code, ()))
    layers = [
        *ground.areas,
        *above_ground,
        *ground.places,
        *plan_layers.imported(axis),
        *plan_layers.interventions_by_axis(interventions, until_year=until_year),
    ]
    if shown is not None:
        layers = [replace(layer, visible=layer.key in shown) for layer in layers]
    return MapSpec(
        title=_("Asse %(code)s. %(title)s") % {"code": axis.code, "title": axis.title or axis_name(axis)},
        layers=tuple(layers),
        lang=lang(),
        bounds=bounds or territory_bounds(edition),
        attribution=attribution(edition),
        notice=_stands_on(axis, stated),
        caption=caption(ground, layers),
        sources=_sources(axis, edition, stated),
    )


def _stands_on(axis: Axis, coverages: Sequence[Coverage]) -> str:
    stated = [coverage.statement for coverage in coverages]
    return ". ".join([completeness(axis.edition).statement, " ".join(stated)]).strip(" .") + "."


def _sources(axis: Axis, edition: TerritoryEdition, coverages: Sequence[Coverage]) -> tuple[Source, ...]:
    """The boundaries' source, those of the registers that the map shows, and the plan's."""
    registers = [coverage.row.source for coverage in coverages]
    return (Source(axis.edition.title), *named_sources([edition.source, *registers]))


def named_sources(rows: Iterable[SourceRow]) -> tuple[Source, ...]:
    """Sources as print and files write them, each once."""
    return tuple(source_of(row) for row in dict.fromkeys(rows))


def source_of(row: SourceRow) -> Source:
    return Source(f"{row.title}, {row.publisher}, {as_of_in_words(row.reference_date)}", licence=row.licence)
