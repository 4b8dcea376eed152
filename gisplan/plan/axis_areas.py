"""How much ground the imported layers of an axis cover, zone by zone."""

from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.db.models import Model
from psycopg import sql

from gisplan.plan.models import Axis
from gisplan.plan.queries import layers_of_axis
from gisplan.territory.models import Municipality, MunicipalityBoundary, Zone, ZoneMembership
from gisplan.territory.profile import latest_edition, zone_of_municipalities
from layers.current import current_version
from layers.fields import GEOMETRY_COLUMN
from layers.models import Version
from layers.store import qualified

MOST_FEATURES = 5000  # beyond this the measure takes longer than a reader waits
_M2_PER_HA = 10_000


@dataclass(frozen=True)
class LayerAreas:
    """Hectares of one layer by zone (None: in no zone); none where the layer has too many features."""

    layer: str
    title: str
    features: int
    hectares: dict[int | None, float] | None


def areas_by_zone(axis: Axis) -> list[LayerAreas]:
    """The public layers of areas that the axis shows; where features overlap, their areas add up."""
    edition = latest_edition()
    shown = [layer for layer in layers_of_axis(axis) if layer.is_public and layer.current is not None]
    versions = [current_version(layer) for layer in shown]
    zones = tuple(sorted((code, zone.number) for code, zone in zone_of_municipalities().items()))
    return [
        LayerAreas(
            layer=version.layer.name,
            title=str(version.layer),
            features=version.feature_count,
            hectares=dict(_measured(_Measure(version.pk, edition.pk, edition.input_digest, zones, version)))
            if version.feature_count <= MOST_FEATURES
            else None,
        )
        for version in versions
        if edition is not None and version.geometry_type.endswith("Polygon")
    ]


@dataclass(frozen=True)
class _Measure:
    """What the measure stands on: a version never changes."""

    version_pk: int
    edition_pk: int
    digest: str
    zones: tuple[tuple[str, int], ...]
    version: Version = field(compare=False)


@lru_cache(maxsize=64)
def _measured(wanted: _Measure) -> tuple[tuple[int | None, float], ...]:
    shape, ground = sql.Identifier("f", GEOMETRY_COLUMN), sql.Identifier("b", "geometry")
    feature = sql.SQL("ST_Transform({}, {})").format(shape, sql.Literal(settings.STORED_SRID))
    statement = sql.SQL(
        "SELECT z.number, sum(CASE WHEN ST_CoveredBy({f}, {b}) THEN ST_Area({f})"
        " ELSE ST_Area(ST_Intersection({f}, {b})) END)"
        " FROM {features} f JOIN {boundaries} b ON ST_Intersects({f}, {b})"
        " JOIN {municipalities} m ON m.id = b.municipality_id AND m.in_territory"
        " LEFT JOIN {members} zm ON zm.municipality_id = m.id AND zm.valid_to IS NULL"
        " LEFT JOIN {zones} z ON z.id = zm.zone_id"
        " WHERE b.edition_id = {edition} GROUP BY z.number"
    ).format(
        f=feature,
        b=ground,
        features=qualified(wanted.version.table_name),
        boundaries=_table(MunicipalityBoundary),
        municipalities=_table(Municipality),
        members=_table(ZoneMembership),
        zones=_table(Zone),
        edition=sql.Literal(wanted.edition_pk),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return tuple((number, area / _M2_PER_HA) for number, area in cursor.fetchall())


def _table(model: type[Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)
