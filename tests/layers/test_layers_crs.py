import re

import numpy as np
import pytest
import shapely
from pyproj import CRS, Proj

from layers import crs
from layers.errors import CrsUnknown, NoOperation, OutsideItaly

TORINO_UTM = (380_000.0, 4_980_000.0, 400_000.0, 5_000_000.0)
UNKNOWN_PRJ = (
    'PROJCS["own",GEOGCS["own",DATUM["own",SPHEROID["own",6378388,297]],PRIMEM["Greenwich",0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",1400000],'
    'PARAMETER["Central_Meridian",9],PARAMETER["Scale_Factor",0.9996],UNIT["Meter",1]]'
)


@pytest.mark.parametrize(
    "srid", [3003, 3004, 3035, 3857, 4258, 4265, 4326, 6707, 7791, 23032, 25832, 25833, 32632, 32633]
)
def test_esri_prj_of_an_italian_system_is_identified(srid: int) -> None:
    wkt = CRS.from_epsg(srid).to_wkt("WKT1_ESRI")
    assert crs.srid_from_text(wkt, where="a.prj") == srid


def test_prj_with_a_datum_shift_keeps_its_srid() -> None:
    """QGIS writes TOWGS84 into a .prj; it is one of several operations, not another system."""
    bare = CRS.from_epsg(3003).to_wkt("WKT1_GDAL")
    bare = re.sub(r',AUTHORITY\["EPSG","\d+"\]', "", bare)
    bound = bare.replace("],PRIMEM", ",TOWGS84[-104.1,-49.1,-9.9,0.971,-2.917,0.714,-11.68]],PRIMEM", 1)
    assert CRS.from_user_input(bound).type_name == "Bound CRS"
    assert crs.srid_from_text(bound, where="a.prj") == 3003


@pytest.mark.parametrize(
    ("text", "found"), [(UNKNOWN_PRJ, "found none"), ("not a system", "PROJ cannot read")]
)
def test_system_that_is_not_one_of_epsg_is_refused(text: str, found: str) -> None:
    with pytest.raises(CrsUnknown, match=found):
        crs.srid_from_text(text, where="a.prj")


def test_srid_outside_the_register_is_refused() -> None:
    with pytest.raises(CrsUnknown, match="found 123456"):
        crs.checked_srid(123456)


def test_monte_mario_agrees_with_the_point_that_igm_published() -> None:
    """Trieste, Molo Sartorio: Gauss-Boaga and UTM 33 of the Istituto Geografico Militare, as in PROJ's own tests."""
    moved = crs.transform(shapely.points([2423346.99], [5055619.87]), crs.MONTE_MARIO_2, crs.UTM_33N)
    published = shapely.Point(403340.97, 5055597.17)
    unshifted = shapely.Point(2423346.99 - 2_020_000, 5055619.87)
    assert moved.accuracy_m == 4.0
    assert moved.geometries[0].distance(published) < 2 * 4.0  # EPSG's accuracy is typical, not a bound
    assert unshifted.distance(published) > 20


def test_monte_mario_agrees_with_the_seven_parameters_of_epsg_1660() -> None:
    x_m, y_m = 1_394_000.0, 4_990_000.0
    moved = crs.transform(shapely.points([x_m], [y_m]), crs.MONTE_MARIO_1, crs.UTM_32N).geometries[0]
    lon, lat = Proj("+proj=tmerc +lon_0=9 +k=0.9996 +x_0=1500000 +ellps=intl")(x_m, y_m, inverse=True)
    expected = Proj("+proj=utm +zone=32 +ellps=WGS84")(*_position_vector_1660(lon, lat))
    assert moved.distance(shapely.Point(expected)) < 0.01


def _position_vector_1660(lon: float, lat: float) -> tuple[float, float]:
    """Helmert of seven parameters by hand: International 1924 to WGS 84, height 0."""
    a, f = 6378388.0, 1 / 297
    e2 = 2 * f - f * f
    phi, lam = np.radians([lat, lon])
    n = a / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    place = np.array(
        [n * np.cos(phi) * np.cos(lam), n * np.cos(phi) * np.sin(lam), n * (1 - e2) * np.sin(phi)]
    )
    rx, ry, rz = np.radians(np.array([0.971, -2.917, 0.714]) / 3600)
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    x, y, z = np.array([-104.1, -49.1, -9.9]) + (1 - 11.68e-6) * turn @ place
    a, f = 6378137.0, 1 / 298.257223563
    e2, p = 2 * f - f * f, float(np.hypot(x, y))
    phi = np.arctan2(z, p * (1 - e2))
    for _ in range(10):
        phi = np.arctan2(z + e2 * a / np.sqrt(1 - e2 * np.sin(phi) ** 2) * np.sin(phi), p)
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(phi))


