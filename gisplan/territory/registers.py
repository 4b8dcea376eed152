"""From seed tables to the territory's classes, zones, places and coverage."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import Model

from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    Place,
    Precision,
    RegisterCoverage,
    School,
    SnaiClass,
    Source,
    Station,
    Zone,
    ZoneMembership,
)
from gisplan.territory.seeds import SeedRow, rows
from layers import crs

SNAI_EDITION = "2020"
#: Place model -> its seed table.
PLACE_TABLES: dict[type[Place], str] = {
    Station: "osm_stations",
    Hospital: "hospitals",
    HealthSite: "health_sites",
    School: "schools",
}
#: Place model -> the standard registers whose rows are no longer the seeds' to rewrite.
PLACE_REGISTERS: dict[type[Place], tuple[str, ...]] = {
    Station: ("osm_stations",),
    Hospital: ("eurostat_hospitals",),
    HealthSite: (),
    School: ("mim_schools_state", "mim_schools_non_state", "mim_pupils"),
}
SEED_TABLES = (
    *("sources", "municipality_changes", "altitudes", "snai_2020_classes", "snai_2020_poles"),
    *("zones", "zone_memberships", *PLACE_TABLES.values(), "register_coverage"),
)


class Registers:
    """Unsaved objects of the municipalities given; rows of other municipalities are left out."""

    def __init__(self, seed_dir: Path, municipalities: Iterable[Municipality]) -> None:
        self.seed_dir = seed_dir
        self.municipalities = {m.istat_code: m for m in municipalities}
        self.provinces = {m.province_code for m in self.municipalities.values() if m.in_territory}
        codes = [row["code"] for row in rows(seed_dir, "sources")]
        self.sources = {source.code: source for source in Source.objects.filter(code__in=codes)}

    def places(self, model: type[Place]) -> list[Place]:
        found = list(self._rows(PLACE_TABLES[model]))
        located = [row for row in found if row.cells.get("lon")]
        points = dict(zip((row.number for row in located), _points(located), strict=True))
        return [
            model(
                code=row["code"],
                name=row["name"],
                municipality=self.municipalities[row["istat_code"]],
                address=row.cells.get("address", ""),
                location=points.get(row.number),
                precision=row.one_of("precision", Precision.values),
                note=row.cells.get("note", ""),
                source=self._source(row),
                **_OWN_FIELDS[model](row),
            )
            for row in found
        ]

    def snai_classes(self) -> list[SnaiClass]:
        """The classes of the territory; beyond its border the poles, which the classes depend on."""
        classes: dict[str, SnaiClass] = {}
        for table in ("snai_2020_poles", "snai_2020_classes"):
            for row in self._rows(table):
                classes[row["istat_code"]] = SnaiClass(
                    municipality=self.municipalities[row["istat_code"]],
                    snai_edition=SNAI_EDITION,
                    letter=row.one_of("class", SnaiClass.Letter.values),
                    source=self._source(row),
                )
        return list(classes.values())

    def zones(self) -> list[Zone]:
        used = {row["zone"] for row in self._rows("zone_memberships")}
        return [
            Zone(number=row.whole("number"), name=row["name"], source=self._source(row))
            for row in rows(self.seed_dir, "zones")
            if row["number"] in used
        ]

    def zone_memberships(self) -> list[ZoneMembership]:
        zones = {str(zone.number): zone for zone in Zone.objects.all()}
        return [
            ZoneMembership(
                municipality=self.municipalities[row["istat_code"]],
                zone=zones[row.one_of("zone", list(zones))],
                provisional=row.flag("provisional"),
                note=row["note_it"],
                source=self._source(row),
            )
            for row in self._rows("zone_memberships")
        ]

    def coverages(self) -> list[tuple[RegisterCoverage, list[Municipality]]]:
        """With the municipalities that each one holds for: none where it is the whole territory."""
        found = []
        for row in rows(self.seed_dir, "register_coverage"):
            area = row["area"]
            if area not in self.provinces:
                continue
            coverage = RegisterCoverage(
                register=row["register"],
                kind=row["kind"],
                statement_it=row["statement_it"],
                statement_en=row["statement_en"],
                complete=row.flag("complete"),
                source=self._source(row),
            )
            whole = self.provinces == {area}
            members = [m for m in self.municipalities.values() if m.in_territory and m.province_code == area]
            found.append((coverage, [] if whole else members))
        return found

    def _rows(self, table: str) -> Iterable[SeedRow]:
        for row in rows(self.seed_dir, table):
            code = row["istat_code"]
            if code in self.municipalities:
                yield row
            elif code[:3] in self.provinces:
                raise row.refusal("istat_code", "a municipality of the territory", repr(code))

    def _source(self, row: SeedRow) -> Source:
        return self.sources[row.one_of("source", list(self.sources))]


def _points(located: list[SeedRow]) -> list[Point]:
    """Positions in the stored CRS."""
    if not located:
        return []
    degrees = np.array([(row.number_in("lon"), row.number_in("lat")) for row in located])
    moved = crs.transform(shapely.points(degrees), crs.WGS84, settings.STORED_SRID).geometries
    return [Point(x, y, srid=settings.STORED_SRID) for x, y in shapely.get_coordinates(moved)]


def _station(row: SeedRow) -> dict[str, Any]:
    kind = row.one_of("kind", Station.Kind.values)
    return {"kind": kind, "status": f"status {row.whole('status_year')}"}


def _hospital(row: SeedRow) -> dict[str, Any]:
    kind = row.one_of("kind", Hospital.Kind.values)
    return {"kind": kind, "facility_type": row["facility_type"], "beds": row.whole_or_none("beds")}


def _health_site(row: SeedRow) -> dict[str, Any]:
    return {
        "kind": row.one_of("kind", HealthSite.Kind.values),
        "health_authority": row["asl"],
        "status": f"{row['state_as_printed_it']} ({row['state_as_of']})",
    }


def _school(row: SeedRow) -> dict[str, Any]:
    return {
        "level": row.one_of("level", School.Level.values),
        "type_as_printed": row["type_as_printed"],
        "is_state": row.one_of("management", ["state", "non_state"]) == "state",
        "pupils": row.whole_or_none("pupils"),
    }


_OWN_FIELDS = {Station: _station, Hospital: _hospital, HealthSite: _health_site, School: _school}
#: What a reload writes: not the position where the seed has none, for an owner may have found it.
UPDATED_FIELDS: dict[type[Model], list[str]] = {
    Station: ["name", "municipality", "location", "precision", "note", "source", "kind", "status"],
    Hospital: [
        *("name", "municipality", "address", "location", "precision", "note", "source"),
        *("kind", "facility_type", "beds"),
    ],
    HealthSite: ["name", "municipality", "address", "source", "kind", "health_authority", "status"],
    School: [
        *("name", "municipality", "address", "source"),
        *("level", "type_as_printed", "is_state", "pupils"),
    ],
}
