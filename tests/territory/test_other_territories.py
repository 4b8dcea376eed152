"""Any province loads the same way; what the seeds hold of Torino stays out of it."""

import pytest

from gisplan.territory.errors import OtherTerritory
from gisplan.territory.loading import Loaded, load_territory
from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    Population,
    RegisterCoverage,
    School,
    Source,
    Station,
    Zone,
)
from gisplan.territory.queries import coverage_of, nearest_station, register_counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bologna")]


def test_bologna_has_55_municipalities_with_people(bologna: Loaded) -> None:
    assert bologna.counts["municipalities"] == 55
    inside = Population.objects.filter(municipality__in_territory=True, reference_date="2023-01-01")
    assert inside.count() == 55
    assert bologna.counts["population"] == sum(inside.values_list("people", flat=True)) > 1_000_000


def test_nothing_of_torino_is_in_bologna(bologna: Loaded) -> None:
    for model in (Station, Hospital, HealthSite, School, Zone, RegisterCoverage):
        assert not model._default_manager.exists()
    assert not Municipality.objects.filter(province_code="001").exists()
    assert bologna.counts["zone_memberships"] == 0


def test_without_registers_everything_is_not_known() -> None:
    city = Municipality.objects.get(istat_code="037006")
    assert city.name == "Bologna"
    assert nearest_station(city) is None
    assert {row.count for row in register_counts(city)} == {None}


def test_the_pole_of_bologna_has_its_official_class() -> None:
    assert Municipality.objects.get(istat_code="037006").snai_classes.get().letter == "A"


def test_changing_the_territory_keeps_what_a_place_of_the_owner_names() -> None:
    own = Source.objects.create(code="own-survey", title="Rilievo", publisher="Ente", licence="CC0")
    imola = Municipality.objects.get(name="Imola")
    School.objects.create(
        code="own-1", name="Scuola", level="primaria", is_state=True, municipality=imola,
        precision="municipality", source=own,
    )  # fmt: skip
    with pytest.raises(OtherTerritory, match=r"holds Bologna \(037\): set GISPLAN_VAR to another folder"):
        load_territory(["001", "004"])
    Municipality.objects.update(in_territory=False)  # as an operator does who means it
    loaded = load_territory(["001", "004"])
    imola.refresh_from_db()
    assert not imola.in_territory
    assert imola.boundaries.count() == imola.populations.count() == 0
    assert loaded.kept == ["Imola"]
    assert Municipality.objects.filter(province_code="037").count() == 1

    assert Municipality.objects.filter(in_territory=True).count() == 312 + 247
    torino, cuneo = (Municipality.objects.get(istat_code=code) for code in ("001272", "004078"))
    assert coverage_of("stations", "rail", torino) is not None
    assert coverage_of("stations", "rail", cuneo) is None
