"""Streets and catchments on paper: drawn where the sheet is near enough, at their place, as the page has them."""

from dataclasses import replace
from typing import Any

import pytest
import shapely
from django.test import Client

from gisplan.analysis.models import Band
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.territory.models import MunicipalityBoundary, Station
from gisplan.territory.profile import latest_edition
from gisplan.web import reach_layers
from gisplan.web.ground_layers import boundaries
from gisplan.web.layer_overviews import without_tiles
from gisplan.web.near_ground import street_sources, with_near_ground
from gisplan.web.street_ground import with_streets

from .conftest import COLLEGNO, COLLEGNO_STREETS, unavailable
from .test_view_exports import pdf_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
NEAR = (7.55, 45.06, 7.61, 45.10)  # Collegno
FAR = (6.5, 44.6, 8.3, 45.7)


def ground(bounds: Any, *layers: MapLayer) -> MapSpec:
    edition = latest_edition()
    assert edition is not None
    return MapSpec(title="Prova", layers=(boundaries(edition), *layers), bounds=bounds)


def drawn(spec: MapSpec, key: str) -> MapLayer | None:
    found = without_tiles(with_near_ground(spec))
    return next((layer for layer in found.layers if layer.key == key), None)


def shapes(layer: MapLayer) -> dict[int, Any]:
    return {one["properties"]["c"]: shapely.geometry.shape(one["geometry"]) for one in layer.located}


def test_catchments_are_the_joined_ones_of_the_database_and_only_from_near() -> None:
    edition = latest_edition()
    assert edition is not None
    bands = reach_layers.station_bands(edition)
    layer = drawn(ground(NEAR, *bands), "bands")
    assert layer is not None
    found = shapes(layer)
    assert sorted(found) == [0, 1, 2]
    place = Station.objects.get(code=COLLEGNO).location.transform(4326, clone=True)
    assert all(shape.contains(shapely.Point(place.x, place.y)) for shape in found.values())
    for minutes, shape in zip((5, 10, 15), (found[k] for k in range(3)), strict=True):
        for band in Band.objects.filter(minutes=minutes):
            own = shapely.from_wkb(bytes(band.geometry.transform(4326, clone=True).wkb))
            assert shape.intersection(own).area > 0.98 * own.area
    assert found[0].area < found[1].area < found[2].area
    assert drawn(ground(FAR, *bands), "bands") is None
    off = tuple(replace(one, visible=False) for one in bands)
    assert drawn(ground(NEAR, *off), "bands") is None


def test_streets_lie_in_their_municipality_and_their_file_is_a_source(client: Client) -> None:
    if not COLLEGNO_STREETS.exists():
        unavailable("the streets of Collegno are not in the shared data")
    spec = with_streets(ground(NEAR))
    layer = drawn(spec, "streets")
    assert layer is not None
    boundary = MunicipalityBoundary.objects.filter(municipality__istat_code="001090").latest(
        "edition__valid_from"
    )
    whole = shapely.from_wkb(bytes(boundary.geometry.transform(4326, clone=True).wkb))
    lines = list(shapes(layer).values())
    assert sum(line.intersection(whole).length for line in lines) > 1  # degrees: some hundred kilometres
    assert drawn(with_streets(ground(FAR)), "streets") is None
    assert street_sources([without_tiles(with_near_ground(spec))])[0].text == "Strade: collegno.graphml"
    sheet = pdf_text(client, "/comuni/001090/")[0]
    assert "Strade: collegno.graphml" in sheet
    assert "collegno.graphml" not in pdf_text(client, "/comuni/001090/", strati="boundaries")[0]
