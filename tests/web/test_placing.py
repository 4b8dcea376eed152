"""Click-to-place: who may, what is stored, what is refused, and the way back."""

import json
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.gis.geos import Point
from django.test import Client

from gisplan.plan.models import Editorship, PlanPlace
from gisplan.plan.rights import GIS_OFFICER, MUNICIPAL_EDITOR, PLANNER
from gisplan.territory.models import HealthSite, Municipality, Precision

from .import_steps import signed_in, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

COLLEGNO = (7.575, 45.078)  # in the municipality of Collegno
TORINO = (7.686, 45.07)


@pytest.fixture
def planner() -> Client:
    return signed_in(user(PLANNER))


@pytest.fixture
def works() -> PlanPlace:
    """Works on a school of Collegno of which only the municipality is known."""
    found = PlanPlace.objects.filter(municipality__istat_code="001090", intervention__isnull=False).first()
    assert found is not None
    PlanPlace.objects.filter(pk=found.pk).update(
        precision="municipality", station=None, school=None, kind="municipality"
    )
    return PlanPlace.objects.get(pk=found.pk)


def address(place: PlanPlace) -> str:
    return f"/posiziona/intervento/{place.pk}/"


def position(where: tuple[float, float] = COLLEGNO, **changed: str) -> dict[str, str]:
    lon, lat = where
    return {"lon": f"{lon}", "lat": f"{lat}", "precisione": "exact", "fonte": "sopralluogo", **changed}


def degrees(place: PlanPlace) -> tuple[float, float]:
    place.refresh_from_db()
    assert place.geometry is not None
    point = place.geometry.transform(4326, clone=True)
    return round(point.x, 5), round(point.y, 5)


def test_a_position_is_stored_with_its_precision_source_and_author(planner: Client, works: PlanPlace) -> None:
    assert planner.get(address(works)).status_code == 200
    response = planner.post(address(works), position(), follow=True)
    assert "La posizione è salvata" in response.content.decode()
    assert degrees(works) == pytest.approx(COLLEGNO, abs=1e-5)
    assert works.precision == Precision.EXACT
    entry = LogEntry.objects.get(object_id=str(works.pk), content_type__model="planplace")
    assert entry.user.username == "planner"
    assert "sopralluogo" in entry.change_message
    assert "sopralluogo" in response.content.decode()
    assert "position" in entry.get_change_message()  # the admin's own history can read it


def test_a_placed_intervention_is_drawn_where_it_was_put(planner: Client, works: PlanPlace) -> None:
    planner.post(address(works), position())
    axis = works.intervention.axis.code  # type: ignore[union-attr]
    page = planner.get(f"/assi/{axis}/").content.decode()
    code = works.intervention.code  # type: ignore[union-attr]
    call = re.findall(rf'addLayer\(map_main, {{"key":"axis-{axis}".*', page)[0]
    shown = json.loads(f"[{call.split('map_main, ', 1)[1].removesuffix(');')}]")[1]["features"]
    (own,) = [one for one in shown if any(member["id"] == code for member in one["properties"]["members"])]
    assert own["geometry"]["coordinates"] == pytest.approx(COLLEGNO, abs=1e-5)


def test_a_change_can_be_undone_once_and_not_over_anothers(planner: Client, works: PlanPlace) -> None:
    planner.post(address(works), position())
    first = LogEntry.objects.latest("pk").pk
    planner.post(address(works), position((7.58, 45.08), precisione="address"))
    response = planner.post(address(works), {"annulla": str(first)})
    assert response.status_code == 400
    assert "già superata" in response.content.decode()
    planner.post(address(works), {"annulla": str(LogEntry.objects.latest("pk").pk)})
    assert degrees(works) == pytest.approx(COLLEGNO, abs=1e-5)
    assert works.precision == Precision.EXACT


def test_the_first_undo_leaves_it_without_a_position(planner: Client, works: PlanPlace) -> None:
    planner.post(address(works), position())
    planner.post(address(works), {"annulla": str(LogEntry.objects.latest("pk").pk)})
    works.refresh_from_db()
    assert (works.geometry, works.precision) == (None, Precision.MUNICIPALITY)


