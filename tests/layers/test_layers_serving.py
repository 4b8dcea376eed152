from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from django.core.exceptions import ValidationError

from layers.errors import ColumnNotFound, LayerNotFound
from layers.importing import import_layer
from layers.models import Layer
from layers.serving.features import geojson, read_features

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]


@pytest.fixture
def squares(write_geojson: Write) -> Layer:
    features = [
        (shapely.box(7.0 + n / 10, 45, 7.05 + n / 10, 45.05), {"n": n, "nome": f"q{n}"}) for n in range(5)
    ]
    import_layer(write_geojson(features, "quadrati.geojson"))
    return Layer.objects.get(name="quadrati")


def test_geojson_goes_there_and_back_within_a_centimetre(squares: Layer) -> None:
    features = geojson(squares)["features"]
    assert [feature["id"] for feature in features] == [1, 2, 3, 4, 5]
    assert features[2]["properties"] == {"n": 2, "nome": "q2"}
    corners = shapely.get_coordinates(shapely.geometry.shape(features[2]["geometry"]))
    assert corners.min(axis=0).tolist() == pytest.approx([7.2, 45.0], abs=1e-7)
    assert corners.max(axis=0).tolist() == pytest.approx([7.25, 45.05], abs=1e-7)


def test_box_limit_and_properties_choose(squares: Layer) -> None:
    inside = geojson("quadrati", bbox=(7.16, 45.01, 7.31, 45.02), properties=["nome"])["features"]
    assert [feature["properties"] for feature in inside] == [{"nome": "q2"}, {"nome": "q3"}]
    assert len(geojson("quadrati", limit=2)["features"]) == 2
    assert geojson("quadrati", bbox=(10, 45, 11, 46))["features"] == []


def test_no_property_asked_gives_an_empty_object(squares: Layer) -> None:
    assert geojson(squares, properties=[], limit=1)["features"][0]["properties"] == {}


def test_layer_of_many_columns_is_served_whole(write_geojson: Write) -> None:
    properties = {f"c{n}": n for n in range(150)}
    import_layer(write_geojson([(shapely.Point(7.6, 45), properties)]))
    assert geojson("luoghi")["features"][0]["properties"] == properties


def test_read_features_gives_metres_of_the_stored_system(squares: Layer) -> None:
    features = read_features(squares, properties=["n"])
    assert features.srid == 32632
    assert features.columns == {"n": [0, 1, 2, 3, 4]}
    width_m = shapely.bounds(features.geometries)[0, 2] - shapely.bounds(features.geometries)[0, 0]
    assert width_m == pytest.approx(3940, rel=0.05)


def test_unknown_layer_and_column_are_refused_with_what_there_is(squares: Layer) -> None:
    with pytest.raises(LayerNotFound, match="found 'boh'"):
        geojson("boh")
    with pytest.raises(ColumnNotFound, match=r"\(n, nome\), found x; drop"):
        geojson("quadrati", properties=["x; drop"])


def test_name_of_a_layer_is_unique(squares: Layer) -> None:
    with pytest.raises(ValidationError):
        Layer(name="quadrati").full_clean()
