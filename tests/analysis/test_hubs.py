"""The catchment of a position that is thought of: figures of the made territory, freshness, refusals, saving."""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.ground import current_ground
from gisplan.analysis.hubs import hub_catchment, save_hub
from gisplan.analysis.models import Run
from gisplan.analysis.networks import load_network
from gisplan.analysis.requests import catchment_request
from gisplan.analysis.runs import run_catchments
from gisplan.territory.models import Hospital, Municipality, Population, Station
from tests.analysis.conftest import CENTRE_M, TO_DEGREES, shape

CENTRE = TO_DEGREES.transform(*CENTRE_M)
TEN = catchment_request((5, 10))


def test_a_hub_on_a_station_has_the_figures_of_the_station(
    clinic_and_hospital: None, grid_file: Path
) -> None:
    load_network(grid_file)
    kept = list(run_catchments(TEN).bands.filter(station__code="osm-1"))
    found = hub_catchment(*CENTRE, TEN)
    for band, own in zip(kept, found.bands, strict=True):
        assert own.columns["minutes"] == band.minutes
        assert own.columns["method"] == band.method == "network"
        assert own.columns["people"] == pytest.approx(band.people, rel=1e-3)  # degrees are rounded to 1 cm
        assert own.columns["hospitals"] == band.hospitals == 1
        assert own.columns["schools"] is None
        assert own.polygon.symmetric_difference(shape(band.geometry)).area < band.geometry.area / 1_000


def test_without_a_street_within_the_cap_the_hub_is_a_flagged_circle(territory: Municipality) -> None:
    (band,) = hub_catchment(*CENTRE, catchment_request((10,))).bands
    assert band.columns["method"] == "straight_line"
    assert band.columns["connector_m"] is None
    assert band.columns["network_name"] == ""


def test_nothing_is_stored_until_it_is_saved(territory: Municipality) -> None:
    found = hub_catchment(*CENTRE, TEN)
    assert not Run.objects.exists()
    user = User.objects.create(username="planner")
    run = save_hub(*CENTRE, TEN, name="Nuovo polo", user=user)
    assert (run.input_digest, run.editions) == (found.input_digest, found.editions)
    assert run.parameters == {"name": "Nuovo polo", **found.parameters}
    assert [f["properties"]["minutes"] for f in run.result["features"]["features"]] == [10, 5]
    assert save_hub(*CENTRE, TEN, name="Nuovo polo", user=user).pk == run.pk


def test_the_geojson_has_the_fields_of_a_run_and_an_outline_within_its_tolerance(
    territory: Municipality, grid_file: Path
) -> None:
    load_network(grid_file)
    found = hub_catchment(*CENTRE, TEN)
    answer = json.loads(found.as_geojson())
    assert answer["type"] == "FeatureCollection"
    assert answer["run"]["stored"] is False
    assert set(answer["run"]) >= {"method", "parameters", "editions", "input_digest", "engine_version"}
    exact = json.loads(json.dumps(found.result()))["features"]["features"]
    for drawn, whole in zip(answer["features"], exact, strict=True):
        assert drawn["properties"] == whole["properties"]
        assert len(json.dumps(drawn["geometry"])) < len(json.dumps(whole["geometry"]))


@pytest.mark.parametrize("change", ["people", "hospital_moved", "station_renamed_only", "network"])
def test_the_ground_is_prepared_again_exactly_when_an_input_changes(
    clinic_and_hospital: None, grid_file: Path, change: str
) -> None:
    before = current_ground()
    assert current_ground() is before
    if change == "people":
        row = Population.objects.get()
        row.females[7] += 1
        row.save()
    elif change == "hospital_moved":
        Hospital.objects.filter(kind=Hospital.Kind.PUBLIC).update(
            location=Station.objects.get(code="osm-2").location
        )
    elif change == "network":
        load_network(grid_file)
    else:
        Station.objects.filter(code="osm-1").update(name="Centrale FS")
    after = current_ground()
    assert after is not before
    assert (after.digest == before.digest) == (change == "station_renamed_only")


@pytest.mark.parametrize(
    ("lon", "lat", "field"),
    [
        (float("nan"), 45.0, "lon"),
        (7.6, 91.0, "lat"),
        (6.1, 45.0, "position"),  # in France
        (-60.0, -30.0, "position"),
        (9.19, 45.46, "position"),  # Milano
    ],
)
def test_a_position_that_cannot_be_measured_is_refused_by_its_name(
    territory: Municipality, lon: float, lat: float, field: str
) -> None:
    with pytest.raises(RequestRefused, match=r": (give|choose)") as refused:
        hub_catchment(lon, lat, TEN)
    assert refused.value.field == field
