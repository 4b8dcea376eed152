"""What the pages ask of the register."""

from datetime import date

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils.translation import override

from gisplan.plan.loading import load_plan
from gisplan.plan.models import (
    Action,
    AxisLayer,
    ExtentKind,
    Intervention,
    PlaceClass,
    PlanEdition,
    PlanPlace,
)
from gisplan.plan.queries import (
    actions_of_municipality,
    completeness,
    default_edition,
    interventions_at_station,
    interventions_of_axis,
    interventions_of_municipality,
    layers_of_axis,
)
from gisplan.territory.models import (
    Municipality,
    MunicipalityBoundary,
    Precision,
    RegisterCoverage,
    Source,
    Station,
    Zone,
    ZoneMembership,
)
from layers.models import Layer

from .conftest import EditSeeds

pytestmark = pytest.mark.django_db


def codes(things: list[Intervention] | list[Action]) -> list[str]:
    return [one.code for one in things]


@pytest.fixture
def chieri(edition: PlanEdition) -> Municipality:
    return Municipality.objects.get(istat_code="001078")


@pytest.fixture
def nowhere(edition: PlanEdition) -> Municipality:
    """The municipality called None, which no intervention names."""
    return Municipality.objects.get(istat_code="001168")


@pytest.fixture
def without_station(edition: PlanEdition) -> Municipality:
    return Municipality.objects.exclude(pk__in=Station.objects.values("municipality")).earliest("istat_code")


def test_completeness_says_how_much_of_the_declared_plan_is_loaded(edition: PlanEdition) -> None:
    found = completeness(edition)
    assert (found.axes.loaded, found.axes.declared) == (6, 6)
    assert (found.strategies.loaded, found.strategies.declared) == (10, 24)
    assert (found.actions.loaded, found.actions.declared) == (10, 111)
    assert found.interventions == 70
    with override("it"):
        assert found.statement == "10 azioni di 111 caricate"


def test_completeness_of_the_later_edition_is_its_own(edition: PlanEdition) -> None:
    found = completeness(PlanEdition.objects.get(code="psm-2024-2026"))
    assert (found.strategies.loaded, found.strategies.declared) == (6, 25)
    assert (found.actions.loaded, found.actions.declared) == (13, 113)


def test_completeness_counts_each_axis(edition: PlanEdition) -> None:
    counts = {
        one.axis.code: (one.strategies, one.actions, one.interventions)
        for one in completeness(edition).by_axis
    }
    assert counts == {
        "1": (5, 0, 0),
        "2": (1, 3, 0),
        "3": (1, 2, 12),
        "4": (1, 1, 13),
        "5": (1, 1, 19),
        "6": (1, 3, 26),
    }


def test_a_seed_row_that_goes_lowers_the_count(edition: PlanEdition, edit_seeds: EditSeeds) -> None:
    folder = edit_seeds("actions", "psm-2021-2023,2.1.3", "psm-2024-2026,2.1.9")
    load_plan(folder)
    assert completeness(edition).actions.loaded == 9


def test_the_default_edition_is_the_first_with_interventions(edition: PlanEdition) -> None:
    assert default_edition() == edition
    Intervention.objects.update(axis=PlanEdition.objects.get(code="psm-2024-2026").axes.get(code="3"))
    assert default_edition() == PlanEdition.objects.get(code="psm-2024-2026")


def test_there_is_no_default_edition_in_another_territory(edition: PlanEdition, settings: object) -> None:
    settings.TERRITORY = ["037"]  # type: ignore[attr-defined]
    assert default_edition() is None


def test_a_municipality_lists_what_is_placed_here_and_apart_what_may_concern_it(
    chieri: Municipality,
) -> None:
    found = interventions_of_municipality(chieri)
    assert codes(found.here) == ["iv-03", "iv-20"]
    assert codes(found.may_concern) == ["iv-13", "iv-14", "iv-15", "iv-16", "iv-17"]


def test_an_intervention_outside_the_territory_concerns_its_own_municipality_alone(
    nowhere: Municipality,
) -> None:
    Intervention.objects.filter(code="iv-13").update(outside_territory=True)
    found = interventions_of_municipality(nowhere)
    assert found.here == []
    assert codes(found.may_concern) == ["iv-14", "iv-15", "iv-16", "iv-17"]
    castelnuovo = Municipality.objects.get(istat_code="005031")
    assert codes(interventions_of_municipality(castelnuovo).here) == ["iv-34"]


