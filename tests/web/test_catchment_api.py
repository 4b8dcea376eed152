"""POST /analysis/catchment: what it answers, what it refuses, how often; nothing stored, no cookie."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from gisplan.analysis.models import Run
from gisplan.web import catchment_api
from gisplan.web.rate_limit import RateLimit

from .conftest import COLLEGNO_STREETS, seed_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

ADDRESS = "/analysis/catchment"
GOOD = {"lon": 7.5779, "lat": 45.0785, "mode": "walk", "minutes": [5, 10]}


@pytest.fixture(autouse=True)
def fresh_limit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(catchment_api, "limit", RateLimit())
    yield


def ask(client: Client, address: str = ADDRESS, **changes: Any) -> Any:
    body = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return client.post(address, json.dumps(body), content_type="application/json")


def test_the_answer_is_geojson_with_bands_and_a_run_that_is_not_stored(client: Client) -> None:
    runs = Run.objects.count()
    response = ask(client)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/geo+json"
    assert not response.cookies
    answer = json.loads(response.content)
    assert [feature["properties"]["minutes"] for feature in answer["features"]] == [10, 5]
    assert answer["municipality"] == "Collegno"
    assert answer["run"]["parameters"]["speed_kmh"] == 4.8
    assert answer["run"]["editions"]["territory"] == "2023"
    expected = "network" if COLLEGNO_STREETS.exists() else "straight_line"
    assert {feature["properties"]["method"] for feature in answer["features"]} == {expected}
    assert Run.objects.count() == runs


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"lon": 6.1, "lat": 45.0}, "position", "è fuori da Torino"),
        ({"lat": 91}, "lat", "La latitudine dev'essere in gradi"),
        ({"lon": "7.5"}, "lon", "La longitudine"),
        ({"lon": True}, "lon", "La longitudine"),
        ({"minutes": [10_000]}, "minutes", "numeri interi (1–120), non 10000"),
        ({"minutes": [0]}, "minutes", "non 0"),
        ({"minutes": []}, "minutes", "numeri interi"),
        ({"minutes": [7.5]}, "minutes", "non 7.5"),
        ({"minutes": list(range(1, 9))}, "bands", "al massimo 6, non 8"),
        ({"mode": "swim"}, "mode", "walk, bike, non swim"),
        ({"speed_kmh": 99}, "speed_kmh", "non 99"),
        ({"mode": None}, "missing", "manca mode"),
        ({"minute": 5}, "field", "non minute"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence_and_never_an_empty_figure(
    client: Client, changes: dict[str, Any], field: str, words: str
) -> None:
    response = ask(client, **changes)
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["type"], error["field"]) == ("request", field)
    assert words in error["message"]
    assert "features" not in response.json()


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"lon": NaN}', b"\xff", b"[" * 5_000, b" " * 20_000])
def test_a_body_that_is_not_the_json_of_a_question_is_refused(client: Client, body: bytes) -> None:
    response = client.post(ADDRESS, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "body"


def test_the_refusal_is_in_the_readers_language(client: Client) -> None:
    message = ask(client, f"/en{ADDRESS}", mode="swim").json()["error"]["message"]
    assert message == "The mode must be one of walk, bike, not swim: choose one."


def test_reading_the_address_is_refused_in_json(client: Client) -> None:
    response = client.get(ADDRESS)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response.json()["error"]["type"] == "method"


@override_settings(CATCHMENTS_PER_MINUTE=2)
def test_an_anonymous_address_may_ask_so_often_and_another_is_not_held_up(client: Client) -> None:
    statuses = [ask(client).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = ask(client)
    assert 1 <= int(refused["Retry-After"]) <= 30
    assert "Troppe richieste" in refused.json()["error"]["message"]
    assert ask(Client(REMOTE_ADDR="198.51.100.7")).status_code == 200
    signed_in = Client()
    signed_in.force_login(User.objects.create_user("someone"))
    assert ask(signed_in).status_code == 200


@override_settings(CATCHMENTS_PER_MINUTE=1, PROXIES=1)
def test_behind_our_own_server_the_visitor_is_whom_that_server_saw(client: Client) -> None:
    def from_address(seen: str) -> int:
        return ask(Client(HTTP_X_FORWARDED_FOR=seen)).status_code

    assert from_address("203.0.113.1") == 200
    assert from_address("198.51.100.9, 203.0.113.1") == 429  # the first word is the visitor's own claim
    assert from_address("203.0.113.2") == 200


def test_permissions_come_back_with_time() -> None:
    now = [0.0]
    limit = RateLimit(clock=lambda: now[0])
    assert [limit.wait_s("a", per_minute=2) for _ in range(3)] == [0, 0, 30]
    now[0] = 30.0
    assert [limit.wait_s("a", per_minute=2) for _ in range(2)] == [0, 30]


def test_every_station_of_the_territory_answers(client: Client) -> None:
    for row in seed_rows("osm_stations")[:5]:
        assert ask(client, lon=float(row["lon"]), lat=float(row["lat"])).status_code == 200