@pytest.mark.parametrize(
    ("srid", "box", "operation", "accuracy_m"),
    [
        (3003, (1_390_000, 4_990_000, 1_395_000, 4_995_000), "Monte Mario to WGS 84 (4)", 4.0),
        (3003, (1_480_000, 4_340_000, 1_500_000, 4_360_000), "Monte Mario to WGS 84 (2)", 4.0),  # Sardinia
        (3004, (2_400_000, 4_150_000, 2_450_000, 4_190_000), "Monte Mario to WGS 84 (3)", 4.0),  # Sicily
        (23032, TORINO_UTM, "ED50 to WGS 84 (1)", 10.0),  # not the French one, whose box holds Torino
        (25832, TORINO_UTM, "ETRS89 to WGS 84 (1)", 1.0),
        (7791, TORINO_UTM, "RDN2008 to WGS 84 (1)", 1.0),
        (6707, TORINO_UTM, "RDN2008 to WGS 84 (1)", 1.0),
        (3035, (4_130_000, 2_430_000, 4_140_000, 2_440_000), "ETRS89 to WGS 84 (1)", 1.0),
    ],
)
def test_operation_is_the_one_of_its_area(srid: int, box: crs.Box, operation: str, accuracy_m: float) -> None:
    found = crs.operation_for(box, srid, crs.UTM_32N)
    assert operation in found.name
    assert found.accuracy_m == accuracy_m


def test_no_single_operation_for_mainland_and_sicily_is_refused() -> None:
    with pytest.raises(NoOperation, match="split the layer by area"):
        crs.operation_for((2_300_000, 4_090_000, 2_800_000, 5_200_000), crs.MONTE_MARIO_2, crs.UTM_33N)


@pytest.mark.parametrize(("north_east", "east_north"), [(6707, 7791), (3035, None)])
def test_systems_listed_north_east_still_take_east_first(north_east: int, east_north: int | None) -> None:
    """A point in Torino: 3035 and 6707 list northing first in EPSG, files hold easting first."""
    torino = shapely.points([7.68], [45.07])
    there = crs.transform(torino, crs.WGS84, north_east).geometries
    easting, northing = shapely.get_x(there)[0], shapely.get_y(there)[0]
    if east_north is None:
        expected = Proj("+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80")(7.68, 45.07)
    else:
        same = crs.transform(torino, crs.WGS84, east_north).geometries
        expected = (shapely.get_x(same)[0], shapely.get_y(same)[0])
    assert (easting, northing) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("lon", "lat", "srid"), [(7.7, 45.1, 32632), (11.99, 44, 32632), (12.0, 44, 32633), (18.5, 40.1, 32633)]
)
def test_italian_zone_changes_at_twelve_degrees(lon: float, lat: float, srid: int) -> None:
    assert crs.utm_srid_for(lon, lat) == srid


def test_zone_of_a_place_in_the_south_is_southern() -> None:
    assert crs.utm_srid_for(-51.2, -30.0) == 32722


def test_metres_declared_as_degrees_are_refused() -> None:
    with pytest.raises(OutsideItaly, match="found the box"):
        crs.check_in_italy((395000, 4990000, 396000, 4991000), 4326, "a.shp")


def test_degrees_declared_as_metres_are_refused() -> None:
    box = crs.bbox_lon_lat((7.5, 45.0, 7.8, 45.2), crs.UTM_32N)
    with pytest.raises(OutsideItaly, match=r"6\.6–18\.6 E"):
        crs.check_in_italy(box, crs.UTM_32N, "a.shp")


def test_coordinates_that_the_system_cannot_hold_are_refused() -> None:
    with pytest.raises(OutsideItaly, match="cannot hold"):
        crs.bbox_lon_lat((1e9, 1e9, 2e9, 2e9), crs.UTM_32N)


def test_transform_leaves_its_input_alone() -> None:
    points = shapely.points([7.68], [45.07])
    crs.transform(points, crs.WGS84, crs.UTM_32N)
    assert points[0].wkt == "POINT (7.68 45.07)"
