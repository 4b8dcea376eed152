"""The owner completes the register through the product's own import, whole or not at all."""

import csv
from pathlib import Path

import pytest

from gisplan.plan.errors import TableRefused
from gisplan.plan.exchange import import_table
from gisplan.plan.models import Action, Claim, Connection, ExtentKind, PlanEdition, PlanPlace, Strategy
from gisplan.plan.queries import completeness

from .conftest import seed_rows

pytestmark = pytest.mark.django_db

NEW_ACTION = {
    "plan_edition": "psm-2021-2023",
    "code": "1.1.1",
    "title": "Un titolo del proprietario",
    "strategy_code": "1.1",
    "source_url": "https://example.org/delibera",
    "confidence": "verbatim",
}


@pytest.fixture
def write(tmp_path: Path) -> "Write":
    return Write(tmp_path / "table.csv")


class Write:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> Path:
        with self.path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        return self.path


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig")])
def test_a_new_action_raises_what_is_loaded(
    edition: PlanEdition, write: Write, delimiter: str, encoding: str
) -> None:
    changes = import_table(write(NEW_ACTION, delimiter=delimiter, encoding=encoding), "actions")
    assert (changes.created, changes.updated, changes.unchanged) == (1, 0, 0)
    assert completeness(edition).actions.loaded == 11
    action = Action.objects.get(edition=edition, code="1.1.1")
    assert (action.competence, action.extent_kind) == (Action.Competence.UNKNOWN, ExtentKind.UNKNOWN)


def test_a_column_that_the_file_lacks_is_left_as_it_is(edition: PlanEdition, write: Write) -> None:
    row = {**NEW_ACTION, "code": "2.1.3", "title": "Nuovo titolo", "strategy_code": "2.1"}
    assert import_table(write(row), "actions").updated == 1
    action = Action.objects.get(edition=edition, code="2.1.3")
    assert action.title == "Nuovo titolo"
    assert action.gist_it.startswith("Programma forestale")


def test_the_same_file_again_changes_nothing(edition: PlanEdition, write: Write) -> None:
    path = write(NEW_ACTION)
    import_table(path, "actions")
    assert str(import_table(path, "actions")) == "0 created, 0 updated, 1 unchanged"


@pytest.mark.parametrize(
    "table", ["plan_editions", "axes", "strategies", "actions", "interventions", "claims"]
)
def test_the_seeds_themselves_can_be_imported_and_change_nothing(
    edition: PlanEdition, write: Write, table: str
) -> None:
    rows = seed_rows(table)
    changes = import_table(write(*rows), table)
    assert (changes.created, changes.updated, changes.unchanged) == (0, 0, len(rows))


def test_a_dry_run_says_what_would_change_and_stores_nothing(edition: PlanEdition, write: Write) -> None:
    assert import_table(write(NEW_ACTION), "actions", dry_run=True).created == 1
    assert completeness(edition).actions.loaded == 10


def test_one_wrong_row_refuses_the_whole_file(edition: PlanEdition, write: Write) -> None:
    wrong = {**NEW_ACTION, "code": "1.1.2", "strategy_code": "9.9"}
    worse = {**NEW_ACTION, "code": "1.1.3", "source_url": "somewhere"}
    with pytest.raises(TableRefused) as refusal:
        import_table(write(NEW_ACTION, wrong, worse), "actions")
    assert [problem.partition(":")[0] for problem in refusal.value.problems] == [
        "table.csv, row 3, column strategy_code",
        "table.csv, row 4, column source_url",
    ]
    assert str(refusal.value).endswith("(and 1 more like this; nothing was stored)")
    assert completeness(edition).actions.loaded == 10


def test_the_places_of_an_action_are_replaced_together(edition: PlanEdition, write: Write) -> None:
    def place(**cells: str) -> dict[str, str]:
        empty = {"place_code": "", "place_text": ""}
        return {"plan_edition": "psm-2021-2023", "action_code": "3.1.2", **empty, **cells}

    station = place(place_kind="station", istat_code="001090", place_code="osm-1597711071", precision="exact")
    town = place(place_kind="municipality", istat_code="001078", precision="municipality")
    import_table(write(station, town), "action_places")
    places = PlanPlace.objects.filter(action__code="3.1.2", action__edition=edition)
    assert [(one.kind, str(one)) for one in places] == [("station", "Collegno"), ("municipality", "Chieri")]
    assert import_table(write(town), "action_places").removed == 2
    assert [str(one) for one in places.all()] == ["Chieri"]


