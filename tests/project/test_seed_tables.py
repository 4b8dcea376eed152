"""The seed tables keep their schema, tie together and name their sources."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "shapefiles" / "seed"
Row = dict[str, str]

#: table -> the columns that tell its rows apart.
KEYS = {
    "sources": ("code",),
    "provinces": ("code",),
    "plan_editions": ("code",),
    "axes": ("plan_edition", "code"),
    "strategies": ("plan_edition", "code"),
    "actions": ("plan_edition", "code"),
    "interventions": ("code",),
    "intervention_places": ("intervention",),
    "municipality_changes": ("istat_code",),
    "claims": ("code",),
    "claim_interventions": ("claim", "intervention"),
    "snai_2020_classes": ("istat_code",),
    "snai_2020_poles": ("istat_code",),
    "snai_project_areas": ("area", "programme_period", "istat_code"),
    "zones": ("number",),
    "zone_memberships": ("istat_code",),
    "altitudes": ("istat_code",),
    "municipal_seats": ("istat_code",),
    "motorway_legs": ("e_road", "from_istat_code", "to_istat_code"),
    "osm_stations": ("code",),
    "osm_stations_dropped": ("code",),
    "hospitals": ("code",),
    "health_sites": ("code",),
    "schools": ("code",),
    "register_coverage": ("register", "kind"),
}
#: table -> its columns in order.
COLUMNS = {
    "sources": "code title publisher licence reference_date url",
    "provinces": (
        "code metropolitan_code name abbreviation region centroid_lon centroid_lat is_metropolitan source"
    ),
    "plan_editions": (
        "code title territory period_start period_end approved_on axes_declared "
        "strategies_declared actions_declared source_url"
    ),
    "axes": "plan_edition code title title_plan_style short_tag pnrr_mission source_url",
    "strategies": "plan_edition code title axis_code source_url confidence",
    "actions": (
        "plan_edition code title strategy_code gist_it gist_en location_stated location_stated_it "
        "actors_stated actors_stated_it competence extent_kind siting_criterion "
        "siting_criterion_it source_url confidence excerpt_coverage"
    ),
    "interventions": (
        "code plan_edition axis_code kind kind_it kind_en programme area_text outside_territory "
        "description_it description_en state_as_printed state_as_of source_url"
    ),
    "intervention_places": (
        "intervention place_kind istat_code place_code place_text place_text_en precision"
    ),
    "claims": (
        "code kind amount_eur state as_printed as_printed_it as_of as_of_date scope scope_it source_url"
    ),
    "claim_interventions": "claim intervention",
    "municipality_changes": "istat_code name date change reason_it reason_en source_url",
    "snai_2020_classes": "istat_code class source",
    "snai_2020_poles": "istat_code name class source",
    "snai_project_areas": "area programme_period istat_code source source_url",
    "zones": "number name source",
    "zone_memberships": "istat_code zone provisional note_it note_en source",
    "altitudes": "istat_code altitude_m altimetric_zone source",
    "municipal_seats": "istat_code lon lat match source",
    "motorway_legs": "e_road motorway from_istat_code from_name to_istat_code to_name source",
    "osm_stations": "code name kind lon lat istat_code status_year precision note source",
    "osm_stations_dropped": "code name lon lat municipality_printed reason kept_code source",
    "hospitals": (
        "code name kind facility_type beds address istat_code lon lat precision point_istat_code note source"
    ),
    "health_sites": (
        "code name kind asl address istat_code state state_as_printed state_as_printed_it state_as_of "
        "funding_as_printed precision source source_url"
    ),
    "schools": (
        "code name level type_as_printed management address istat_code pupils pupils_source precision source"
    ),
    "register_coverage": "register kind area statement_it statement_en complete source",
}
COUNTS = {
    "provinces": 107,
    "plan_editions": 2,
    "axes": 12,
    "strategies": 16,
    "actions": 23,
    "interventions": 70,
    "intervention_places": 70,
    "snai_2020_classes": 312,
    "snai_2020_poles": 241,
    "snai_project_areas": 19,
    "zones": 11,
    "zone_memberships": 312,
    "altitudes": 312,
    "municipal_seats": 7896,
    "motorway_legs": 73,
    "hospitals": 53,
    "health_sites": 29,
    "schools": 469,
}
#: (table, column) -> the only values it may hold.
VOCABULARIES = {
    ("actions", "competence"): {"own", "others", "unknown"},
    ("actions", "extent_kind"): {"whole_area", "class_of_places", "named_places", "to_be_sited", "unknown"},
    ("intervention_places", "place_kind"): {"municipality", "station", "school", "health_site", "area"},
    ("intervention_places", "precision"): {"exact", "address", "municipality", "not_located"},
    ("claims", "kind"): {"amount", "state"},
    ("claims", "state"): {"", "not_started", "partly_done", "changed", "done", "dropped"},
    ("snai_2020_classes", "class"): set("ABCDEF"),
    ("snai_2020_poles", "class"): set("AB"),
    ("zone_memberships", "provisional"): {"true"},
    ("altitudes", "altimetric_zone"): set("12345"),
    ("municipal_seats", "match"): {"name", "part_of_name", "largest_settlement"},
    ("osm_stations", "kind"): {"rail", "metro"},
    ("osm_stations_dropped", "reason"): {
        "coordinates_zero",
        "outside_territory",
        "same_id",
        "same_name_within_300_m",
    },
    ("hospitals", "kind"): {"public_hospital", "private_clinic", "other"},
    ("health_sites", "kind"): {"casa_della_comunita", "ospedale_di_comunita", "territorial"},
    ("health_sites", "state"): {"planned", "ready"},
    ("health_sites", "precision"): {"municipality"},
    ("schools", "level"): {"infanzia", "primaria", "secondaria_i", "secondaria_ii"},
    ("schools", "management"): {"state", "non_state"},
    ("register_coverage", "register"): {"stations", "hospitals", "health_sites", "schools"},
    ("register_coverage", "complete"): {"true", "false"},
}
#: (table, columns) -> (table, columns) that must hold the value; empty cells point nowhere.
REFERENCES = [
    ("axes", ("plan_edition",), "plan_editions", ("code",)),
    ("strategies", ("plan_edition", "axis_code"), "axes", ("plan_edition", "code")),
    ("actions", ("plan_edition", "strategy_code"), "strategies", ("plan_edition", "code")),
    ("interventions", ("plan_edition", "axis_code"), "axes", ("plan_edition", "code")),
    ("intervention_places", ("intervention",), "interventions", ("code",)),
    ("claim_interventions", ("claim",), "claims", ("code",)),
    ("claim_interventions", ("intervention",), "interventions", ("code",)),
    ("zone_memberships", ("zone",), "zones", ("number",)),
    ("schools", ("pupils_source",), "sources", ("code",)),
    ("plan_editions", ("territory",), "provinces", ("code",)),
    ("register_coverage", ("area",), "provinces", ("code",)),
]
LINK_TABLES = {"intervention_places", "claim_interventions"}  # they take the source of the rows they tie


def table(name: str) -> list[Row]:
    with (SEED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[column] for column in columns)


def test_every_table_is_listed_here_and_in_the_readme() -> None:
    found = {path.stem for path in SEED.glob("*.csv")}
    readme = (SEED / "README.md").read_text(encoding="utf-8")
    assert found == set(KEYS)
    assert [name for name in sorted(found) if f"`{name}.csv`" not in readme] == []


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_unique_and_complete(name: str) -> None:
    keys = [key(row, KEYS[name]) for row in table(name)]
    assert keys
    assert [k for k, n in Counter(keys).items() if n > 1] == []
    assert [k for k in keys if not all(k)] == []


@pytest.mark.parametrize("name", [name for name in KEYS if name not in {*LINK_TABLES, "sources"}])
def test_every_row_names_a_known_source_or_a_page(name: str) -> None:
    known = {row["code"] for row in table("sources")}
    for row in table(name):
        assert row.get("source") in known or row.get("source_url", "").startswith("http"), row


@pytest.mark.parametrize("name", KEYS)
def test_municipality_codes_are_text_of_six_digits(name: str) -> None:
    may_be_empty = name == "intervention_places"
    for row in table(name):
        for column in ("istat_code", "point_istat_code"):
            code = row.get(column)
            if code is None or (may_be_empty and not code):
                continue
            assert re.fullmatch(r"\d{6}", code), row


@pytest.mark.parametrize("name", KEYS)
def test_columns_are_the_schema(name: str) -> None:
    header = (SEED / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert header.split(",") == COLUMNS[name].split()


@pytest.mark.parametrize("name", KEYS)
def test_no_cell_is_padded_or_says_nan_or_null(name: str) -> None:
    for row in table(name):
        for column, cell in row.items():
            assert cell == cell.strip(), (column, row)
            assert cell.lower() not in {"nan", "null", "n/a", "non disponibile"}, (column, row)


@pytest.mark.parametrize("name", KEYS)
def test_tables_are_small_utf8_with_one_line_feed_a_row(name: str) -> None:
    raw = (SEED / f"{name}.csv").read_bytes()
    assert len(raw) < 400_000
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    raw.decode("utf-8")


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_tables_hold_as_many_rows_as_the_facts(name: str, count: int) -> None:
    assert len(table(name)) == count


@pytest.mark.parametrize(("where", "words"), VOCABULARIES.items())
def test_vocabularies_are_closed(where: tuple[str, str], words: set[str]) -> None:
    name, column = where
    assert {row[column] for row in table(name)} <= words


@pytest.mark.parametrize(("name", "columns", "target", "target_columns"), REFERENCES)
def test_references_resolve(
    name: str, columns: tuple[str, ...], target: str, target_columns: tuple[str, ...]
) -> None:
    known = {key(row, target_columns) for row in table(target)}
    found = {key(row, columns) for row in table(name)} - {("",) * len(columns)}
    assert found - known == set()
