"""The guarded process in which GDAL reads: what it may not do, and what its end becomes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from pytest_django import Settings

from layers import gdal
from layers.errors import LayersError, SourceDamaged, SourceTooLarge
from layers.gdal import Dataset
from layers.importing import import_layer
from layers.reader import client

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parents[2] / "shapefiles"
TWO = Dataset(SAMPLES / "geopackage_two_layers" / "due.gpkg", "GPKG")
Write = Callable[..., Path]


def run_guarded(*lines: str) -> str:
    """What a fresh Python prints that has shut the door behind itself and then runs these lines."""
    program = "\n".join(["import socket, os", "from layers.reader import guard", *lines])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def children() -> set[int]:
    """Processes that the server of this process has forked and that have not ended."""
    server = client._keeper.get().process.pid
    return {int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()}


def many_points(path: Path, count: int) -> Path:
    feature = '{"type":"Feature","properties":{"n":1},"geometry":{"type":"Point","coordinates":[7.6,45.1]}}'
    path.write_text('{"type":"FeatureCollection","features":[' + ",\n".join([feature] * count) + "]}")
    return path


def test_every_guard_holds_here() -> None:
    assert gdal.guards() == ["memory", "time", "files", "network"]


@pytest.mark.parametrize(
    "family", ["AF_INET, socket.SOCK_STREAM", "AF_INET6, socket.SOCK_DGRAM", "AF_UNIX, socket.SOCK_STREAM"]
)
def test_shut_network_leaves_no_socket_to_make(family: str) -> None:
    assert run_guarded(f"socket.socket(socket.{family})", "print('open')") == "open"
    assert "PermissionError" in run_guarded("guard.shut_network()", f"socket.socket(socket.{family})")


@pytest.mark.parametrize(
    "forbidden", ["os.fork()", "os.execv('/bin/true', ['true'])", f"os.kill({os.getpid()}, 0)"]
)
def test_shut_network_leaves_no_other_process_to_reach(forbidden: str) -> None:
    assert "PermissionError" in run_guarded("guard.shut_network()", forbidden)


def test_shut_files_leaves_only_what_is_named(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("given")
    (tmp_path / "other").write_text("other")
    shut = f"guard.shut_files(['/usr', '{tmp_path}/given'])"
    assert run_guarded(shut, f"print(open('{tmp_path}/given').read())") == "given"
    for forbidden in (f"{tmp_path}/other", "/etc/passwd", f"/proc/{os.getpid()}/environ"):
        assert "PermissionError" in run_guarded(shut, f"open('{forbidden}').read()")
    assert "PermissionError" in run_guarded(shut, f"open('{tmp_path}/given', 'a')")


def test_reading_process_loads_no_django_and_gets_no_variable_of_ours() -> None:
    client.warm_up()
    server = client._keeper.get().process.pid
    gdal.list_layers(TWO)
    assert "django" not in Path(f"/proc/{server}/maps").read_text()
    environment = Path(f"/proc/{server}/environ").read_text()
    assert not any(word in environment for word in ("DATABASE", "SECRET", "GISPLAN"))


def test_only_the_driver_of_the_format_reads(tmp_path: Path) -> None:
    vrt = tmp_path / "luoghi.geojson"
    vrt.write_text(f"<OGRVRTDataSource><OGRVRTLayer name='scuole'><SrcDataSource>{TWO.path}</SrcDataSource>")
    for driver in ("GeoJSON", "GPKG", "ESRI Shapefile"):
        with pytest.raises(SourceDamaged, match=r"^Expected a readable dataset in luoghi.geojson"):
            gdal.list_layers(Dataset(vrt, driver))
    with pytest.raises(SourceDamaged):
        gdal.list_layers(Dataset(TWO.path, "GeoJSON"))
    assert [name for name, _ in gdal.list_layers(TWO)] == ["fermate", "scuole"]


def test_file_that_needs_more_memory_than_the_limit_names_the_setting(
    write_geojson: Write, settings: Settings
) -> None:
    line = shapely.LineString(np.linspace((7.5, 45.0), (7.7, 45.1), 1_000_000))
    path = write_geojson([(line, {})])
    assert import_layer(path, dry_run=True).features_stored == 1
    settings.LAYERS_READER_MEMORY_BYTES = 100_000_000
    with pytest.raises(SourceTooLarge, match=r"100 MB of memory.*raise LAYERS_READER_MEMORY_BYTES"):
        import_layer(path, dry_run=True)


def test_file_that_takes_too_long_names_the_setting(tmp_path: Path, settings: Settings) -> None:
    path = many_points(tmp_path / "molti.geojson", 1_000_000)
    settings.LAYERS_READER_CPU_S = 1
    with pytest.raises(SourceTooLarge, match="found no end after 1 seconds of work"):
        import_layer(path, dry_run=True)


def test_reader_that_says_nothing_is_not_awaited_for_ever(settings: Settings) -> None:
    settings.LAYERS_READER_SILENCE_S = 0
    with pytest.raises(SourceTooLarge, match="no answer for 0 seconds"):
        gdal.list_layers(TWO)
    settings.LAYERS_READER_SILENCE_S = 60
    assert len(gdal.list_layers(TWO)) == 2


def test_too_many_columns_are_refused_with_their_number(settings: Settings, write_geojson: Write) -> None:
    settings.LAYERS_COLUMNS = 3
    path = write_geojson([(shapely.Point(7.6, 45), {name: 1 for name in "abcd"})])
    with pytest.raises(SourceTooLarge, match=r"at most 3 columns in luoghi.geojson, found 4"):
        import_layer(path, dry_run=True)


def test_reader_that_is_killed_becomes_one_sentence(tmp_path: Path) -> None:
    path = many_points(tmp_path / "molti.geojson", 200_000)
    with pytest.raises(LayersError, match=r"^Expected a readable dataset.*\(signal 9\)"):  # noqa: SIM117
        with gdal.open_arrow(Dataset(path, "GeoJSON"), "molti") as reader:
            for pid in children():
                os.kill(pid, signal.SIGKILL)
            assert [len(batch) for batch in reader]


def test_reading_that_is_left_early_leaves_no_process(tmp_path: Path) -> None:
    path = many_points(tmp_path / "molti.geojson", 200_000)
    with gdal.open_arrow(Dataset(path, "GeoJSON"), "molti") as reader:
        next(iter(reader))
        assert children()
    limit = time.monotonic() + 10
    while children() and time.monotonic() < limit:
        time.sleep(0.01)
    assert children() == set()


def test_server_that_was_ended_is_started_again() -> None:
    server = client._keeper.get().process
    server.kill()
    server.wait()
    assert len(gdal.list_layers(TWO)) == 2
    assert client._keeper.get().process.pid != server.pid
