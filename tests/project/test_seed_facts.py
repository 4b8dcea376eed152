"""The seed tables say what the facts say, and nothing more."""

import csv
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "shapefiles" / "seed"
SHARED = Path(os.environ.get("GISPLAN_SHARED", ROOT.parent / "shared"))
needs_facts = pytest.mark.skipif(
    not (SHARED / "facts").is_dir(), reason="the folder shared/facts is not beside the repository"
)
needs_data = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="the folder shared/data is not beside the repository"
)
Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (SEED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[column] for column in columns)


def shared(path: str, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[Row]:
    with (SHARED / path).open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_each_edition_declares_more_than_is_loaded_and_has_six_axes() -> None:
    for edition in table("plan_editions"):
        loaded = {
            name: sum(row["plan_edition"] == edition["code"] for row in table(name))
            for name in ("axes", "strategies", "actions")
        }
        assert loaded["axes"] == int(edition["axes_declared"]) == 6
        assert 0 < loaded["strategies"] < int(edition["strategies_declared"])
        assert 0 < loaded["actions"] < int(edition["actions_declared"])


def test_ten_strategies_and_ten_actions_of_the_first_edition_all_have_titles() -> None:
    for name in ("strategies", "actions"):
        rows = [row for row in table(name) if row["plan_edition"] == "psm-2021-2023"]
        assert len(rows) == 10
        assert all(row["title"] for row in rows)


def test_actions_of_2024_have_a_gist_and_no_title() -> None:
    rows = [row for row in table("actions") if row["plan_edition"] == "psm-2024-2026"]
    assert len(rows) == 13
    assert all(row["gist_it"] and row["gist_en"] and not row["title"] for row in rows)


def test_a_siting_criterion_belongs_to_an_action_to_be_sited() -> None:
    for row in table("actions"):
        to_be_sited = row["extent_kind"] == "to_be_sited"
        assert bool(row["siting_criterion"]) == to_be_sited == bool(row["siting_criterion_it"]), row


def test_a_code_reused_between_editions_means_something_else() -> None:
    actions = {key(row, ("plan_edition", "code")): row for row in table("actions")}
    then, now = actions["psm-2021-2023", "3.1.1"], actions["psm-2024-2026", "3.1.1"]
    assert "MAAS" in then["title"]
    assert "tariffa unica" in now["gist_it"]


def test_a_group_with_unlisted_members_has_no_municipality_and_is_not_located() -> None:
    for row in table("intervention_places"):
        is_area = row["place_kind"] == "area"
        assert is_area == (row["istat_code"] == "") == (row["precision"] == "not_located"), row


def test_the_site_outside_the_territory_is_marked() -> None:
    outside = [row["code"] for row in table("interventions") if row["outside_territory"] == "true"]
    places = {row["intervention"]: row for row in table("intervention_places")}
    assert outside == ["iv-34"]
    assert [
        iv for iv, row in places.items() if row["istat_code"] and row["istat_code"][:3] != "001"
    ] == outside


def test_an_intervention_place_code_is_a_place_of_its_kind_in_the_same_municipality() -> None:
    registers = {"station": "osm_stations", "health_site": "health_sites"}
    rows = [row for row in table("intervention_places") if row["place_code"]]
    assert len(rows) == 34  # 8 stations, 26 community health sites
    for row in rows:
        places = {place["code"]: place for place in table(registers[row["place_kind"]])}
        assert places[row["place_code"]]["istat_code"] == row["istat_code"]


def test_one_claim_covers_many_interventions_and_is_never_repeated() -> None:
    covered = Counter(row["claim"] for row in table("claim_interventions"))
    assert covered["pinqua-2021"] == 14
    assert covered["school-tranche-2022"] == 13
    assert set(covered) == {row["code"] for row in table("claims")}


def test_amount_claims_have_an_amount_and_state_claims_none() -> None:
    for row in table("claims"):
        assert (row["kind"] == "amount") == bool(row["amount_eur"]), row
        assert row["as_printed"]
        assert row["as_of_date"].startswith(row["as_of"][:4])
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["as_of_date"])