def test_a_position_outside_the_municipality_needs_a_confirmation(planner: Client, works: PlanPlace) -> None:
    response = planner.post(address(works), position(TORINO))
    assert response.status_code == 400
    page = response.content.decode()
    assert "Attesa una posizione in Collegno, trovata Torino" in page
    assert 'name="conferma"' in page
    works.refresh_from_db()
    assert works.geometry is None
    planner.post(address(works), position(TORINO, conferma="1"))
    assert degrees(works) == pytest.approx(TORINO, abs=1e-5)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lon": "est"}, "come numeri"),
        ({"lat": "nan"}, "in gradi"),
        ({"lon": "200"}, "in gradi"),
        ({"precisione": "municipality"}, "Attesa una precisione"),
        ({"fonte": "  "}, "Attesa la fonte"),
        ({"annulla": "7"}, "già superata"),
        ({"annulla": "x"}, "già superata"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_one_sentence(
    planner: Client, works: PlanPlace, changed: dict[str, str], words: str
) -> None:
    response = planner.post(address(works), position() | changed)
    assert response.status_code == 400
    assert words in response.content.decode()
    works.refresh_from_db()
    assert works.geometry is None
    assert not LogEntry.objects.exists()


def visitors() -> dict[str, tuple[Client, bool, bool]]:
    """Who, and whether they may place an intervention in Collegno and a health site."""
    own, other = (user(MUNICIPAL_EDITOR, name) for name in ("collegno", "ivrea"))
    for who, code in ((own, "001090"), (other, "001125")):
        Editorship.objects.create(user=who, municipality=Municipality.objects.get(istat_code=code))
    return {
        "planner": (signed_in(user(PLANNER)), True, False),
        "own editor": (signed_in(own), True, False),
        "editor of another municipality": (signed_in(other), False, False),
        "GIS officer": (signed_in(user(GIS_OFFICER)), False, True),
        "stranger": (signed_in(User.objects.create_user("nobody")), False, False),
    }


def test_only_those_who_edit_it_may_place_it(works: PlanPlace) -> None:
    site = HealthSite.objects.filter(municipality__isnull=False, location__isnull=True)[0]
    for who, (client, may_plan, may_register) in visitors().items():
        for where, may in (
            (address(works), may_plan),
            (f"/posiziona/sede-sanitaria/{site.code}/", may_register),
        ):
            assert client.get(where).status_code == (200 if may else 403), who
            if not may:
                assert client.post(where, position()).status_code == 403, who
    anonymous = Client()
    assert anonymous.get(address(works))["Location"].startswith("/accesso/")
    works.refresh_from_db()
    assert works.geometry is None


def test_the_tool_is_offered_to_editors_alone(client: Client, planner: Client, works: PlanPlace) -> None:
    axis = works.intervention.axis.code  # type: ignore[union-attr]
    for page in (f"/assi/{axis}/", "/comuni/001090/"):
        assert address(works) in planner.get(page).content.decode()
        assert "/posiziona/" not in client.get(page).content.decode()


def test_a_place_of_a_register_is_placed_by_an_officer(officer: Client) -> None:
    site = HealthSite.objects.filter(municipality__isnull=False, location__isnull=True)[0]
    boundary: Any = site.municipality.boundaries.latest("edition__valid_from").geometry  # type: ignore[union-attr]
    inside: Point = boundary.point_on_surface.transform(4326, clone=True)
    address_of = f"/posiziona/sede-sanitaria/{site.code}/"
    assert address_of in officer.get("/assi/6/").content.decode()
    officer.post(address_of, position((inside.x, inside.y)))
    site.refresh_from_db()
    assert site.location is not None
    assert site.precision == Precision.EXACT
    assert address_of not in officer.get("/assi/6/").content.decode()


@pytest.mark.parametrize(
    "where",
    ["/posiziona/ponte/1/", "/posiziona/intervento/0/", "/posiziona/intervento/x/", "/posiziona/scuola/x/"],
)
def test_what_is_not_there_is_not_found(planner: Client, where: str) -> None:
    assert planner.get(where).status_code == 404
