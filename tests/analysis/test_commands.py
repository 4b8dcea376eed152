"""The command line: exit codes, one sentence on stderr, nothing on stdout where something is refused."""

import json
from pathlib import Path

import pyogrio
import pytest
import shapely
from django.db import transaction
from pytest_django import Settings

from gisplan.__main__ import main
from gisplan.analysis.models import Run, StreetNetwork
from gisplan.analysis.runs import catchment_request, run_catchments
from gisplan.territory.models import Municipality, Station
from tests.analysis.conftest import CENTRE_M, write_geojson

Capture = pytest.CaptureFixture[str]

#: What the layer `bands` promises to whoever reads it.
PROMISED = [
    *("station_code", "station_name", "mode", "speed_kmh", "minutes", "method"),
    *("people", "people_0_14", "people_15_64", "people_65_plus", "people_source"),
    *("schools", "hospitals", "health_sites", "interventions"),
]


def test_bands_are_written_with_the_promised_columns(
    territory: Municipality, tmp_path: Path, capsys: Capture
) -> None:
    target = tmp_path / "bands.gpkg"
    assert main(["catchments", "--all", "--out", str(target)]) == 0
    assert "6 bands, 0 on the street network, 6 in a straight line" in capsys.readouterr().out
    frame = pyogrio.read_dataframe(target, layer="bands")
    assert list(frame.columns[: len(PROMISED)]) == PROMISED
    assert frame.crs.to_epsg() == 32632
    assert frame.geometry.is_valid.all()
    assert list(frame.minutes) == [5, 10, 15] * 2
    assert frame.schools.isna().all()
    assert set(frame.method) == {"straight_line"}


