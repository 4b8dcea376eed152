"""What an axis comes to by zone and by kind: nothing is counted twice, nothing is lost."""

from decimal import Decimal

import pytest

from gisplan.plan.amounts import total_amounts
from gisplan.plan.axis_figures import ZoneFigures, by_kind, by_zone
from gisplan.plan.models import Axis, Claim, Intervention, PlanEdition, PlanPlace
from gisplan.territory.models import Municipality, Source, Zone, ZoneMembership

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition")]


@pytest.fixture
def zones() -> tuple[Zone, Zone]:
    """Two zones of one municipality each, and an axis with no intervention of the seeds."""
    source = Source.objects.create(code="zones", title="Zone", publisher="P", licence="L")
    made = [Zone.objects.create(number=90 + n, name=f"Z{n}", source=source) for n in (1, 2)]
    for zone, municipality in zip(made, municipalities(), strict=True):
        ZoneMembership.objects.create(municipality=municipality, zone=zone, provisional=True, source=source)
    return made[0], made[1]


def municipalities() -> list[Municipality]:
    ZoneMembership.objects.all().delete()
    return list(Municipality.objects.filter(in_territory=True).order_by("istat_code")[:2])


def axis_of(edition: PlanEdition) -> Axis:
    return Axis.objects.get(edition=edition, code="1")


def intervention(axis: Axis, code: str, *places: Municipality, kind: str = "works") -> Intervention:
    made = Intervention.objects.create(
        code=code,
        axis=axis,
        kind=kind,
        kind_it=kind,
        kind_en=kind,
        area_text="x",
        source_url="https://example.org",
    )
    for place in places:
        PlanPlace.objects.create(
            intervention=made, kind="municipality", municipality=place, precision="municipality"
        )
    return made


def amount(code: str, euros: int, *covered: Intervention) -> None:
    claim = Claim.objects.create(
        code=code, kind="amount", amount_eur=Decimal(euros), as_of="2022", source_url="https://example.org"
    )
    claim.interventions.set(covered)


def test_an_amount_is_a_zones_only_where_all_its_places_are(
    edition: PlanEdition, zones: tuple[Zone, Zone]
) -> None:
    axis, (first, second) = (
        axis_of(edition),
        Municipality.objects.filter(zone_memberships__zone__in=zones).order_by("istat_code"),
    )
    alone, across, nowhere = (
        intervention(axis, "alone", first),
        intervention(axis, "across", first, second),
        intervention(axis, "nowhere"),
    )
    for code, euros, one in (("a", 100, alone), ("b", 20, across), ("c", 3, nowhere)):
        amount(code, euros, one)
    found = by_zone(axis)
    rows = {row.zone: row for row in found.zones}
    assert (rows[zones[0]].interventions, rows[zones[0]].eur) == (2, 100)
    assert (rows[zones[1]].interventions, rows[zones[1]].eur) == (1, 0)
    assert (found.apart.interventions, found.apart.eur) == (1, 23)
    assert (rows[zones[1]].known_eur, rows[zones[1]].eur_per_person) == (
        None,
        None,
    )  # touched, and at no known cost
    assert ZoneFigures(zones[0], people=5).eur_per_person == 0  # nothing that is loaded touches it
    assert found.total_eur == total_amounts(axis).total_eur == 123


def test_an_amount_of_two_interventions_of_one_zone_is_that_zones(
    edition: PlanEdition, zones: tuple[Zone, Zone]
) -> None:
    axis, first = axis_of(edition), Municipality.objects.get(zone_memberships__zone=zones[0])
    amount("both", 50, intervention(axis, "x", first), intervention(axis, "y", first))
    rows = {row.zone: row for row in by_zone(axis).zones}
    assert (rows[zones[0]].interventions, rows[zones[0]].eur) == (2, 50)


def test_the_seeds_lose_no_euro_between_the_zones(edition: PlanEdition) -> None:
    for axis in edition.axes.all():
        assert by_zone(axis).total_eur == total_amounts(axis).total_eur, axis.code


def test_a_kind_has_the_amounts_that_cover_it_alone(edition: PlanEdition) -> None:
    axis = axis_of(edition)
    one, two, third, other = (
        intervention(axis, code, kind=kind) for code, kind in (("p", "a"), ("q", "a"), ("s", "a"), ("r", "b"))
    )
    amount("within", 7, one, two)
    amount("between", 100, third, other)
    rows = {row.label: (row.interventions, row.eur) for row in by_kind(axis)}
    assert rows == {"a": (3, Decimal(7)), "b": (1, None)}
