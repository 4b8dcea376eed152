"""Stations of OpenStreetMap as datiopen.it publishes them: repeated per region, some at 0,0, metro among rail."""

import re
from dataclasses import dataclass, replace

import shapely
from django.contrib.gis.geos import Point
from django.db import connection
from psycopg import sql

from gisplan.territory.models import Municipality, Precision, Source, Station
from gisplan.territory.queries import in_territory
from gisplan.territory.standard.merging import Target, Values, merge, seed_values
from gisplan.territory.standard.names import Municipalities, normal_name
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from gisplan.territory.standard.places import points, state_coverage
from gisplan.territory.standard.reading import Row, TableFile
from layers.models import Layer
from layers.store import qualified

CODE, NAME, TOWN, PROVINCE = "Identificatore in OpenStreetMap", "Nome", "Comune", "Provincia"
LON, LAT, YEAR, ENTERED = "Longitudine", "Latitudine", "Anno inserimento", "Data e ora inserimento"
COLUMNS = (CODE, NAME, TOWN, LON, LAT)
SAME_STATION_M = 300.0
METRO_STOP_M = 150.0
STOPS_LAYER = "gtt_stops"  # its stops of type M tell the metro's stations
_BRACKETS = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True)
class _Found:
    line: int
    code: str
    name: str
    entered: str
    year: str
    municipality: Municipality
    point: Point
    kind: str = Station.Kind.RAIL

    @property
    def shape(self) -> shapely.Point:
        return shapely.Point(self.point.x, self.point.y)

    @property
    def plain_name(self) -> str:
        return normal_name(_BRACKETS.sub("", self.name))

    @property
    def rank(self) -> tuple[bool, str]:
        """Of two rows of one station the one without brackets stays, then the one entered last."""
        return ("(" not in self.name, self.entered)


def load_stations(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    found = _located(TableFile(request.path).rows(COLUMNS), load)
    metro = _metro_stops(load)
    found = [replace(one, kind=_kind(one, metro)) for one in found]
    wanted = {one.code: _values(one) for one in _without_repeats(found, load)}
    year = source.reference_date[:4] or "not known"
    new = {"status": f"status {year}"}
    merge(Target(load.register, Station, base=seed_values(Station), source=source, new=new), wanted, load)
    _state_coverage(source)


def _located(rows: list[Row], load: RegisterLoad) -> list[_Found]:
    municipalities = Municipalities()
    kept: list[tuple[Row, Municipality, tuple[float, float]]] = []
    for row in rows:
        lon, lat = row.number(LON), row.number(LAT)
        municipality = municipalities.named(row[TOWN], row[PROVINCE])
        inside = municipality is not None and municipality.in_territory
        if not inside and not municipalities.knows_province(row[PROVINCE]):
            load.elsewhere += 1
        elif municipality is None:
            load.refuse(row.line, f"no municipality of the territory is {row[TOWN]!r}")
        elif not row[CODE] or lon is None or lat is None or (lon == 0 and lat == 0):
            load.refuse(row.line, f"{row[NAME]}: expected an identifier and a position, found {lon}, {lat}")
        else:
            kept.append((row, municipality, (lon, lat)))
    places = points([lon_lat for _row, _municipality, lon_lat in kept])
    return [
        _Found(row.line, f"osm-{row[CODE]}", row[NAME], row[ENTERED], row[YEAR], municipality, point)
        for (row, municipality, _), point in zip(kept, places, strict=True)
    ]


def _metro_stops(load: RegisterLoad) -> list[shapely.Point]:
    """Stops of the metro's line where that layer is loaded, and the metro stations that are known."""
    known = Station.objects.filter(kind=Station.Kind.METRO, location__isnull=False)
    stops = [shapely.Point(*station.location.coords) for station in known if station.location]
    layer = Layer.objects.filter(name=STOPS_LAYER).first()
    if layer is not None and layer.current is not None:
        columns = {column["name"] for column in layer.current.columns}
        if "type" in columns:
            with connection.cursor() as cursor:
                cursor.execute(
                    sql.SQL("SELECT ST_X(geom), ST_Y(geom) FROM {} WHERE type = 'M'").format(
                        qualified(layer.name)
                    )
                )
                stops += [shapely.Point(x, y) for x, y in cursor.fetchall()]
    if not stops:
        load.notes.append(
            f"no stop of a metro is known (layer {STOPS_LAYER}): metro stations are not told apart from rail"
        )
    return stops


def _kind(one: _Found, metro: list[shapely.Point]) -> str:
    near = any(one.shape.distance(stop) <= METRO_STOP_M for stop in metro)
    return Station.Kind.METRO.value if near else Station.Kind.RAIL.value


def _without_repeats(found: list[_Found], load: RegisterLoad) -> list[_Found]:
    kept: list[_Found] = []
    for one in sorted(found, key=lambda one: one.rank, reverse=True):
        twin = next((other for other in kept if _is_twin(one, other)), None)
        if twin is None:
            kept.append(one)
        else:
            load.refuse(one.line, f"{one.name} ({one.code}) is the station {twin.name} ({twin.code}) again")
    return kept


def _is_twin(one: _Found, other: _Found) -> bool:
    if one.code == other.code:
        return True
    near = one.shape.distance(other.shape) <= SAME_STATION_M
    return one.kind == other.kind and one.plain_name == other.plain_name and near


def _values(one: _Found) -> Values:
    values: Values = {
        "name": one.name[:200],
        "kind": one.kind,
        "municipality_id": one.municipality.pk,
        "location": one.point,
        "precision": Precision.EXACT.value,
    }
    return values


def _state_coverage(source: Source) -> None:
    for kind, label in Station.Kind.choices:
        count = in_territory(Station).filter(kind=kind).count()
        if count:
            date = source.reference_date or "?"
            state_coverage(
                "stations",
                kind,
                (
                    f"Elenco OpenStreetMap ({date}), ripulito dai doppioni: {count} ({label}); non dice lo stato"
                    " attuale e non è dichiarato completo.",
                    f"OpenStreetMap list ({date}), duplicates removed: {count} ({kind}); it does not tell today's"
                    " state and is not declared complete.",
                ),
                source,
            )
