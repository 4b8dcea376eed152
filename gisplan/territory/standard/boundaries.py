"""Municipal boundaries of one date: a new edition of the territory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection
from psycopg import sql

from gisplan.territory.errors import RegisterRefused
from gisplan.territory.models import Municipality, MunicipalityBoundary, Source, TerritoryEdition
from gisplan.territory.standard.municipalities import six_digits
from gisplan.territory.standard.names import Municipalities
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from layers.fields import safe_name
from layers.importing import import_layer
from layers.inspection import inspect
from layers.store import qualified

#: Columns of code, name and province; a file by name alone has no code.
CODED = (("PRO_COM_T", "COMUNE", ""), ("com_istat_code", "name", "prov_name"))
NAMED = ("municipality_name", "province_name")
SAME_AREA = 1e-9  # part of the area that may differ between two readings of one boundary


@dataclass(frozen=True)
class _Feature:
    number: int
    code: str
    name: str
    province: str
    geometry: MultiPolygon


def is_boundaries(columns: list[str]) -> bool:
    names = {name.lower() for name in columns}
    return any({code.lower(), name.lower()} <= names for code, name, _ in CODED)


def is_named_boundaries(columns: list[str]) -> bool:
    return set(NAMED) <= {name.lower() for name in columns} and not is_boundaries(columns)


def load_boundaries(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    day = request.needed_day("the boundaries")
    layer, columns = _chosen_layer(request)
    code, name, province = _columns(columns, request)
    _refuse_edition_of_another(day, source)
    report = import_layer(
        request.path,
        name=safe_name(f"municipalities_{day.isoformat()}"),
        title=f"Comuni {day.isoformat()}",
        source_layer=layer,
        who="load_register",
        source=source.publisher,
        licence=source.licence,
        reference_date=day,
    )
    features = list(_features(report.name, (code, name, province)))
    found = _matched(features, load, by_name=not code)
    _store(day, found, source, (load, report.digest))
    if len(report.repairs):
        load.notes.append(f"{len(report.repairs)} repairs: see the import of layer {report.name}")


def _chosen_layer(request: LoadRequest) -> tuple[str, list[str]]:
    """The one that holds municipalities: an archive of ISTAT holds regions and provinces too."""
    summary = inspect(request.path)
    wanted = [
        one
        for one in summary.layers
        if (request.layer in {None, one.name})
        and (is_boundaries(list(one.columns)) or is_named_boundaries(list(one.columns)))
    ]
    if len(wanted) != 1:
        found = ", ".join(one.name for one in summary.layers) or summary.words
        raise RegisterRefused(
            f"Expected one layer of municipalities with the columns {CODED[0][0]} and {CODED[0][1]} (ISTAT) or"
            f" {CODED[1][0]} and {CODED[1][1]} in {request.path.name}, found {found}: give another file, or"
            " the layer with --layer."
        )
    return wanted[0].name, list(wanted[0].columns)


def _columns(columns: list[str], request: LoadRequest) -> tuple[str, str, str]:
    names = {name.lower() for name in columns}
    for code, name, province in CODED:
        if {code.lower(), name.lower()} <= names:
            return code, name, province if province.lower() in names else ""
    if not request.by_name:
        raise RegisterRefused(
            f"Expected the ISTAT codes of the municipalities in {request.path.name}, found names alone: load a"
            " file with codes, or join by name with --by-name, which lists each name that does not match."
        )
    return "", *NAMED


def _refuse_edition_of_another(day: date, source: Source) -> None:
    other = TerritoryEdition.objects.filter(valid_from=day).exclude(source=source).first()
    if other is not None:
        raise RegisterRefused(
            f"Expected boundaries of a date that is not loaded, found edition {other.code} of {day.isoformat()}"
            f" from {other.source}: its figures stand on those; give the file's own date with --date."
        )


def _features(layer: str, columns: tuple[str, str, str]) -> Iterator[_Feature]:
    stored = [sql.Identifier(safe_name(name)) if name else sql.SQL("''") for name in columns]
    query = sql.SQL(
        "SELECT id, {}::text, {}::text, {}::text, ST_AsEWKB(ST_Multi(ST_Transform(geom, %s))) FROM {} ORDER BY id"
    ).format(*stored, qualified(layer))
    with connection.cursor() as cursor:
        cursor.execute(query, [settings.STORED_SRID])
        for number, code, name, province, geometry in cursor.fetchall():
            shape = GEOSGeometry(memoryview(bytes(geometry)))
            yield _Feature(number, code or "", name or "", province or "", shape)  # type: ignore[arg-type]


def _matched(
    features: list[_Feature], load: RegisterLoad, *, by_name: bool
) -> dict[str, tuple[_Feature, Municipality | None]]:
    known = Municipalities()
    found: dict[str, tuple[_Feature, Municipality | None]] = {}
    for feature in features:
        code = six_digits(feature.code)
        municipality = known.by_code.get(code)
        if by_name:
            municipality = known.named(feature.name, feature.province)
            code = municipality.istat_code if municipality else ""
        if municipality is None and (by_name or code[:3] not in settings.TERRITORY):
            if by_name and known.knows_province(feature.province):
                load.refuse(feature.number, f"no municipality of the territory is {feature.name!r}")
            else:
                load.elsewhere += 1
        elif code in found:
            load.refuse(feature.number, f"{feature.name}: the municipality {code} has an earlier boundary")
        else:
            found[code] = (feature, municipality)
    return found


def _store(
    day: date,
    found: dict[str, tuple[_Feature, Municipality | None]],
    source: Source,
    outcome: tuple[RegisterLoad, str],
) -> None:
    load, digest = outcome
    inside = [code for code in found if code[:3] in settings.TERRITORY]
    if not inside:
        raise RegisterRefused(
            f"Expected boundaries of {settings.TERRITORY_NAME}, found none in {load.file}: choose another file."
        )
    edition, _ = TerritoryEdition.objects.update_or_create(
        valid_from=day,
        source=source,
        defaults={"code": _edition_code(day), "input_digest": digest[:64]},
    )
    _close_the_one_before(edition)
    stored = {one.municipality.istat_code: one for one in edition.boundaries.select_related("municipality")}
    for code, (feature, municipality) in found.items():
        _store_one(
            edition, municipality or _new_municipality(code, feature), (feature, stored.get(code)), load
        )
    load.kept = len(set(stored) - set(found))
    before = Municipality.objects.filter(in_territory=True, boundaries__isnull=False).distinct()
    gone = sorted(one.name for one in before if one.istat_code not in found)
    if gone:
        load.notes.append(f"no boundary in this edition: {', '.join(gone)}")


def _edition_code(day: date) -> str:
    return str(day.year) if (day.month, day.day) == (1, 1) else day.isoformat()


def _close_the_one_before(edition: TerritoryEdition) -> None:
    before = (
        TerritoryEdition.objects.filter(valid_from__lt=edition.valid_from).order_by("-valid_from").first()
    )
    after = TerritoryEdition.objects.filter(valid_from__gt=edition.valid_from).order_by("valid_from").first()
    if before is not None:
        TerritoryEdition.objects.filter(pk=before.pk).update(valid_to=edition.valid_from - timedelta(days=1))
    if after is not None:
        TerritoryEdition.objects.filter(pk=edition.pk).update(valid_to=after.valid_from - timedelta(days=1))


def _new_municipality(code: str, feature: _Feature) -> Municipality:
    """Made since the last edition, in a province of the territory."""
    neighbour = Municipality.objects.filter(province_code=code[:3]).first()
    return Municipality.objects.create(
        istat_code=code,
        name=feature.name,
        province_code=code[:3],
        province_name=neighbour.province_name if neighbour else feature.province,
        in_territory=True,
    )


def _store_one(
    edition: TerritoryEdition,
    municipality: Municipality,
    boundary: tuple[_Feature, MunicipalityBoundary | None],
    load: RegisterLoad,
) -> None:
    feature, stored = boundary
    if stored is not None and _same(stored.geometry, feature.geometry):
        load.same += 1
        return
    MunicipalityBoundary.objects.update_or_create(
        municipality=municipality,
        edition=edition,
        defaults={"geometry": feature.geometry, "area_km2": feature.geometry.area / 1e6},
    )
    load.added += stored is None
    load.changed += stored is not None


def _same(one: MultiPolygon, other: MultiPolygon) -> bool:
    return one.equals_exact(other) or one.sym_difference(other).area <= SAME_AREA * one.area
