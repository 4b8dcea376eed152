"""A bad cell of a seed table is refused with its table, row and column, before anything is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gisplan.territory.errors import SeedRefused
from gisplan.territory.models import Hospital, Municipality, School, Station
from gisplan.territory.registers import Registers

Changed = Callable[[str, str, str], Path]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]
Build = Callable[[Registers], object]


@pytest.mark.parametrize(
    ("table", "old", "new", "build", "sentence"),
    [
        (
            "osm_stations",
            "7.483267",
            "east",
            lambda registers: registers.places(Station),
            "osm_stations.csv, row 2, column lon: expected a number, found 'east': correct the row.",
        ),
        (
            "osm_stations",
            "7.483267",
            "7,483267",
            lambda registers: registers.places(Station),
            "osm_stations.csv, row 2: expected 10 cells, found more or less: put a text that holds a comma",
        ),
        (
            "osm_stations",
            ",rail,",
            ",tram,",
            lambda registers: registers.places(Station),
            "osm_stations.csv, row 2, column kind: expected one of rail, metro, found 'tram'",
        ),
        (
            "schools",
            "001001",
            "001999",
            lambda registers: registers.places(School),
            "schools.csv, row 2, column istat_code: expected a municipality of the territory, found '001999'",
        ),
        (
            "hospitals",
            "beds",
            "posti",
            lambda registers: registers.places(Hospital),
            "hospitals.csv, row 2, column beds: expected a column of that name, found none",
        ),
        (
            "hospitals",
            "eurostat-hospitals-2020",
            "eurostat",
            lambda registers: registers.places(Hospital),
            "hospitals.csv, row 2, column source: expected one of asl-to5-sites-2022, ",
        ),
        (
            "snai_2020_classes",
            "001001,C",
            "001001,G",
            lambda registers: registers.snai_classes(),
            "snai_2020_classes.csv, row 2, column class: expected one of A, B, C, D, E, F, found 'G'",
        ),
        (
            "zone_memberships",
            "true",
            "yes",
            lambda registers: registers.zone_memberships(),
            "zone_memberships.csv, row 2, column provisional: expected true or false, found 'yes'",
        ),
        (
            "register_coverage",
            ",false,",
            ",no,",
            lambda registers: registers.coverages(),
            "register_coverage.csv, row 2, column complete: expected true or false, found 'no'",
        ),
    ],
)
def test_a_bad_cell_is_refused_with_its_place(
    changed_seed: Changed, table: str, old: str, new: str, build: Build, sentence: str
) -> None:
    registers = Registers(changed_seed(table, old, new), Municipality.objects.all())
    with pytest.raises(SeedRefused) as refusal:
        build(registers)
    assert sentence in str(refusal.value)


def test_a_table_that_is_not_utf8_is_refused(changed_seed: Changed) -> None:
    seed_dir = changed_seed("schools", "code", "code")
    path = seed_dir / "schools.csv"
    path.write_bytes(path.read_bytes() + "Ciriè".encode("latin-1"))
    with pytest.raises(SeedRefused, match=r"Expected UTF-8 in the seed table .*schools\.csv"):
        Registers(seed_dir, Municipality.objects.all()).places(School)