def test_a_state_is_given_only_where_the_text_is_certain() -> None:
    states = {(row["as_printed"], row["state"]) for row in table("claims") if row["state"]}
    assert states == {
        ("planned", "not_started"),
        ("planned (outside CMTo: Asti province)", "not_started"),
        ("ready", "done"),
    }


def test_stations_are_85_rail_and_21_metro_all_inside_torino_and_none_twice() -> None:
    rows = table("osm_stations")
    assert Counter(row["kind"] for row in rows) == {"rail": 85, "metro": 21}
    assert all(row["istat_code"].startswith("001") and row["status_year"] == "2015" for row in rows)
    assert len({(row["kind"], row["name"], row["istat_code"]) for row in rows}) == len(rows)


def test_dropped_twins_name_the_station_that_stayed() -> None:
    kept = {row["code"] for row in table("osm_stations")}
    for row in table("osm_stations_dropped"):
        is_twin = row["reason"].startswith("same_")
        assert (row["kept_code"] in kept) == is_twin, row


def test_twenty_private_clinics_are_not_public_hospitals() -> None:
    kinds = Counter(row["kind"] for row in table("hospitals"))
    assert kinds == {"public_hospital": 26, "private_clinic": 20, "other": 7}
    in_torino = [row for row in table("hospitals") if row["istat_code"].startswith("001")]
    assert (len(in_torino), sum(int(row["beds"]) for row in in_torino)) == (51, 8686)


def test_only_the_point_of_candiolo_falls_in_another_municipality() -> None:
    moved = [row for row in table("hospitals") if row["istat_code"] != row["point_istat_code"]]
    assert [(row["istat_code"], row["point_istat_code"]) for row in moved] == [("001051", "001168")]
    assert "None" in moved[0]["note"]


def test_schools_are_384_non_state_and_85_state_upper_secondary() -> None:
    rows = table("schools")
    assert Counter(row["management"] for row in rows) == {"non_state": 384, "state": 85}
    assert {row["level"] for row in rows if row["management"] == "state"} == {"secondaria_ii"}
    assert all(row["pupils"] == "" or int(row["pupils"]) > 0 for row in rows)
    assert all(bool(row["pupils"]) == bool(row["pupils_source"]) for row in rows)


def test_every_kind_of_every_register_states_its_coverage() -> None:
    columns = {"osm_stations": "kind", "hospitals": "kind", "health_sites": "kind", "schools": "level"}
    loaded = {
        (name.removeprefix("osm_"), row[column]) for name, column in columns.items() for row in table(name)
    }
    stated = {key(row, ("register", "kind")) for row in table("register_coverage")}
    assert loaded == stated


def test_class_counts_equal_the_official_2020_map() -> None:
    classes = Counter(row["class"] for row in table("snai_2020_classes"))
    assert classes == {"A": 6, "B": 6, "C": 202, "D": 60, "E": 35, "F": 3}


def test_the_fourteen_metropolitan_cities_carry_their_istat_code() -> None:
    rows = {row["code"]: row for row in table("provinces")}
    metropolitan = {code: row["metropolitan_code"] for code, row in rows.items() if row["metropolitan_code"]}
    assert len(metropolitan) == 14
    assert (metropolitan["001"], metropolitan["037"], metropolitan["092"]) == ("201", "237", "292")
    assert all((row["is_metropolitan"] == "true") == (code in metropolitan) for code, row in rows.items())
    assert all(
        6 < float(r["centroid_lon"]) < 19 and 35 < float(r["centroid_lat"]) < 48 for r in rows.values()
    )


