"""Hectares of an axis's imported layers by zone: cut at the municipalities, with what lies in no zone apart."""

import json
from pathlib import Path

import pytest
import shapely
from pyproj import Transformer

from gisplan.plan.axis_areas import areas_by_zone
from gisplan.plan.models import Axis, AxisLayer, PlanEdition
from gisplan.territory.models import Municipality, MunicipalityBoundary, Source, Zone, ZoneMembership
from layers.importing import import_layer
from layers.models import Layer

pytestmark = pytest.mark.django_db
TO_DEGREES = Transformer.from_crs(32632, 4326, always_xy=True)


def squares(count: int) -> list[tuple[Municipality, tuple[float, float, float, float]]]:
    """Municipalities of 1 km², their west, south, east and north in metres."""
    rows = MunicipalityBoundary.objects.filter(municipality__in_territory=True).order_by(
        "municipality__istat_code"
    )
    return [(row.municipality, row.geometry.extent) for row in rows[:count]]


def layer_of(folder: Path, name: str, *boxes: tuple[float, float, float, float]) -> Layer:
    features = []
    for box in boxes:
        shape = shapely.transform(shapely.box(*box), TO_DEGREES.transform, interleaved=False)
        features.append(
            {"type": "Feature", "properties": {"n": 1}, "geometry": json.loads(shapely.to_geojson(shape))}
        )
    path = folder / f"{name}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    import_layer(path, name=name)
    layer = Layer.objects.get(name=name)
    Layer.objects.filter(pk=layer.pk).update(is_public=True)
    return layer


def test_an_area_is_cut_at_the_municipalities_and_given_to_their_zones(
    edition: PlanEdition, tmp_path: Path
) -> None:
    (first, one), (second, two) = squares(2)
    source = Source.objects.create(code="zones", title="Zone", publisher="P", licence="L")
    zone = Zone.objects.create(number=91, name="Prima", source=source)
    ZoneMembership.objects.filter(municipality__in=[first, second]).delete()
    ZoneMembership.objects.create(municipality=first, zone=zone, provisional=True, source=source)
    middle = (one[0] + one[2]) / 2
    east_half_and_beyond = (middle, one[1], one[2] + 300, one[3])
    tenth_of_the_second = (two[0], two[1], two[0] + 100, two[3])
    layer = layer_of(tmp_path, "parchi", east_half_and_beyond, tenth_of_the_second)
    axis = Axis.objects.get(edition=edition, code="2")
    AxisLayer.objects.create(axis=axis, layer=layer)
    (found,) = areas_by_zone(axis)
    assert found.features == 2
    assert found.hectares == {91: pytest.approx(50, abs=0.05), None: pytest.approx(10, abs=0.05)}
    Layer.objects.filter(pk=layer.pk).update(is_public=False)
    assert areas_by_zone(axis) == []


def test_a_new_version_of_the_layer_is_measured_anew(edition: PlanEdition, tmp_path: Path) -> None:
    ((_first, box),) = squares(1)
    whole, quarter = box, (box[0], box[1], (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    axis = Axis.objects.get(edition=edition, code="2")
    AxisLayer.objects.create(axis=axis, layer=layer_of(tmp_path, "boschi", whole))
    assert sum((areas_by_zone(axis)[0].hectares or {}).values()) == pytest.approx(100, abs=0.1)
    layer_of(tmp_path, "boschi", quarter)
    assert sum((areas_by_zone(axis)[0].hectares or {}).values()) == pytest.approx(25, abs=0.1)