def test_a_place_names_its_municipality_beside_its_code(edition: PlanEdition, write: Write) -> None:
    row = {
        "intervention": "iv-18",
        "place_kind": "station",
        "istat_code": "",
        "place_code": "osm-1597711071",
        "precision": "exact",
    }
    with pytest.raises(TableRefused, match="column istat_code: expected the ISTAT code of the municipality"):
        import_table(write(row), "intervention_places")
    import_table(write({**row, "istat_code": "001090"}), "intervention_places")
    assert str(PlanPlace.objects.get(intervention__code="iv-18")) == "Collegno"


def test_a_claim_of_the_owner_covers_actions_and_interventions(edition: PlanEdition, write: Write) -> None:
    claim = {
        "code": "monitoraggio-2024",
        "kind": "state",
        "state": "partly_done",
        "as_printed_it": "in corso",
        "as_of": "2024",
        "as_of_date": "2024-01-01",
        "source_url": "https://example.org/monitoraggio",
    }
    import_table(write(claim), "claims")
    about = {"claim": "monitoraggio-2024", "plan_edition": "psm-2021-2023", "action_code": "3.1.2"}
    import_table(write(about), "claim_actions")
    import_table(write({"claim": "monitoraggio-2024", "intervention": "iv-01"}), "claim_interventions")
    stored = Claim.objects.get(code="monitoraggio-2024")
    assert [one.code for one in stored.actions.all()] == ["3.1.2"]
    assert [one.code for one in stored.interventions.all()] == ["iv-01"]


def test_the_tree_of_connections_can_be_imported(edition: PlanEdition, write: Write) -> None:
    def line(**end: str) -> dict[str, str]:
        ends = {"to_axis_code": "", "to_strategy_code": "", "to_action_code": "", **end}
        start = {"plan_edition": "psm-2021-2023", "action_code": "6.1.2"}
        return {**start, **ends, "source_url": "https://example.org/albero"}

    import_table(write(line(to_axis_code="3"), line(to_action_code="3.1.2")), "connections")
    assert Connection.objects.filter(action__code="6.1.2").count() == 2
    with pytest.raises(TableRefused, match="expected exactly one end of the connection"):
        import_table(write(line(to_axis_code="3", to_action_code="3.1.2")), "connections")


def test_the_plan_of_another_territory_can_be_imported(edition: PlanEdition, write: Write) -> None:
    row = {
        "code": "psm-bologna",
        "title": "Un altro piano",
        "territory": "037",
        "period_start": "2024",
        "period_end": "2026",
        "axes_declared": "1",
        "strategies_declared": "1",
        "actions_declared": "1",
        "source_url": "https://example.org",
    }
    import_table(write(row), "plan_editions")
    axis = {
        "plan_edition": "psm-bologna",
        "code": "A",
        "title": "Un asse",
        "source_url": "https://example.org",
    }
    import_table(write(axis), "axes")
    assert PlanEdition.objects.get(code="psm-bologna").axes.get().title == "Un asse"
    assert not Strategy.objects.filter(edition__code="psm-bologna").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"plan_edition,code\npsm-2021-2023,1.1.1\n",
            "table.csv, row 1: expected the columns plan_edition, code, strategy_code, source_url, "
            "confidence, found no strategy_code, source_url, confidence: add what is missing",
        ),
        (
            b"plan_edition,code,strategy_code,source_url,confidence,budget\n",
            "table.csv, row 1: expected only the columns plan_edition, code,",
        ),
        (
            b"plan_edition,code,strategy_code,source_url,confidence\npsm-2021-2023,1.1.1\n",
            "table.csv, row 2: expected 5 cells, found another number",
        ),
        ("città,".encode("cp1252"), "table.csv: expected text in UTF-8, found another encoding"),
        (b"", "table.csv, row 1: expected the columns"),
        (
            b"plan_edition,code,strategy_code,source_url,confidence\n",
            "table.csv: expected at least one row below the header, found none",
        ),
        (b"\x50\x4b\x03\x04\x00\x00", "table.csv, row 1: expected the columns"),
    ],
)
def test_a_file_that_is_not_the_table_is_refused_in_one_sentence(
    edition: PlanEdition, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(TableRefused) as refusal:
        import_table(path, "actions")
    assert str(refusal.value).startswith(sentence)


def test_a_table_that_does_not_exist_is_refused(edition: PlanEdition, tmp_path: Path) -> None:
    with pytest.raises(TableRefused, match="Expected a table of the register"):
        import_table(tmp_path / "table.csv", "budgets")
    with pytest.raises(TableRefused, match=r"found none to read at .*No such file"):
        import_table(tmp_path / "absent.csv", "actions")
