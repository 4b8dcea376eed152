"""Services beside the registers: features of an imported layer and interventions of the plan, where each counts."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from django.contrib.gis.geos import Point

from gisplan.analysis.coverage import CoverageRequest, coverage_of_service
from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.folder import load_folder
from gisplan.analysis.ground import current_ground
from gisplan.analysis.services import service_names, services_named
from gisplan.plan.models import Axis, Intervention, PlanEdition, PlanPlace
from gisplan.territory.models import Municipality, Station
from layers.models import Layer
from tests.analysis.conftest import CENTRE_M, write_geojson

URL = "https://example.org/source"
Place = Callable[..., PlanPlace]


@pytest.fixture
def libraries(territory: Municipality, tmp_path: Path) -> Layer:
    """One at the centre of Ponente, one outside every municipality, one in two parts."""
    folder = tmp_path / "data"
    folder.mkdir()
    x, y = CENTRE_M
    shapes = [
        shapely.Point(x, y),
        shapely.Point(x + 40_000, y),
        shapely.MultiPoint([(x + 2_000, y), (x + 2_100, y)]),
    ]
    write_geojson(folder / "libraries.geojson", shapes, [{"name": str(k)} for k in range(3)])
    list(load_folder(folder))
    return Layer.objects.get()


def test_a_layer_covers_from_its_features_and_is_complete_only_if_the_asker_says_so(libraries: Layer) -> None:
    name = f"layer:{libraries.name}"
    found = coverage_of_service(CoverageRequest(name, 10))
    assert (found.used, found.left_out) == (3, 0)
    assert found.total.covered > 0
    assert (found.total.not_covered, found.total.not_known > 0) == (0, True)
    stated = coverage_of_service(CoverageRequest(name, 10, stated_complete=True))
    assert stated.total.covered == found.total.covered
    assert stated.total.not_covered == pytest.approx(found.total.not_known)
    assert stated.parameters["stated_complete"] is True
    driven = coverage_of_service(CoverageRequest(name, 10, "car"))
    assert (driven.used, driven.left_out) == (2, 1)  # no road leads beyond the margin


def test_a_layer_that_is_not_public_is_a_service_for_those_who_may_see_it_only(libraries: Layer) -> None:
    name = f"layer:{libraries.name}"
    assert name in service_names()
    assert name not in service_names(public=True)
    with pytest.raises(RequestRefused, match="choose one") as refused:
        coverage_of_service(CoverageRequest(name, public=True))
    assert name not in refused.value.expected
    libraries.is_public = True
    libraries.save()
    assert coverage_of_service(CoverageRequest(name, public=True)).used == 3


@pytest.fixture
def place(territory: Municipality) -> Place:
    """A place of an intervention of an axis, made if it is not there."""
    edition = PlanEdition.objects.create(
        code="made",
        title="Made",
        province_code="001",
        first_year=2021,
        last_year=2023,
        axes_declared=2,
        strategies_declared=0,
        actions_declared=0,
        source_url=URL,
    )

    def make(code: str, axis: str, register: str = "plan", **words: object) -> PlanPlace:
        own, _ = Axis.objects.get_or_create(edition=edition, code=axis, defaults={"source_url": URL})
        intervention, _ = Intervention.objects.get_or_create(
            code=code,
            defaults={
                **{"axis": own, "register": register, "kind": "k", "kind_it": "k", "kind_en": "k"},
                **{"area_text": code, "source_url": URL},
            },
        )
        return PlanPlace.objects.create(intervention=intervention, **words)

    return make


def test_interventions_count_at_each_of_their_places_and_those_of_unlisted_groups_nowhere(
    territory: Municipality, place: Place
) -> None:
    station = Station.objects.get(code="osm-1")
    place("w1", "1", kind="station", station=station, precision="exact")
    place("w2", "1", kind="municipality", municipality=territory, precision="municipality")
    place("w3", "2", kind="area", area_text_it="Valle", precision="not_located")
    place("w4", "2", kind="geometry", geometry=Point(*CENTRE_M, srid=32632).buffer(50), precision="exact")
    place("p1", "1", "pnrr", kind="municipality", municipality=territory, precision="municipality")
    ground = current_ground()
    every = services_named("interventions", ground)
    assert (every.codes, every.nowhere) == (["w1", "w2", "w4"], 1)
    assert every.measurable.tolist() == [True, False, True]
    assert every.municipalities == ["001999"] * 3
    assert services_named("interventions:1", ground).codes == ["w1", "w2"]
    walked = coverage_of_service(CoverageRequest("interventions:1", 10))
    assert (walked.used, walked.left_out) == (1, 1)
    driven = coverage_of_service(CoverageRequest("interventions:1", 1, "car"))
    assert (driven.used, driven.total.covered) == (2, 64_000)
    assert driven.municipalities[0].nearest_service == "w1 (+1)"
