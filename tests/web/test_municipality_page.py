"""A municipality beside its zone and territory, its services by car, and the light page for other sites."""

import re
from html import unescape

import pytest
from django.test import Client

from gisplan.analysis.nearest_services import nearest_services
from gisplan.analysis.road_times import road_times
from gisplan.plan.comparison import compare
from gisplan.plan.models import PlanPlace
from gisplan.plan.queries import default_edition
from gisplan.territory.models import Hospital, Municipality, Population, School, ZoneMembership

from .test_pages import read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]


def municipality(name: str) -> Municipality:
    return Municipality.objects.get(name=name, in_territory=True)


def test_the_figures_of_the_three_are_those_of_their_municipalities() -> None:
    found = compare(municipality("Collegno"), default_edition())
    zone = ZoneMembership.objects.get(municipality__name="Collegno", valid_to=None).zone
    for figures, rows in (
        (found.here, Population.objects.filter(municipality__name="Collegno")),
        (found.zone, Population.objects.filter(municipality__zone_memberships__zone=zone)),
        (found.territory, Population.objects.filter(municipality__in_territory=True)),
    ):
        assert figures is not None
        latest = list(rows.order_by("municipality_id", "-reference_date").distinct("municipality_id"))
        assert figures.people == sum(row.people for row in latest)
        assert figures.people_0_14 == sum(row.people_between(0, 14) for row in latest)
        assert figures.people_65_plus == sum(row.people_between(65, 100) for row in latest)


def test_an_intervention_of_two_municipalities_counts_once_in_their_zone() -> None:
    before = compare(municipality("Collegno"), default_edition())
    one = PlanPlace.objects.filter(municipality__name="Collegno", intervention__isnull=False)[0]
    PlanPlace.objects.create(
        intervention=one.intervention,
        kind="municipality",
        municipality=municipality("Grugliasco"),
        precision="municipality",
    )
    after = compare(municipality("Collegno"), default_edition())
    assert after.here.interventions == before.here.interventions
    assert after.zone is not None
    assert before.zone is not None
    assert after.zone.interventions == before.zone.interventions
    PlanPlace.objects.filter(pk=one.pk).delete()
    assert (
        compare(municipality("Collegno"), default_edition()).here.interventions
        == before.here.interventions - 1
    )


def test_the_nearest_service_is_the_one_of_the_least_minutes() -> None:
    found = nearest_services(municipality("Ceresole Reale"))
    assert found is not None
    rows = {row.service: row for row in found.rows}
    hospitals = Hospital.objects.filter(kind="public_hospital", municipality__isnull=False)
    codes = sorted(set(hospitals.values_list("municipality__istat_code", flat=True)))
    times = road_times()
    minutes = dict(zip(codes, times.minutes(["001073"], codes)[0].tolist(), strict=True))
    row = rows["hospitals:public"]
    assert row.municipality is not None
    assert row.minutes == min(minutes.values()) == minutes[row.municipality.istat_code]
    torino = nearest_services(municipality("Torino"))
    assert torino is not None
    assert all(row.is_here for row in torino.rows if row.service.startswith(("schools", "hospitals")))


def test_a_service_that_no_register_lists_is_not_known(client: Client) -> None:
    School.objects.filter(level="infanzia").delete()
    found = nearest_services(municipality("Ceresole Reale"))
    assert found is not None
    row = next(row for row in found.rows if row.service == "schools:infanzia")
    assert (row.minutes, row.municipality) == (None, None)
    assert "scuola dell'infanzia non noto" in read(client, "/comuni/001073/")


@pytest.mark.parametrize(
    ("prefix", "words"), [("", "Il comune a confronto"), ("/en", "The municipality compared")]
)
def test_the_page_compares_and_tells_the_services(client: Client, prefix: str, words: str) -> None:
    page = read(client, f"{prefix}/comuni/001090/")
    assert words in page
    assert "2 AMT Ovest" in page
    assert ("rete schematica" if not prefix else "schematic network") in page


def test_the_light_page_may_be_framed_by_any_site_and_no_other_page_may(client: Client) -> None:
    response = client.get("/comuni/001090/incorpora/")
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers
    assert not response.cookies
    assert len(response.content) < 150_000
    whole = client.get("/comuni/001090/")
    assert "frame-ancestors 'self'" in whole.headers["Content-Security-Policy"]
    assert whole.headers["X-Frame-Options"] == "DENY"


def test_the_code_to_copy_names_the_light_page_in_the_readers_language(client: Client) -> None:
    for prefix in ("", "/en"):
        page = client.get(f"{prefix}/comuni/001090/").content.decode()
        code = unescape(re.findall(r'<textarea id="snippet"[^>]*>(.*?)</textarea>', page)[0])
        assert f'src="http://testserver{prefix}/comuni/001090/incorpora/"' in code
        assert client.get(f"{prefix}/comuni/001090/incorpora/").status_code == 200
    assert client.get("/comuni/005031/incorpora/").status_code == 404
