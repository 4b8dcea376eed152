"""Four made municipalities in a row, two dates: Alpe (A pole) to Dirupo; every figure follows from arithmetic."""

from datetime import date

from django.contrib.gis.geos import MultiPolygon, Polygon

from gisplan.territory.models import (
    AGES,
    Municipality,
    MunicipalityBoundary,
    Population,
    SnaiClass,
    Source,
    TerritoryEdition,
    Zone,
    ZoneMembership,
)

#: Name, (below 15, 15 to 64, from 65) in 2022 and 2023, area in km², SNAI class, zone. All are 7, 40 or 80 years old.
ROWS = (
    ("Alpe", (1_000, 8_000, 1_000), (1_000, 8_000, 1_200), 100.0, "A", 1),
    ("Bosco", (100, 500, 200), (90, 480, 210), 10.0, "C", 1),
    ("Colle", (50, 300, 150), (60, 300, 150), 20.0, "E", 2),
    ("Dirupo", (0, 20, 30), (0, 18, 30), 40.0, "F", 2),
)
CODES = tuple(f"0019{k:02}" for k in range(len(ROWS)))
SIDE_M = 4_000.0
FIRST, LAST = date(2022, 1, 1), date(2023, 1, 1)


def make_valley(source: Source) -> list[Municipality]:
    """Squares of 4 km from west to east; their stated area is that of ROWS."""
    editions = [
        TerritoryEdition.objects.create(
            code=f"{day.year}-01-01", valid_from=day, source=source, input_digest=str(day.year)
        )
        for day in (FIRST, LAST)
    ]
    zones = {n: Zone.objects.create(number=n, name=f"Zona {n}", source=source) for n in (1, 2)}
    made = []
    for k, (name, before, after, area_km2, letter, zone) in enumerate(ROWS):
        row = Municipality.objects.create(
            istat_code=CODES[k], name=name, province_code="001", province_name="Torino", in_territory=True
        )
        x, y = 380_000 + k * SIDE_M, 4_990_000
        ground = MultiPolygon(Polygon.from_bbox((x, y, x + SIDE_M, y + SIDE_M)), srid=32632)
        for edition, counts in zip(editions, (before, after), strict=True):
            MunicipalityBoundary.objects.create(
                municipality=row, edition=edition, geometry=ground, area_km2=area_km2
            )
            _people(row, edition, counts, source)
        SnaiClass.objects.create(municipality=row, snai_edition="2020", letter=letter, source=source)
        ZoneMembership.objects.create(municipality=row, zone=zones[zone], provisional=True, source=source)
        made.append(row)
    return made


def _people(
    row: Municipality, edition: TerritoryEdition, counts: tuple[int, int, int], source: Source
) -> None:
    females, males = [0] * AGES, [0] * AGES
    for age, count in zip((7, 40, 80), counts, strict=True):
        females[age], males[age] = count - count // 2, count // 2
    Population.objects.create(
        municipality=row,
        edition=edition,
        reference_date=edition.valid_from,
        females=females,
        males=males,
        people=sum(counts),
        source=source,
    )
