"""A missing or wrong system is asked for with what the coordinates themselves say."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from pytest_django import Settings

from layers import crs
from layers.crs_candidates import candidates
from layers.errors import CrsMissing, NoOperation, OutsideItaly
from layers.importing import import_layer

Write = Callable[..., Path]
AREAS = {
    "Torino": (7.5, 44.9, 7.8, 45.2),
    "Cagliari": (9.0, 39.2, 9.2, 39.4),
    "Palermo": (13.2, 37.9, 13.5, 38.1),
}


def box_in(srid: int, area: str) -> tuple[float, float, float, float]:
    west, south, east, north = AREAS[area]
    to = Transformer.from_crs(4326, srid, always_xy=True)
    x, y = to.transform([west, east], [south, north])
    return x[0], y[0], x[1], y[1]


@pytest.mark.parametrize(
    ("srid", "area"),
    [
        (4326, "Torino"), (4326, "Palermo"), (4806, "Torino"), (3003, "Torino"), (3003, "Cagliari"),
        (3004, "Palermo"), (7794, "Torino"), (32632, "Torino"), (32632, "Cagliari"), (3035, "Torino"),
        (3035, "Palermo"), (3857, "Torino"), (3857, "Cagliari"),
    ],
)  # fmt: skip
def test_system_of_coordinates_is_the_first_candidate(srid: int, area: str) -> None:
    found = candidates(box_in(srid, area))
    assert found[0].srid == srid
    assert found[0].bbox == pytest.approx(AREAS[area], abs=0.03)
    assert 1 <= len(found) <= 3
    assert all(candidate.why for candidate in found)


@pytest.mark.parametrize("srid", [25832, 7791, 23032])
def test_system_that_lies_within_metres_of_another_is_named_with_it(srid: int) -> None:
    found = candidates(box_in(srid, "Torino"))
    assert found[0].srid == 32632
    assert str(srid) in found[0].why or srid in {candidate.srid for candidate in found}


def test_of_two_zones_that_fit_the_stored_one_comes_first(settings: Settings) -> None:
    box = (390_000.0, 4_980_000.0, 400_000.0, 4_990_000.0)
    assert candidates(box)[0].srid == 32632
    settings.LAYERS_STORED_SRID = 32633
    assert candidates(box)[0].srid == 32633
    assert 32632 in [candidate.srid for candidate in candidates(box)]


def test_coordinates_of_no_system_of_italy_have_no_candidate() -> None:
    assert candidates((1.0, 2.0, 3.0, 4.0)) == []
    assert candidates((np.nan,) * 4) == []


@pytest.mark.django_db
def test_report_of_a_missing_system_carries_the_candidates(write_vector: Write) -> None:
    path = write_vector("a.shp", [shapely.Point(1_394_000, 4_990_000)], crs=None, n=[1])
    with pytest.raises(CrsMissing, match=r"likely one of 3003 .*--srid 3003") as refused:
        import_layer(path, dry_run=True)
    first = refused.value.report.candidates[0]
    assert (first["srid"], first["name"]) == (3003, "Monte Mario / Italy zone 1")
    assert first["bbox"][0] == pytest.approx(7.655, abs=0.01)


@pytest.mark.django_db
def test_place_at_zero_does_not_hide_the_candidates(tmp_path: Path) -> None:
    rows = "".join(f"{395_000 + n};{4_990_000 + n}\n" for n in range(40))
    path = tmp_path / "a.csv"
    path.write_text(f"x;y\n0;0\n{rows}")
    with pytest.raises(CrsMissing) as refused:
        import_layer(path, dry_run=True)
    assert refused.value.report.candidates[0]["srid"] == 32632


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("point", "srid", "said"),
    [
        ((45.07, 7.68), 4326, "latitude before longitude: swap"),
        ((4_990_000, 395_000), 32632, "northing before easting: swap"),
        ((7.68, 45.07), 32632, "which is degrees and not metres: give its system, for example --srid 4326"),
        ((395_000, 4_990_000), 4326, "which is metres and not degrees: give its system, likely 32632"),
        ((395_000, 4_990_000), 3003, "which would lie in Italy as 32632"),
        ((1_394_000, 4_990_000), 32632, "which would lie in Italy as 3003"),
    ],
)
def test_wrong_system_or_order_is_named_with_what_to_do(
    write_vector: Write, point: tuple[float, float], srid: int, said: str
) -> None:
    path = write_vector("a.gpkg", [shapely.Point(point)], crs=f"EPSG:{srid}", n=[1])
    with pytest.raises(OutsideItaly) as refused:
        import_layer(path, dry_run=True)
    assert said in str(refused.value)
    assert refused.value.code == "layer_outside_italy"


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize(
    ("srid", "operation", "accuracy_m"),
    [
        (3003, "Monte Mario to WGS 84 ({mario})", 4.0),
        (3004, "Monte Mario to WGS 84 ({mario})", 4.0),
        (4806, "Monte Mario to WGS 84 ({mario})", 4.0),
        (23032, "ED50 to WGS 84 (1)", 10.0),
        (32632, "UTM zone 32N", 0.0),
        (25832, "ETRS89 to WGS 84 (1)", 1.0),
        (6707, "RDN2008 to WGS 84 (1)", 1.0),
        (7791, "RDN2008 to WGS 84 (1)", 1.0),
        (3035, "ETRS89 to WGS 84 (1)", 1.0),
        (3857, "Pseudo-Mercator", 0.0),
    ],
)
def test_operation_and_accuracy_of_each_system_in_each_area(
    srid: int, operation: str, accuracy_m: float, area: str
) -> None:
    """Monte Mario: EPSG 1660 (4) for the mainland, 1662 (2) for Sardinia, 1664 (3) for Sicily."""
    mario = {"Torino": 4, "Cagliari": 2, "Palermo": 3}[area]
    found = crs.operation_for(box_in(srid, area), srid, crs.WGS84)
    assert operation.format(mario=mario) in found.name
    assert found.accuracy_m == accuracy_m
    assert "ballpark" not in found.name.lower()


def test_ballpark_operation_is_not_taken() -> None:
    """The datum of Great Britain: for Italy PROJ has only a ballpark operation."""
    with pytest.raises(NoOperation, match="Expected one operation"):
        crs.operation_for((7.5, 44.9, 7.8, 45.2), 4277, crs.UTM_32N)


@pytest.mark.parametrize(
    ("lon", "lat", "easting", "northing"),
    [(5.0, 50.0, 3962799.45, 2999718.85), (5.0, 60.0, 4041548.13, 4109791.66)],
)
def test_laea_agrees_with_the_pairs_that_iogp_publishes(
    lon: float, lat: float, easting: float, northing: float
) -> None:
    """IOGP Guidance Note 7-2, Lambert azimuthal equal area, and GIGS test 5110 (ETRS89 / LAEA Europe)."""
    there = crs.transform(shapely.points([lon], [lat]), 4258, crs.LAEA_EUROPE).geometries[0]
    assert (there.x, there.y) == pytest.approx((easting, northing), abs=0.01)
    back = crs.transform(shapely.points([easting], [northing]), crs.LAEA_EUROPE, 4258).geometries[0]
    assert (back.x, back.y) == pytest.approx((lon, lat), abs=1e-7)


@pytest.mark.parametrize("srid", [6707, 7791])
def test_utm_of_rdn2008_agrees_with_the_pair_that_proj_publishes(srid: int) -> None:
    """PROJ documentation, cct: 12° E 55° N on GRS80 is 691875.632 E 6098907.825 N in UTM zone 32."""
    there = crs.transform(shapely.points([12.0], [55.0]), 6706, srid).geometries[0]
    assert (there.x, there.y) == pytest.approx((691875.6321, 6098907.8250), abs=0.001)
