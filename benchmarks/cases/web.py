"""The maps as readers have them: a layer of 200,000 polygons, and thousands of interventions."""

import importlib
import os

import psycopg
import shapely

from benchmarks.frame import Bench, Row
from benchmarks.web_maps import browser_rows
from benchmarks.web_pages import page_rows
from benchmarks.web_site import gisplan, site
from benchmarks.web_tiles import tile_rows
from benchmarks.web_wizard import wizard_rows
from gisplan.environment.lease import given_url

POLYGONS = 200_000


def run(bench: Bench) -> list[Row]:
    imports = importlib.import_module("benchmarks.cases.import")  # its name is a word of the language
    state = bench.folder / "state"
    state.mkdir()
    polygons = imports._polygons(POLYGONS)
    bench.say_input(f"{POLYGONS} polygons", shapely.get_coordinates(polygons))
    file = bench.folder / "polygons.gpkg"
    imports._write(file, polygons, "Polygon")
    name = f"bench_map_{os.getpid()}"
    gisplan(state, "migrate", "-v0")
    gisplan(state, "collectstatic", "--noinput", "-v0")
    gisplan(state, "import_layer", file, "--name", name)
    with psycopg.connect(given_url()) as connection:
        connection.execute("UPDATE layers_layer SET is_public = true WHERE name = %s", [name])
    with site(state) as here:
        rows = [*tile_rows(bench, here, name), *browser_rows(bench, here.address, name)]
    return [*rows, *wizard_rows(bench, file), *page_rows(bench)]
