"""Interventions on the map: no more exactly than they are known, none hidden, none left out."""

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils.translation import override

from gisplan.plan.features import amount_text, intervention_features, not_located
from gisplan.plan.models import Claim, Intervention, PlanEdition, PlanPlace
from gisplan.plan.queries import interventions_of_axis
from gisplan.territory.models import Municipality, MunicipalityBoundary, Precision

from .conftest import seed_rows

pytestmark = pytest.mark.django_db


def by_code(edition: PlanEdition, axis: str, *, lang: str = "it") -> dict[str, dict[str, object]]:
    collection = intervention_features(edition.axes.get(code=axis), lang=lang)
    return {one["properties"]["code"]: one for one in collection["features"]}


def test_a_station_is_drawn_at_its_point(edition: PlanEdition) -> None:
    station = next(row for row in seed_rows("osm_stations") if row["code"] == "osm-1597711071")
    feature = by_code(edition, "3")["iv-05"]
    assert feature["geometry"]["type"] == "Point"  # type: ignore[index]
    lon, lat = feature["geometry"]["coordinates"]  # type: ignore[index]
    assert lon == pytest.approx(float(station["lon"]), abs=2e-6)
    assert lat == pytest.approx(float(station["lat"]), abs=2e-6)
    assert feature["properties"]["precision"] == "exact"  # type: ignore[index]


def test_a_place_known_by_its_municipality_is_drawn_inside_it_and_says_so(edition: PlanEdition) -> None:
    feature = by_code(edition, "3")["iv-03"]
    point = Point(*feature["geometry"]["coordinates"], srid=4326)  # type: ignore[index]
    point.transform(settings.STORED_SRID)
    assert MunicipalityBoundary.objects.get(municipality__istat_code="001078").geometry.contains(point)
    assert feature["properties"]["precision"] == "municipality"  # type: ignore[index]
    assert feature["properties"]["precision_label"] == "solo il comune"  # type: ignore[index]


def test_interventions_of_one_municipality_share_one_feature_with_their_number(edition: PlanEdition) -> None:
    features = intervention_features(edition.axes.get(code="6"), lang="it")["features"]
    torino = [one for one in features if one["properties"]["municipality"] == "Torino"]
    assert len(torino) == 1
    assert torino[0]["properties"]["count"] == 17
    assert torino[0]["properties"]["name"] == "17 interventi"
    assert len(torino[0]["properties"]["items"]) == 17


def test_no_feature_hides_another(edition: PlanEdition) -> None:
    for axis in "3456":
        features = intervention_features(edition.axes.get(code=axis), lang="it")["features"]
        positions = [tuple(one["geometry"]["coordinates"]) for one in features]
        assert len(set(positions)) == len(positions)
        assert len({one["properties"]["id"] for one in features}) == len(features)


@pytest.mark.parametrize(("axis", "unlocated"), [("3", 0), ("4", 0), ("5", 5), ("6", 0)])
def test_every_intervention_is_drawn_or_listed_as_not_located(
    edition: PlanEdition, axis: str, unlocated: int
) -> None:
    interventions = interventions_of_axis(edition.axes.get(code=axis))
    features = intervention_features(edition.axes.get(code=axis), lang="it")["features"]
    drawn = {item["code"] for one in features for item in one["properties"]["items"]}
    listed = {one.code for one in not_located(interventions)}
    assert len(listed) == unlocated
    assert drawn | listed == {one.code for one in interventions}
    assert not drawn & listed


def test_an_intervention_in_many_municipalities_is_drawn_in_each_with_its_one_amount(
    edition: PlanEdition,
) -> None:
    plan = Intervention.objects.get(code="iv-17")
    for code in ("001168", "001272"):
        PlanPlace.objects.create(
            intervention=plan,
            kind="municipality",
            municipality=Municipality.objects.get(istat_code=code),
            precision=Precision.MUNICIPALITY,
        )
    features = intervention_features(edition.axes.get(code="5"), lang="it")["features"]
    drawn = [one for one in features if one["properties"]["code"] == "iv-17"]
    assert {one["properties"]["municipality"] for one in drawn} == {"None", "Torino"}
    assert {one["properties"]["amount"] for one in drawn} == {"10.000.000 €"}


def test_a_shared_amount_says_what_it_covers(edition: PlanEdition) -> None:
    claim = Claim.objects.get(code="cdc-to5-2022")
    with override("it"):
        assert amount_text(claim) == "10.400.000 € (7 sedi insieme)"
    with override("en"):
        assert "10,400,000" in amount_text(claim)
        assert amount_text(claim).endswith("(7 sites together)")
    with override("it"):
        assert amount_text(None) == "non noto"


def test_features_speak_the_language_asked_for(edition: PlanEdition) -> None:
    assert by_code(edition, "3", lang="it")["iv-05"]["properties"]["kind_label"] == (  # type: ignore[index]
        "Interscambio di stazione (Movicentro)"
    )
    assert by_code(edition, "3", lang="en")["iv-05"]["properties"]["kind_label"] == (  # type: ignore[index]
        "Station interchange (Movicentro)"
    )


def test_the_number_of_queries_does_not_grow_with_the_features(
    edition: PlanEdition, django_assert_max_num_queries: object
) -> None:
    axis = edition.axes.get(code="6")
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        assert intervention_features(axis, lang="it")["features"]