def test_minutes_and_speed_are_as_asked(territory: Municipality, tmp_path: Path) -> None:
    target = tmp_path / "one.gpkg"
    words = ["catchments", "--station", "osm-2", "--minutes", "20", "--walk-kmh", "3.6", "--out", str(target)]
    assert main(words) == 0
    frame = pyogrio.read_dataframe(target, layer="bands")
    assert frame[["station_code", "minutes", "speed_kmh"]].values.tolist() == [["osm-2", 20, 3.6]]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["catchments", "--all", "--minutes", "0"], "--minutes expects whole numbers from 1 to 120, found 0"),
        (["catchments", "--all", "--minutes", "x"], "invalid int value: 'x'"),
        (["catchments", "--station", "nowhere"], "Expected codes of located stations, found nowhere"),
        (["catchments"], "Expected either --station CODE … or --all"),
        (["catchments", "--all", "--bike-kmh", "12"], "--bike-kmh does not go with --mode walk"),
        (["catchments", "--all", "--background", "--out", "x.gpkg"], "--out does not go with --background"),
        (["catchments", "--all", "--out", "bands.shp"], "ends in .gpkg, .csv, .xlsx, found bands.shp"),
        (["catchments", "--all", "--out", "absent/bands.gpkg"], "Expected an existing folder"),
        (["load_network", "absent.osm.pbf"], "absent.osm.pbf"),
        (["load_folder", "absent"], "Expected a folder of data files, found none at absent"),
        (["nonsense"], "There is no command 'nonsense'"),
        (["help", "nonsense"], "There is no command 'nonsense'"),
        (["summary", "--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_2(
    territory: Municipality, capsys: Capture, words: list[str], said: str
) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.osm.pbf", b""),
        ("picture.graphml", b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
        ("broken.graphml", b"<?xml version='1.0'?><graphml><graph><node id='1'"),
        ("points.geojson", b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
         b'"geometry":{"type":"Point","coordinates":[7.6,45.07]}}]}'),
    ],
)  # fmt: skip
def test_a_file_without_streets_is_refused_and_nothing_is_kept(
    territory: Municipality, tmp_path: Path, capsys: Capture, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert main(["load_network", str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert name in shown.err
    assert "Traceback" not in shown.err
    assert not StreetNetwork.objects.exists()


def test_a_network_elsewhere_is_loaded_with_a_warning(
    territory: Municipality, tmp_path: Path, capsys: Capture
) -> None:
    x, y = CENTRE_M
    street = [shapely.LineString([(x + 2e5, y), (x + 2e5 + 100, y)])]
    path = write_geojson(tmp_path / "far.geojson", street, [{"highway": "residential"}])
    assert main(["load_network", str(path)]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("far: 2 nodes, 1 edges, 1 components, 0 stations inside")
    assert "covers no place of Torino" in shown.err
    assert run_catchments(catchment_request((5,))).bands.filter(method="network").count() == 0


def test_known_streets_under_another_name_change_nothing(
    territory: Municipality, grid_file: Path, capsys: Capture
) -> None:
    main(["load_network", str(grid_file)])
    packed = grid_file.with_name("packed.geojson")
    packed.write_text(json.dumps(json.loads(grid_file.read_text()), indent=1))
    capsys.readouterr()
    for again in ([str(grid_file), "--name", "other"], [str(packed)]):
        assert main(["load_network", *again]) == 0
        assert "(already loaded as grid, nothing changed)" in capsys.readouterr().out
    assert [row.name for row in StreetNetwork.objects.all()] == ["grid"]


def test_an_empty_folder_is_told(territory: Municipality, tmp_path: Path, capsys: Capture) -> None:
    assert main(["load_folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"no file in {tmp_path}: nothing to load\n"


def test_a_value_that_the_database_cannot_store_is_one_sentence(
    territory: Municipality, capsys: Capture
) -> None:
    with transaction.atomic():
        assert main(["export_map", "--axis", "\0", "--out", "x.html"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_summary_counts_what_is_loaded(
    clinic_and_hospital: None, grid_file: Path, capsys: Capture
) -> None:
    main(["load_network", str(grid_file)])
    capsys.readouterr()
    assert main(["summary", "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["municipalities"] == 1
    assert counts["population"] == 64_000
    assert counts["stations"] == 2
    assert (counts["hospitals"], counts["private_clinics"]) == (1, 1)
    assert counts["network_nodes"] == 41 * 41
    assert (counts["actions"], counts["actions_declared"]) == (0, 0)


def test_the_doctor_says_what_is_missing_and_what_to_do(
    territory: Municipality, capsys: Capture, settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    main(["doctor"])
    told = capsys.readouterr().out
    assert "ok    PostGIS: PostgreSQL" in told
    assert "note  street network: none in the territory" in told
    assert "-> `gisplan load_network FILE`" in told


def test_the_doctor_fails_where_the_database_holds_another_territory(
    territory: Municipality, capsys: Capture, settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR, settings.TERRITORY = tmp_path, ["037"]
    assert main(["doctor"]) == 3
    shown = capsys.readouterr().out
    assert "FAILS territory: Torino -> GISPLAN_TERRITORY is 037: use another GISPLAN_VAR" in shown


def test_catchments_leave_out_stations_beyond_the_border(
    territory: Municipality, tmp_path: Path, capsys: Capture
) -> None:
    Municipality.objects.create(
        istat_code="004999", name="Oltre", province_code="004", province_name="Cuneo", in_territory=False
    )
    Station.objects.filter(code="osm-2").update(municipality=Municipality.objects.get(name="Oltre"))
    assert main(["catchments", "--all"]) == 0
    assert "3 bands" in capsys.readouterr().out


def test_the_doctor_fails_where_the_arrays_of_a_network_are_gone(
    territory: Municipality, grid_file: Path, capsys: Capture, settings: Settings, tmp_path: Path
) -> None:
    main(["load_network", str(grid_file)])
    settings.NETWORKS_DIR = tmp_path / "moved"
    assert main(["doctor"]) == 3
    shown = capsys.readouterr()
    assert "FAILS street network: arrays missing: grid -> load the file again" in shown.out
    assert shown.err.startswith("Not ready: street network")


@pytest.mark.parametrize(
    "words",
    [
        ["catchments", "--all", "--minutes", "5"],
        ["rank_hubs", "--minutes", "5"],
        ["scenario", "Prova", "--minutes", "5", "--close", "osm-2"],
        ["accessibility", "--measure", "nearest", "--supply", "stations", "--minutes", "60"],
    ],
)
def test_a_file_is_replaced_only_where_that_is_asked_for(
    territory: Municipality, grid_file: Path, tmp_path: Path, capsys: Capture, words: list[str]
) -> None:
    main(["load_network", str(grid_file)])
    target = tmp_path / "out.csv"
    target.write_text("mine")
    created = ["--create"] if words[0] == "scenario" else []
    capsys.readouterr()
    assert main([*words, *created, "--out", str(target)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert (
        f"Expected a new file to write, found {target}: choose another name, or give --overwrite" in shown.err
    )
    assert target.read_text() == "mine"
    assert main([*words, *created, "--out", str(target), "--overwrite"]) == 0
    assert "[people]" in target.read_text("utf-8-sig").splitlines()[0]
