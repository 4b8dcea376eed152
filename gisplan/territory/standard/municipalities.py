"""What ISTAT and NUVAP say of municipalities: altitudes, SNAI classes, people by age."""

import re
from datetime import date

from django.conf import settings

from gisplan.territory.models import (
    AGES,
    Municipality,
    MunicipalTerrain,
    NationalSnaiClass,
    Population,
    SnaiClass,
    Source,
    TerritoryEdition,
)
from gisplan.territory.seeds import rows as seed_rows
from gisplan.territory.standard.merging import Target, Values, merge
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from gisplan.territory.standard.reading import Row, TableFile

#: Column of the code, of the altitude in metres, of the altimetric zone.
ALTITUDES = ("istat_code", "altitude_m", "altimetric_zone")
CLASSIFICATION = (
    "Codice Istat del Comune (alfanumerico)",
    "Altitudine del centro (metri)",
    "Zona altimetrica",
)
PEOPLE = ("municipality_code", "age", "F", "M")
SNAI = ("istat_code", "snai_class_2020")
ZONES_OF_ALTITUDE = range(1, 6)
_EDITION = re.compile(r"snai_class_(\d{4})")


def six_digits(text: str) -> str:
    """1001, 1001.0, 001001 are one code; nothing where it is none."""
    digits = text.removesuffix(".0")
    return digits.zfill(6) if digits.isdigit() and len(digits) <= 6 else ""


