"""What the map of an axis answers at first sight: its figures are those of the tables, and follow the data."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from django.test import Client
from django.utils.translation import override

from gisplan.analysis.band_tiles import band_tile, bands_key, newest_band_ids
from gisplan.analysis.coverage import coverage_of_service
from gisplan.analysis.models import Band
from gisplan.analysis.station_reach import keep_station_reach
from gisplan.maps.spec import MapLayer
from gisplan.plan.models import Axis
from gisplan.plan.queries import default_edition
from gisplan.territory.models import Hospital, RegisterCoverage, School
from gisplan.territory.profile import municipalities_in_territory
from gisplan.web.maps import axis_map
from gisplan.web.reach_figures import ASKED, reach_rows, station_reach_run
from layers.serving.tiles import Address

from .conftest import COLLEGNO

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
COLLEGNO_TOWN = "001090"


@pytest.fixture(autouse=True)
def italian() -> Iterator[None]:
    """What a request of another test left behind would be the language of the maps that are made here."""
    with override("it"):
        yield


def layers_of(code: str) -> dict[str, MapLayer]:
    axis = Axis.objects.get(edition=default_edition(), code=code)
    spec = axis_map(axis, [])
    assert spec is not None
    return {layer.key: layer for layer in spec.layers}


def figures(layer: MapLayer) -> dict[str, dict[str, Any]]:
    return {one["properties"]["id"]: one["properties"] for one in layer.features}


def says(client: Client, address: str) -> str:
    found = re.search(r'<p class="map-says">([^<]+)</p>', client.get(address).content.decode())
    return found[1] if found else ""


def test_the_shares_near_stations_add_up_to_the_table_of_the_zones() -> None:
    run = keep_station_reach()
    assert run is not None
    shown = figures(layers_of("3")["reach"])
    zones: dict[str, list[str]] = defaultdict(list)
    for row in municipalities_in_territory():
        zones[f"{row.zone_number} {row.zone_name}" if row.zone_number else ""].append(row.istat_code)
    rows = reach_rows(run, "zone")
    assert sum(row[4] for row in rows) > 1_000
    for zone, people, *within, _beyond, _share in rows:
        codes = zones[zone or ""]
        assert sum(shown[code]["people"] for code in codes) == pytest.approx(people, abs=len(codes) / 2)
        for minutes, count in zip((5, 10, 15), within, strict=True):
            total = sum(shown[code][f"within_{minutes}"] or 0 for code in codes)
            assert total == pytest.approx(count, abs=len(codes) / 2)


def test_a_municipality_has_the_class_of_its_share_and_none_within_is_not_known() -> None:
    run = keep_station_reach()
    layer = layers_of("3")["reach"]
    by_code = {row[0]: row for row in reach_rows(run, "municipality")} if run else {}
    _code, _name, people, _five, _ten, fifteen, *_rest = by_code[COLLEGNO_TOWN]
    share_pct = 100 * fifteen / people
    labels = {one.value: one.label for one in layer.classes}
    shown = figures(layer)[COLLEGNO_TOWN]
    assert shown["share"] == pytest.approx(share_pct, abs=0.05)
    expected = next(
        word for limit, word in ((25, "≤ 25 %"), (50, "25 – 50 %"), (75, "50 – 75 %")) if share_pct <= limit
    )
    assert labels[shown["map_class"]] == expected
    far = figures(layer)["001073"]  # Ceresole Reale
    assert (far["within_15"], far["share"]) == (None, None)  # no number in the files either
    assert labels[far["map_class"]] == "nessuno, o non noto"
    assert layer.classes[-1].style.hatched
    RegisterCoverage.objects.filter(register="stations").update(complete=True)
    layer = layers_of("3")["reach"]
    assert (layer.classes[-1].label, layer.classes[-1].style.hatched) == ("nessuno", False)
    far = figures(layer)["001073"]
    assert (far["within_15"], far["share"]) == (0, 0)


@pytest.mark.parametrize("code", ["3", "4", "5", "6"])
def test_the_outlines_of_the_municipalities_stay_where_the_coloured_layer_is_off(code: str) -> None:
    keep_station_reach()
    keys = list(layers_of(code))
    assert keys.count("boundaries") == 1
    assert keys[0] == "boundaries"
    assert len(keys) > 1


def test_without_a_kept_count_the_map_of_axis_3_claims_nothing(client: Client) -> None:
    assert "reach" not in layers_of("3")
    assert says(client, "/assi/3/") == ""
    keep_station_reach()
    assert "entro 15 minuti a piedi da una stazione" in says(client, "/assi/3/")
    assert "within 15 minutes on foot of a station" in says(client, "/en/assi/3/")
    assert says(client, "/assi/3/?strati=stations") == ""
    page = client.get("/assi/3/").content.decode()
    run = station_reach_run()
    assert run is not None
    assert f"n. {run.pk}." in page
    assert "Non corrisponde più" not in page
    Band.objects.filter(station__code=COLLEGNO, minutes=15).delete()
    assert "Non corrisponde più" in client.get("/assi/3/").content.decode()


@pytest.mark.parametrize(
    ("code", "key", "place"), [("6", "minutes-hospitals", 0), ("6", "minutes-health-sites", 2)]
)
def test_the_people_of_the_classes_are_those_of_the_table(code: str, key: str, place: int) -> None:
    shown = figures(layers_of(code)[key]).values()
    total = coverage_of_service(ASKED[code][place]).total
    assert sum(one["people_0"] for one in shown if isinstance(one["map_class"], int)) == total.covered
    assert sum(one["people_0"] for one in shown if one["map_class"] == "not_known") == total.not_known
    old = coverage_of_service(ASKED[code][place + 1]).total
    assert sum(one["people_1"] for one in shown) == old.people


def test_the_school_levels_of_a_municipality_are_those_of_the_tables() -> None:
    shown = figures(layers_of("4")["levels"])
    reached: dict[str, int] = defaultdict(int)
    for asked in ASKED["4"]:
        found = coverage_of_service(asked)
        level = asked.service.partition(":")[2]
        assert sum(one[f"people_{level}"] for one in shown.values()) == found.total.people
        for row in found.municipalities:
            reached[row.istat_code] += row.status == "covered"
    assert {code: one["levels"] for code, one in shown.items()} == reached
    assert len(set(reached.values())) > 2


def test_a_school_less_is_another_class() -> None:
    before = figures(layers_of("4")["levels"])["001073"]
    assert before["map_class"] == "not_known"
    school = School.objects.exclude(level="other").filter(municipality__isnull=False).first()
    assert school is not None
    assert school.municipality is not None
    code = school.municipality.istat_code
    assert figures(layers_of("4")["levels"])[code]["map_class"] in (1, 2, 3, 4)
    School.objects.exclude(pk=school.pk).delete()
    after = figures(layers_of("4")["levels"])
    assert after[code]["map_class"] == 1
    assert min(one["levels"] for one in after.values()) == 0
    School.objects.all().delete()
    assert "levels" not in layers_of("4")


def test_a_hospital_less_is_another_class_and_its_colour_is_on_the_page(client: Client) -> None:
    ivrea = "001125"
    assert figures(layers_of("6")["minutes-hospitals"])[ivrea]["map_class"] == 0
    page = client.get("/assi/6/").content.decode()
    assert "all&#x27;ospedale pubblico più vicino" in says(client, "/assi/6/")
    Hospital.objects.filter(municipality__istat_code=ivrea).delete()
    after = figures(layers_of("6")["minutes-hospitals"])[ivrea]
    assert after["map_class"] != 0
    assert after["minutes"] > 0
    assert client.get("/assi/6/").content.decode() != page


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("code", ["4", "5", "6"])
def test_every_map_with_a_question_of_its_own_says_what_it_shows(
    client: Client, prefix: str, code: str
) -> None:
    words = "The map shows" if prefix else "La mappa mostra"
    assert says(client, f"{prefix}/assi/{code}/").startswith(words)


def test_a_tile_holds_the_catchments_at_their_place_the_largest_below(client: Client, tmp_path: Path) -> None:
    ids = newest_band_ids()
    band = Band.objects.get(pk__in=ids, station__code=COLLEGNO, minutes=15)
    shape = shapely.from_wkb(bytes(band.geometry.transform(3857, clone=True).wkb))
    middle = shape.representative_point()
    side = 40_075_016.685578488 / 2**12
    x, y = int((middle.x + 20_037_508.34) / side), int((20_037_508.34 - middle.y) / side)
    answer = client.get(f"/sfondo/bacini/{bands_key(ids)}/12/{x}/{y}.mvt")
    assert answer.content == band_tile(ids, Address(12, x, y))
    path = tmp_path / "tile.mvt"
    path.write_bytes(answer.content)
    meta, _, shapes, values = pyogrio.raw.read(path, layer="shapes", x=str(x), y=str(y), z="12")
    columns = dict(zip(meta["fields"], values, strict=True))
    assert columns["mvt_id"].tolist() == [15, 10, 5]
    assert columns["c"].tolist() == [2, 1, 0]
    drawn = shapely.from_wkb(shapes)
    assert np.all(shapely.area(drawn)[:-1] > shapely.area(drawn)[1:])
    assert drawn[0].buffer(side / 512).covers(middle)
    assert band_tile(ids, Address(8, x >> 4, y >> 4)) == b""
    assert client.get(f"/sfondo/bacini/another/12/{x}/{y}.mvt").status_code == 404