@needs_facts
@pytest.mark.parametrize(
    ("name", "edition", "fact_file", "columns"),
    [
        ("axes", "psm-2021-2023", "axes", ("code", "title", "title_plan_style", "short_tag", "source_url")),
        (
            "strategies",
            "psm-2021-2023",
            "strategies_2021_2023",
            ("code", "title", "axis_code", "source_url", "confidence"),
        ),
        ("strategies", "psm-2024-2026", "strategies_2024_2026", ("code", "title", "axis_code", "source_url")),
        (
            "actions",
            "psm-2021-2023",
            "actions_2021_2023",
            ("code", "title", "strategy_code", "location_stated", "actors_stated", "source_url"),
        ),
        (
            "actions",
            "psm-2024-2026",
            "actions_2024_2026",
            ("code", "strategy_code", "source_url", "confidence", "excerpt_coverage"),
        ),
    ],
)
def test_the_plan_says_what_the_facts_say(
    name: str, edition: str, fact_file: str, columns: tuple[str, ...]
) -> None:
    ours = [key(row, columns) for row in table(name) if row["plan_edition"] == edition]
    facts = [key(row, columns) for row in shared(f"facts/{fact_file}.csv")]
    assert ours == facts


@needs_facts
def test_gists_in_english_are_the_facts_word_for_word() -> None:
    facts = [
        row["gist_own_words"]
        for years in ("2021_2023", "2024_2026")
        for row in shared(f"facts/actions_{years}.csv")
    ]
    assert [row["gist_en"] for row in table("actions")] == facts


@needs_facts
def test_interventions_and_their_claims_are_the_facts_row_by_row() -> None:
    amounts = {row["code"] for row in table("claims") if row["kind"] == "amount"}
    claims: dict[str, list[str]] = {}
    for row in table("claim_interventions"):
        if row["claim"] in amounts:
            claims.setdefault(row["intervention"], []).append(row["claim"])
    ours = [
        (r["code"], r["axis_code"], r["programme"], r["area_text"], r["state_as_printed"], r["state_as_of"],
         r["source_url"], claims.get(r["code"], []))
        for r in table("interventions")
    ]  # fmt: skip
    facts = [
        (r["id"], r["axis_code"], r["programme"], r["municipality_or_area"], r["state_as_printed"],
         r["as_of"], r["source_url"], r["claim_ids"].split())
        for r in shared("facts/interventions.csv")
    ]  # fmt: skip
    assert ours == facts


@needs_facts
def test_amounts_are_the_facts_row_by_row() -> None:
    ours = [
        (r["code"], r["amount_eur"], r["as_printed"], r["as_of"], r["scope"], r["source_url"])
        for r in table("claims")
        if r["kind"] == "amount"
    ]
    facts = [
        (r["claim_id"], r["value_eur"], r["as_printed"], r["as_of"], r["scope"], r["source_url"])
        for r in shared("facts/claims.csv")
    ]
    assert ours == facts


@needs_data
@pytest.mark.parametrize(
    ("name", "columns", "path", "read"),
    [
        (
            "snai_2020_classes",
            ("istat_code", "class"),
            "data/snai/snai_2020_classes.csv",
            lambda r: (r["istat_code"], r["snai_class_2020"]),
        ),
        (
            "snai_2020_poles",
            ("istat_code", "name", "class"),
            "data/snai/snai_2020_poles_italy.csv",
            lambda r: (r["istat_code"], r["name"], r["snai_class_2020"]),
        ),
        (
            "zone_memberships",
            ("istat_code", "zone", "note_en"),
            "data/snai/zone_omogenee_2015_provisional.csv",
            lambda r: (r["istat_code"], r["zone_no"], r["note"]),
        ),
        (
            "hospitals",
            ("name", "beds"),
            "data/health/eurostat_hospitals_2020.csv",
            lambda r: (r["hospital_name"], r["cap_beds"]),
        ),
    ],
)
def test_small_tables_say_what_the_data_say(
    name: str, columns: tuple[str, ...], path: str, read: Callable[[Row], tuple[str, ...]]
) -> None:
    assert sorted(key(row, columns) for row in table(name)) == sorted(read(row) for row in shared(path))


@needs_data
def test_kept_and_dropped_stations_together_are_the_published_list() -> None:
    published = shared("data/stations/osm_stations_2015.csv", encoding="iso-8859-1", delimiter=";")
    ours = [row["code"] for name in ("osm_stations", "osm_stations_dropped") for row in table(name)]
    assert Counter(ours) == Counter("osm-" + row["Identificatore in OpenStreetMap"] for row in published)