def load_altitudes(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    _load_altitudes(request, ALTITUDES, source, load)


def load_classification(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    _load_altitudes(request, CLASSIFICATION, source, load)


def _load_altitudes(
    request: LoadRequest, columns: tuple[str, str, str], source: Source, load: RegisterLoad
) -> None:
    """Of the territory into its municipalities; of all Italy apart, for what looks beyond the territory."""
    known = _known()
    wanted: dict[str, Values] = {}
    terrain: dict[str, MunicipalTerrain] = {}
    for row in TableFile(request.path).rows(columns):
        values = _terrain_of(row, columns, load)
        code = six_digits(row[columns[0]])
        if code and values:
            terrain[code] = MunicipalTerrain(istat_code=code, source=source, **values)
        code = _code_of(row, columns[0], known, load)
        if code and values:
            wanted[code] = values
    base = {
        row["istat_code"]: {name: row.whole(name) for name in ("altitude_m", "altimetric_zone")}
        for row in seed_rows(settings.SEED_DIR, "altitudes")
    }
    merge(Target("altitudes", Municipality, "istat_code", base=base), wanted, load)
    _keep_terrain(terrain, load)


def _terrain_of(row: Row, columns: tuple[str, str, str], load: RegisterLoad) -> Values:
    altitude_m, zone = row.whole(columns[1]), row.whole(columns[2])
    if altitude_m is None or zone not in ZONES_OF_ALTITUDE:
        load.refuse(
            row.line,
            f"expected an altitude in metres and a zone from 1 to 5, found {row[columns[1]]!r}"
            f" and {row[columns[2]]!r}",
        )
        return {}
    return {"altitude_m": altitude_m, "altimetric_zone": zone}


def _keep_terrain(terrain: dict[str, MunicipalTerrain], load: RegisterLoad) -> None:
    """Rows that are the same stay untouched, so that a second load changes nothing."""
    fields = ("altitude_m", "altimetric_zone")
    stored = {
        code: tuple(values) for code, *values in MunicipalTerrain.objects.values_list("istat_code", *fields)
    }
    changed = [
        one for code, one in terrain.items() if stored.get(code) != (one.altitude_m, one.altimetric_zone)
    ]
    MunicipalTerrain.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["istat_code"],
        update_fields=[*fields, "source"],
        batch_size=2_000,
    )
    load.notes.append(f"terrain of {len(terrain):,} municipalities of Italy, {len(changed):,} new or changed")


def load_snai_classes(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    table = TableFile(request.path)
    rows = table.rows(["istat_code"])
    column = next((name for name in table.columns if _EDITION.fullmatch(name)), SNAI[1])
    edition = column[-4:]
    known = _known()
    stored = {
        one.municipality.istat_code: one
        for one in SnaiClass.objects.filter(snai_edition=edition).select_related("municipality")
    }
    new, changed = [], []
    national: dict[str, str] = {}
    for row in rows:
        code, letter = _code_of(row, "istat_code", known, load), row[column]
        if letter not in SnaiClass.Letter.values:
            load.refuse(row.line, f"{column}: expected one of A to F, found {letter!r}")
            continue
        national[six_digits(row["istat_code"])] = letter
        if not code:
            continue
        if code not in stored:
            new.append(
                SnaiClass(municipality=known[code], snai_edition=edition, letter=letter, source=source)
            )
        elif stored[code].letter != letter:
            stored[code].letter, stored[code].source = letter, source
            changed.append(stored[code])
        else:
            load.same += 1
    SnaiClass.objects.bulk_create(new)
    SnaiClass.objects.bulk_update(changed, ["letter", "source"])
    load.added, load.changed = len(new), len(changed)
    if load.elsewhere:
        _keep_national(national, edition, source, load)


def _keep_national(letters: dict[str, str], edition: str, source: Source, load: RegisterLoad) -> None:
    """A table that goes beyond the territory is kept whole, for what is computed of all Italy."""
    letters.pop("", None)
    stored = dict(NationalSnaiClass.objects.filter(snai_edition=edition).values_list("istat_code", "letter"))
    rows = [
        NationalSnaiClass(istat_code=code, snai_edition=edition, letter=letter, source=source)
        for code, letter in letters.items()
        if stored.get(code) != letter
    ]
    NationalSnaiClass.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["istat_code", "snai_edition"],
        update_fields=["letter", "source"],
        batch_size=2_000,
    )
    load.notes.append(
        f"classes of {len(letters):,} municipalities of Italy, edition {edition}, {len(rows):,} new or changed"
    )


def load_population(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    """A row for each municipality and single year of age, the last being 100 and over."""
    day = request.needed_day("the people")
    ages = _ages(TableFile(request.path).rows(PEOPLE), load)
    edition = _edition_on(day)
    stored = {
        one.municipality.istat_code: one
        for one in Population.objects.filter(reference_date=day).select_related("municipality")
    }
    known = _known()
    new: list[Population] = []
    changed: list[Population] = []
    for code, (females, males) in ages.items():
        one = stored.get(code) or Population(
            municipality=known[code], edition=edition, reference_date=day, people=-1, source=source
        )
        if one.pk and (one.females, one.males) == (females, males):
            load.same += 1
            continue
        (changed if one.pk else new).append(one)
        one.females, one.males, one.source = females, males, source
        one.people = sum(females) + sum(males)
    Population.objects.bulk_create(new)
    Population.objects.bulk_update(changed, ["females", "males", "people", "source"], batch_size=100)
    load.added, load.changed = len(new), len(changed)
    load.notes.append(f"people on {day.isoformat()}: {sum(sum(f) + sum(m) for f, m in ages.values()):,}")


def _ages(rows: list[Row], load: RegisterLoad) -> dict[str, tuple[list[int], list[int]]]:
    """Municipalities with all ages; one that lacks some is refused whole."""
    known = _known()
    found: dict[str, dict[int, tuple[int, int]]] = {}
    first_line: dict[str, int] = {}
    for row in rows:
        code = _code_of(row, PEOPLE[0], known, load)
        age, females, males = (row.whole(column) for column in PEOPLE[1:])
        if not code:
            continue
        first_line.setdefault(code, row.line)
        if age is None or females is None or males is None or not 0 <= age < AGES or min(females, males) < 0:
            load.refuse(
                row.line, f"expected an age from 0 to 100 and two counts, found {[*row.cells.values()]}"
            )
        elif age in found.setdefault(code, {}):
            load.refuse(row.line, f"the age {age} of {code} stands in an earlier row")
        else:
            found[code][age] = (females, males)
    whole = {}
    for code, by_age in found.items():
        if len(by_age) == AGES:
            pairs = [by_age[age] for age in range(AGES)]
            whole[code] = ([f for f, _ in pairs], [m for _, m in pairs])
        else:
            load.refuse(
                first_line[code], f"expected {AGES} ages of {code}, found {len(by_age)}: left out whole"
            )
    return whole


def _edition_on(day: date) -> TerritoryEdition:
    editions = TerritoryEdition.objects.order_by("-valid_from")
    return editions.filter(valid_from__lte=day).first() or editions.reverse()[0]


def _known() -> dict[str, Municipality]:
    return {one.istat_code: one for one in Municipality.objects.all()}


def _code_of(row: Row, column: str, known: dict[str, Municipality], load: RegisterLoad) -> str:
    """The code where the territory knows it; else nothing, and the row is counted."""
    code = six_digits(row[column])
    if code in known:
        return code
    if not code:
        load.refuse(
            row.line, f"{column}: expected a municipality's code of six digits, found {row[column]!r}"
        )
    elif code[:3] in settings.TERRITORY:
        load.refuse(row.line, f"{column}: no municipality of the territory has the code {code}")
    else:
        load.elsewhere += 1
    return ""
