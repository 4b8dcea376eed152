"""The map of a coverage: the municipalities by status, the services upon them."""

from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from gisplan.analysis.coverage import ServiceCoverage
from gisplan.maps import palettes
from gisplan.maps.choropleth import CLASS_FIELD, classified, ramp_classes
from gisplan.maps.classes import fixed
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.territory.display import DECIMALS, boundary_geometries, territory_bounds
from gisplan.territory.models import TerritoryEdition
from gisplan.territory.profile import latest_edition
from gisplan.web import maps
from gisplan.web.column_names import VALUES
from gisplan.web.features import collection, feature, lang, palette_classes
from gisplan.web.shapes import shapes_url
from layers import crs

#: A map of more points than these says nothing.
DRAWN_SERVICES = 500
PARTS_OF_THRESHOLD = (0.5, 1, 1.5, 2)


def coverage_map(found: ServiceCoverage, title: str, *, by_minutes: bool = False) -> MapSpec | None:
    edition = latest_edition()
    if edition is None:
        return None
    shapes = boundary_geometries(edition)
    data = collection(feature(shapes.get(row.istat_code), **_properties(row)) for row in found.municipalities)
    minutes = found.request.minutes
    ground = _by_minutes(data, edition, threshold_min=minutes) if by_minutes else _by_status(data, edition)
    services = _services(found)
    return MapSpec(
        title=title,
        layers=(ground, services) if services.features else (ground,),
        lang=lang(),
        key="coverage",
        bounds=territory_bounds(edition),
        attribution=maps.attribution(edition),
    )


def _by_status(data: dict[str, Any], edition: TerritoryEdition) -> MapLayer:
    return MapLayer(
        key="coverage",
        title=_("Comuni per copertura"),
        data=data,
        style=palettes.NO_DATA.style,
        classes=palette_classes(palettes.COVERAGE),
        class_field="status",
        popup=_popup(),
        link_field="url",
        shapes_url=shapes_url(edition),
    )


def _by_minutes(data: dict[str, Any], edition: TerritoryEdition, *, threshold_min: int) -> MapLayer:
    """The threshold is one of the limits: what lies within it is in the two lightest classes."""
    classes = fixed([threshold_min * part for part in PARTS_OF_THRESHOLD])
    return MapLayer(
        key="coverage",
        title=_("Minuti dal servizio più vicino"),
        data=classified(data, "minutes", classes),
        style=palettes.NO_DATA.style,
        classes=ramp_classes(classes, unit="min", decimals=1, lang=lang()),
        class_field=CLASS_FIELD,
        popup=_popup(),
        link_field="url",
        shapes_url=shapes_url(edition),
    )


def _popup() -> tuple[tuple[str, str], ...]:
    return (
        ("status_label", _("Copertura")),
        ("share", _("Persone coperte (%)")),
        ("nearest", _("Servizio più vicino")),
        ("minutes", _("Minuti")),
        ("method", _("Metodo")),
    )


def _properties(row: Any) -> dict[str, Any]:
    return {
        "id": row.istat_code,
        "name": row.municipality,
        "url": reverse("municipality", args=[row.istat_code]),
        "status": row.status,
        "status_label": palettes.COVERAGE[row.status].label(lang()),
        "share": round(100 * row.covered / row.people, 1) if row.people else None,
        "nearest": row.nearest_service,
        "minutes": None if row.minutes is None else round(row.minutes, 1),
        "method": str(VALUES.get(row.method, row.method)) if row.method else None,
    }


def _services(found: ServiceCoverage) -> MapLayer:
    """Those with a position; the others, and what is too much to draw, are told in the note."""
    services = found.services
    at = np.flatnonzero(services.measurable)
    drawn = at[:DRAWN_SERVICES]
    places = _in_degrees(shapely.points(services.points_m[drawn])) if len(drawn) else []
    apart = len(services) + services.nowhere - len(drawn)
    return MapLayer(
        key="services",
        title=_("Servizi"),
        data=collection(
            feature(
                {"type": "Point", "coordinates": place},
                id=f"{services.codes[k]}-{k}",
                name=services.names[k],
                municipality=services.municipalities[k],
            )
            for k, place in zip(drawn.tolist(), places, strict=True)
        ),
        style=palettes.PLACES[_mark_of(services.name)].style,
        popup=(("municipality", _("Codice del comune")),),
        note=_("%(count)s servizi non hanno un punto sulla mappa.") % {"count": apart} if apart else "",
    )


def _in_degrees(points: Any) -> list[Any]:
    moved = crs.transform(np.asarray(points), settings.STORED_SRID, crs.WGS84).geometries
    return list(np.round(shapely.get_coordinates(moved), DECIMALS).tolist())


def _mark_of(name: str) -> str:
    register = name.partition(":")[0]
    marks = {
        "stations": "station",
        "schools": "school",
        "hospitals": "hospital",
        "health_sites": "health_site",
    }
    return marks.get(register, "intervention")
