"""What the figures of `./scripts/bench web` rest on."""

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.frame import Bench, Row
from benchmarks.watching import watching
from benchmarks.web_maps import browser_rows
from benchmarks.web_tiles import ZOOMS, Place, _address_with_host, _around, _Layer
from benchmarks.web_wizard import wizard_rows


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            "postgresql://gisplan@/gisplan?host=%2Fa%20b%2Fsocket&port=5432",
            "postgresql://gisplan@%2Fa%20b%2Fsocket:5432/gisplan",
        ),
        ("postgresql://ada:p%40ss@db.example:6000/plan", "postgresql://ada:p%40ss@db.example:6000/plan"),
    ],
)
def test_the_peer_is_given_the_same_database_in_a_form_it_takes(given: str, expected: str) -> None:
    assert _address_with_host(given) == expected


def test_memory_of_a_running_program_and_of_its_children_is_seen() -> None:
    child = "held = b'x' * 80_000_000; print(flush=True); input()"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        with watching(running.pid) as held:
            running.stdout.readline()
            last = time.monotonic() + 20
            while held.peak_mb < 80 and time.monotonic() < last:
                time.sleep(0.05)
        running.communicate(b"\n")
    assert 80 < held.peak_mb < 300


def test_dots_count_their_members_and_what_lies_in_the_edge_of_a_tile_is_not_counted() -> None:
    bounds = np.array([[10, 10, 10, 10], [4095, 0, 4095, 0], [4100, 10, 4100, 10], [-3, 10, -3, 10]], float)
    assert _Layer(bounds, {"n": [3, 4, 50, 60]}).number() == 7
    assert _Layer(bounds, {}).number() == 2
    assert _Layer(bounds, {"id": [1, 2, 3, 4]}).well_inside("id") == set()
    assert _Layer(bounds + 10, {"id": [1, 2, 3, 4]}).well_inside("id") == {1}


def test_tiles_are_asked_for_around_the_middle_of_the_polygons() -> None:
    assert _around(8, 1) == [Place(8, 133, 91)]
    assert len({place for zoom in ZOOMS for place in _around(zoom, 2)}) == 4 * len(ZOOMS)


def test_without_a_driven_browser_its_rows_are_left_out_with_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    bench = Bench(Path(sys.executable), tmp_path)
    assert (
        wizard_rows(bench, tmp_path / "none.gpkg") == [] == browser_rows(bench, "http://127.0.0.1:9", "none")
    )
    assert capsys.readouterr().out.count("rows of a browser: left out") == 2


def test_a_ratio_above_one_means_that_ours_is_better_whatever_the_unit() -> None:
    assert Row("tiles", 200, 100, "tipg", "", "tiles/s", 1.0).ratio == 2
    assert Row("wizard", 20, 10, "ogr2ogr", "", "s", 1.0, peer_mb=5.0).as_dict()["ratio"] == 0.5