def test_a_municipality_finds_what_is_placed_in_its_zone_of_today(nowhere: Municipality) -> None:
    source = Source.objects.get()
    zone = Zone.objects.create(number=11, name="Chierese-Carmagnolese", source=source)
    membership = ZoneMembership.objects.create(
        municipality=nowhere, zone=zone, provisional=True, source=source
    )
    plan = Intervention.objects.get(code="iv-13")
    plan.places.all().delete()
    PlanPlace.objects.create(intervention=plan, kind="zone", zone=zone, precision=Precision.MUNICIPALITY)
    assert codes(interventions_of_municipality(nowhere).here) == ["iv-13"]
    membership.valid_to = date(2015, 12, 31)
    membership.save()
    assert codes(interventions_of_municipality(nowhere).here) == []


def test_a_municipality_finds_what_is_drawn_across_it(nowhere: Municipality, chieri: Municipality) -> None:
    west, south, _east, _north = MunicipalityBoundary.objects.get(municipality=nowhere).geometry.extent
    drawn = MultiPolygon(Polygon.from_bbox((west - 200, south - 200, west + 200, south + 200)), srid=32632)
    PlanPlace.objects.create(
        intervention=Intervention.objects.get(code="iv-14"),
        kind="geometry",
        geometry=drawn,
        precision=Precision.EXACT,
    )
    assert "iv-14" in codes(interventions_of_municipality(nowhere).here)
    assert "iv-14" not in codes(interventions_of_municipality(chieri).here)


def test_an_edition_limits_what_a_municipality_lists(chieri: Municipality) -> None:
    later = PlanEdition.objects.get(code="psm-2024-2026")
    found = interventions_of_municipality(chieri, edition=later)
    assert (found.here, found.may_concern) == ([], [])


def test_a_station_lists_the_interventions_that_stand_at_it(edition: PlanEdition) -> None:
    assert codes(interventions_at_station(Station.objects.get(code="osm-1597711071"))) == ["iv-05"]


def test_actions_touch_a_municipality_by_their_extent(chieri: Municipality, edition: PlanEdition) -> None:
    found = actions_of_municipality(chieri, edition)
    assert codes(found.everywhere) == ["2.1.2"]
    assert (found.named, found.by_class) == ([], [])
    assert len(found.not_known) == 9


def test_a_class_of_places_touches_where_such_a_place_is(
    edition: PlanEdition, without_station: Municipality
) -> None:
    Action.objects.filter(edition=edition, code="2.1.1").update(place_class=PlaceClass.STATION)
    collegno = Municipality.objects.get(istat_code="001090")
    assert codes(actions_of_municipality(collegno, edition).by_class) == ["2.1.1"]
    assert "2.1.1" in codes(actions_of_municipality(without_station, edition).not_known)


def test_only_a_complete_register_says_that_no_such_place_is_here(
    edition: PlanEdition, without_station: Municipality
) -> None:
    Action.objects.filter(edition=edition, code="2.1.1").update(place_class=PlaceClass.STATION)
    coverage = RegisterCoverage.objects.create(
        register="stations", statement_it="x", statement_en="x", complete=False, source=Source.objects.get()
    )
    assert "2.1.1" in codes(actions_of_municipality(without_station, edition).not_known)
    coverage.complete = True
    coverage.save()
    assert "2.1.1" not in codes(actions_of_municipality(without_station, edition).not_known)


def test_a_named_place_touches_its_municipality_and_no_other(
    edition: PlanEdition, chieri: Municipality, nowhere: Municipality
) -> None:
    action = edition.actions.get(code="4.1.1")
    action.extent_kind = ExtentKind.NAMED_PLACES
    action.save()
    assert "4.1.1" in codes(actions_of_municipality(nowhere, edition).not_known), "no place is listed yet"
    PlanPlace.objects.create(
        action=action, kind="municipality", municipality=chieri, precision=Precision.MUNICIPALITY
    )
    assert codes(actions_of_municipality(chieri, edition).named) == ["4.1.1"]
    elsewhere = actions_of_municipality(nowhere, edition)
    assert "4.1.1" not in codes(elsewhere.named) + codes(elsewhere.not_known)


def test_an_axis_shows_its_layers_in_its_order(edition: PlanEdition) -> None:
    axis = edition.axes.get(code="2")
    parks, woods = (Layer.objects.create(name=name) for name in ("parks", "woods"))
    AxisLayer.objects.create(axis=axis, layer=parks, order=2)
    AxisLayer.objects.create(axis=axis, layer=woods, order=1)
    assert layers_of_axis(axis) == [woods, parks]


def test_the_number_of_queries_does_not_grow_with_the_plan(
    edition: PlanEdition, django_assert_max_num_queries: object
) -> None:
    torino = Municipality.objects.get(istat_code="001272")
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        for axis in edition.axes.filter(code__in="3456"):
            for one in interventions_of_axis(axis):
                assert str(one), [str(place) for place in one.places.all()]
                assert all(claim.is_shared in {True, False} for claim in one.claims.all())
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        found = interventions_of_municipality(torino)
        assert [str(place) for one in found.here for place in one.places.all()]
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        actions_of_municipality(torino, edition)
