"""Schools, pupils, hospitals and stations from the files of their publishers, over the seeds of Torino."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point

from gisplan.territory.errors import RegisterRefused
from gisplan.territory.loading import load_territory
from gisplan.territory.models import (
    Hospital,
    Municipality,
    Precision,
    RegisterCoverage,
    RegisterRow,
    School,
    Station,
)
from gisplan.territory.standard.catalogue import REGISTERS
from gisplan.territory.standard.hospitals import kind_of
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from gisplan.territory.standard.schools import level_of

DATA = Path(os.environ.get("GISPLAN_SHARED", settings.BASE_DIR.parent / "shared")) / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real data is not beside this checkout")
Changed = Callable[[str, str, str], Path]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("torino")]

NON_STATE = "SCUANAGRAFEPAR20232420230901.csv"
SCHOOL_HEADER = (
    "ANNOSCOLASTICO,PROVINCIA,CODICESCUOLA,DENOMINAZIONESCUOLA,INDIRIZZOSCUOLA,CODICECOMUNESCUOLA,"
    "DESCRIZIONECOMUNE,DESCRIZIONETIPOLOGIAGRADOISTRUZIONESCUOLA"
)
STATION_HEADER = (
    "Comune;Provincia;Regione;Nome;Anno inserimento;Data e ora inserimento;"
    "Identificatore in OpenStreetMap;Longitudine;Latitudine"
)
TORINO = "CITTA' METROPOLITANA DI TORINO;Piemonte"


def load(name: str, path: Path) -> RegisterLoad:
    register = next(one for one in REGISTERS if one.name == name)
    return register.load(LoadRequest(path))


def schools_file(folder: Path, *rows: str) -> Path:
    path = folder / NON_STATE
    path.write_text("\n".join([SCHOOL_HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def stations_file(folder: Path, *rows: str) -> Path:
    path = folder / "stazioni_2024.csv"
    path.write_bytes("\n".join([STATION_HEADER, *rows]).encode("latin-1"))
    return path


NEW_SCHOOL = "202324,TORINO,TO1A99999X,NUOVA,VIA ROMA 1,L219,TORINO,SCUOLA INFANZIA NON STATALE"


def test_a_school_is_placed_by_its_cadastral_code_whatever_its_name_says(tmp_path: Path) -> None:
    row = "202324,TORINO,TO1A99998X,SCUOLA,Non Disponibile,F931,SCRITTO MALE,SCUOLA PRIMARIA NON STATALE"
    done = load("mim_schools", schools_file(tmp_path, row))
    school = School.objects.get(code="TO1A99998X")
    assert (done.added, done.not_located, done.refused) == (1, 1, [])
    assert school.municipality is not None
    assert (school.municipality.istat_code, school.municipality.name) == ("001168", "None")
    assert (school.address, school.level, school.is_state) == ("", School.Level.PRIMARIA, False)
    assert (school.precision, school.location) == (Precision.MUNICIPALITY, None)
    assert school.source.reference_date == "2023-09-01"
    assert school.source.licence == "IODL 2.0"


def test_without_a_cadastral_code_the_name_decides_within_the_province(tmp_path: Path) -> None:
    path = schools_file(
        tmp_path,
        "202324,TORINO,TO1A00001X,A,,,LEINI',LICEO CLASSICO",
        "202324,TORINO,TO1A00002X,B,,,PONT CANAVESE,LICEO CLASSICO",
        "202324,CUNEO,CN1A00001X,C,,,CUNEO,LICEO CLASSICO",
        "202324,TORINO,TO1A00003X,D,,,ATLANTIDE,LICEO CLASSICO",
        "202324,TORINO,TO1A00001X,A,,,LEINI',LICEO CLASSICO",
    )
    done = load("mim_schools", path)
    names = {s.code: str(s.municipality) for s in School.objects.filter(code__startswith="TO1A0000")}
    assert names == {"TO1A00001X": "Leini", "TO1A00002X": "Pont-Canavese"}
    assert (done.added, done.elsewhere) == (2, 1)
    assert [(row.line, row.reason) for row in done.refused] == [
        (5, "no municipality of the territory is 'ATLANTIDE'"),
        (6, "the code TO1A00001X stands in an earlier row"),
    ]


def test_a_second_load_changes_nothing(tmp_path: Path) -> None:
    path = schools_file(tmp_path, NEW_SCHOOL)
    load("mim_schools", path)
    before = School.objects.values().get(code="TO1A99999X")
    done = load("mim_schools", path)
    assert (done.added, done.changed, done.same) == (0, 0, 1)
    assert School.objects.values().get(code="TO1A99999X") == before


def test_what_the_file_has_no_more_is_kept_and_counted(tmp_path: Path) -> None:
    load("mim_schools", schools_file(tmp_path, NEW_SCHOOL))
    number = School.objects.count()
    done = load("mim_schools", schools_file(tmp_path, NEW_SCHOOL.replace("TO1A99999X", "TO1A99997X")))
    assert (done.kept, done.added) == (1, 1)
    assert School.objects.count() == number + 1


def test_what_the_owner_changed_stays_and_the_rest_follows_the_file(tmp_path: Path) -> None:
    load("mim_schools", schools_file(tmp_path, NEW_SCHOOL))
    place = Point(395_000, 4_990_000, srid=settings.STORED_SRID)
    School.objects.filter(code="TO1A99999X").update(
        name="Scelto dal proprietario", location=place, precision=Precision.EXACT
    )
    changed = NEW_SCHOOL.replace("NUOVA", "NUOVISSIMA").replace("VIA ROMA 1", "VIA MILANO 2")
    done = load("mim_schools", schools_file(tmp_path, changed))
    school = School.objects.get(code="TO1A99999X")
    assert (school.name, school.address) == ("Scelto dal proprietario", "VIA MILANO 2")
    assert (school.location, school.precision) == (place, Precision.EXACT)
    assert (done.changed, done.owners, done.not_located) == (1, 1, 0)


def test_what_the_owner_deleted_does_not_come_back(tmp_path: Path) -> None:
    path = schools_file(tmp_path, NEW_SCHOOL)
    load("mim_schools", path)
    School.objects.filter(code="TO1A99999X").delete()
    done = load("mim_schools", path)
    assert (done.added, done.owners) == (0, 1)
    assert not School.objects.filter(code="TO1A99999X").exists()


def test_a_seeded_row_that_the_owner_changed_is_the_owners(tmp_path: Path) -> None:
    seeded = School.objects.get(code="TO1A16900R")
    School.objects.filter(pk=seeded.pk).update(name="Nome giusto")
    row = "202324,TORINO,TO1A16900R,ALTRO NOME,VIA NUOVA 9,A074,AGLIE',SCUOLA INFANZIA NON STATALE"
    load("mim_schools", schools_file(tmp_path, row))
    seeded.refresh_from_db()
    assert (seeded.name, seeded.address) == ("Nome giusto", "VIA NUOVA 9")


def test_new_seeds_do_not_write_over_what_a_register_loaded(tmp_path: Path, changed_seed: Changed) -> None:
    row = "202324,TORINO,TO1A16900R,DAL REGISTRO,VIA NUOVA 9,A074,AGLIE',SCUOLA INFANZIA NON STATALE"
    load("mim_schools", schools_file(tmp_path, row, NEW_SCHOOL))
    seeds = changed_seed("schools", "REGINA M.CRISTINA", "DAL SEME")
    assert load_territory(["001"], seed_dir=seeds).changed
    assert School.objects.get(code="TO1A16900R").name == "DAL REGISTRO"
    assert School.objects.filter(code="TO1A99999X").exists()
    infanzia = RegisterCoverage.objects.get(register="schools", kind="infanzia")
    assert infanzia.statement_en.startswith("261 non-state schools and 0 state ones")


def test_coverage_is_stated_anew_and_whether_it_is_complete_stays_the_owners(tmp_path: Path) -> None:
    RegisterCoverage.objects.filter(register="schools", kind="infanzia").update(complete=True)
    load("mim_schools", schools_file(tmp_path, NEW_SCHOOL))
    stated = RegisterCoverage.objects.get(register="schools", kind="infanzia")
    assert stated.complete
    assert stated.source.code.startswith("mim_schools")
    assert "latest register of the ministry: 2023-09-01" in stated.statement_en


def test_a_table_of_another_register_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "altro.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(RegisterRefused, match=r"Expected the columns CODICESCUOLA.* found no CODICESCUOLA"):
        load("mim_schools", path)
    assert not RegisterRow.objects.exists()


@pytest.mark.parametrize(
    ("printed", "level"),
    [
        ("SCUOLA INFANZIA", "infanzia"),
        ("SCUOLA PRIMARIA", "primaria"),
        ("SCUOLA PRIMO GRADO", "secondaria_i"),
        ("SCUOLA SEC. SECONDO GRADO NON STATALE", "secondaria_ii"),
        ("IST PROF PER I SERVIZI COMMERCIALI", "secondaria_ii"),
        ("ISTITUTO COMPRENSIVO", "other"),
        ("CENTRO TERRITORIALE", "other"),
    ],
)
def test_the_level_follows_the_printed_type(printed: str, level: str) -> None:
    assert level_of(printed) == level


def test_a_number_of_pupils_that_is_not_told_is_kept_as_printed(tmp_path: Path) -> None:
    path = tmp_path / "alunni_2024-25.csv"
    path.write_text(
        "CODICESCUOLA,NUMEROSTUDENTI\nTO1A16900R,<=3\nTO1A7C500T,99\nXX,5\nTO1A7C500T,1\nZZ,tanti\n"
    )
    done = load("mim_pupils", path)
    few, many = (School.objects.get(code=code) for code in ("TO1A16900R", "TO1A7C500T"))
    assert (few.pupils, few.pupils_as_printed) == (None, "<=3")
    assert (many.pupils, many.pupils_as_printed) == (99, "")
    assert [row.line for row in done.refused] == [5, 6]
    assert done.notes == ["1 rows name a school that is not loaded: load its register first"]


def test_a_type_that_lost_a_letter_is_the_known_one() -> None:
    university = "Azienda Ospedaliera integrata con l'Università"
    assert kind_of("Azienda Ospedaliera integrata con l'Universit\ufffd") == (
        university,
        Hospital.Kind.PUBLIC,
    )
    assert kind_of("Azienda Ospedaliera") == ("Azienda Ospedaliera", Hospital.Kind.PUBLIC)
    assert kind_of("IRCCS privato") == ("IRCCS privato", Hospital.Kind.OTHER)


def test_stations_at_zero_and_repeats_are_refused_with_their_row(tmp_path: Path) -> None:
    path = stations_file(
        tmp_path,
        f"NONE;{TORINO};None;2020;2020-01-01T00:00:00Z;900001;7,5380;44,9340",
        f"NONE;{TORINO};None (binario 2);2021;2021-01-01T00:00:00Z;900002;7.5381;44.9341",
        f"NONE;{TORINO};Altrove;2020;2020-01-01T00:00:00Z;900003;0;0",
        f"AGLIÈ;{TORINO};Agliè;2020;2020-01-01T00:00:00Z;900004;7.77;45.36",
        "MILANO;MILANO;Lombardia;Milano;2020;2020-01-01T00:00:00Z;900005;9.2;45.5",
    )
    done = load("osm_stations", path)
    assert set(Station.objects.filter(code__startswith="osm-90000").values_list("code", flat=True)) == {
        "osm-900001",
        "osm-900004",
    }
    assert Station.objects.get(code="osm-900004").name == "Agliè"
    assert (done.added, done.elsewhere) == (2, 1)
    assert sorted((row.line, row.reason) for row in done.refused) == [
        (3, "None (binario 2) (osm-900002) is the station None (osm-900001) again"),
        (4, "Altrove: expected an identifier and a position, found 0.0, 0.0"),
    ]


def test_a_station_beside_a_known_metro_station_is_of_the_metro(tmp_path: Path) -> None:
    metro = Station.objects.filter(kind=Station.Kind.METRO).first()
    assert metro is not None
    assert metro.location is not None
    beside = Point(metro.location.x + 100, metro.location.y, srid=settings.STORED_SRID)
    away = Point(metro.location.x + 100, metro.location.y + 160, srid=settings.STORED_SRID)
    rows = []
    for number, point in enumerate((beside, away)):
        lon, lat = point.transform(4326, clone=True).coords
        rows.append(f"TORINO;{TORINO};Nuova {number};2024;2024-01-01T00:00:00Z;91000{number};{lon};{lat}")
    load("osm_stations", stations_file(tmp_path, *rows))
    kinds = dict(Station.objects.filter(code__startswith="osm-91000").values_list("code", "kind"))
    assert kinds["osm-910000"] == Station.Kind.METRO
    assert Municipality.objects.get(name="Torino").station_set.filter(code="osm-910001").exists()


@real
@pytest.mark.parametrize(
    ("name", "file", "same"),
    [
        ("mim_schools", "schools/SCUANAGRAFEPAR20232420230901_TORINO.csv", 384),
        ("mim_schools", "schools/SCUANAGRAFE202324_1_clean_TORINO.csv", 85),
        ("eurostat_hospitals", "health/eurostat_hospitals_2020.csv", 53),
        ("osm_stations", "stations/osm_stations_2015.csv", 106),
    ],
)
def test_the_published_files_say_what_the_seeds_say(name: str, file: str, same: int) -> None:
    done = load(name, DATA / file)
    assert (done.added, done.changed, done.same) == (0, 0, same)
    again = load(name, DATA / file)
    assert (again.added, again.changed, again.same, again.kept) == (0, 0, same, 0)


@real
def test_every_row_of_the_stations_is_in_one_count() -> None:
    path = DATA / "stations" / "osm_stations_2015.csv"
    with path.open(encoding="latin-1", newline="") as file:
        number = sum(1 for _ in csv.DictReader(file, delimiter=";"))
    done = load("osm_stations", path)
    assert done.rows + done.elsewhere + len(done.refused) == number == 131
    assert Station.objects.filter(municipality__in_territory=True, kind=Station.Kind.RAIL).count() == 85


@real
def test_the_hospital_of_candiolo_is_told_to_lie_in_none() -> None:
    done = load("eurostat_hospitals", DATA / "health" / "eurostat_hospitals_2020.csv")
    assert done.notes == ["FONDAZIONE DEL PIEMONTE PER L'ONCOLOGIA: its point is not in Candiolo"]


@real
def test_pupils_of_the_loaded_schools_are_counted_as_published() -> None:
    path = DATA / "schools" / "alunni_2024-25_per_sede_TO.csv"
    with path.open(encoding="utf-8", newline="") as file:
        published = {row["CODICESCUOLA"]: row["NUMEROSTUDENTI"] for row in csv.DictReader(file)}
    load("mim_pupils", path)
    schools = School.objects.filter(code__in=published)
    assert schools.count() == 446
    for school in schools:
        printed = published[school.code]
        assert (str(school.pupils) if school.pupils is not None else school.pupils_as_printed) == printed
