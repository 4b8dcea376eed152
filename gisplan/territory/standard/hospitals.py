"""Hospitals of Eurostat / GISCO."""

from django.contrib.gis.geos import Point

from gisplan.territory.models import Hospital, MunicipalityBoundary, Precision, Source
from gisplan.territory.queries import in_territory
from gisplan.territory.standard.merging import Target, Values, merge, seed_values
from gisplan.territory.standard.names import Municipalities
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from gisplan.territory.standard.places import outside_their_municipality, points, state_coverage
from gisplan.territory.standard.reading import BROKEN, Row, TableFile

COLUMNS = ("id", "hospital_name", "city", "facility_type", "cap_beds")
COUNTRY = "IT"
#: Types as Italy reports them, with their kind; others are kept as printed and are `other`.
TYPES = (
    ("Ospedale a gestione diretta", Hospital.Kind.PUBLIC),
    ("Azienda Ospedaliera integrata con l'Università", Hospital.Kind.PUBLIC),
    ("Azienda Ospedaliera", Hospital.Kind.PUBLIC),
    ("Casa di cura privata accreditata", Hospital.Kind.PRIVATE_CLINIC),
    ("Casa di cura privata non accreditata", Hospital.Kind.PRIVATE_CLINIC),
)


def load_hospitals(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    municipalities = Municipalities()
    wanted: dict[str, Values] = {}
    positions: dict[str, tuple[float, float]] = {}
    for row in TableFile(request.path).rows(COLUMNS):
        code = f"eurostat-{row['id'].strip('-')}"
        found = municipalities.named(row["city"])
        if row["cc"] not in {"", COUNTRY} or (found is None and not _within(row)):
            load.elsewhere += 1
        elif found is None:
            load.refuse(row.line, f"no municipality of the territory is {row['city']!r}")
        elif not row["id"] or code in wanted:
            load.refuse(row.line, f"the id {row['id']!r} is empty or stands in an earlier row")
        else:
            wanted[code] = {**_values(row), "municipality_id": found.pk}
            lon, lat = row.number("lon"), row.number("lat")
            if lon and lat:
                positions[code] = (lon, lat)
    for code, point in zip(positions, points(list(positions.values())), strict=True):
        wanted[code] |= {"location": point, "precision": Precision.ADDRESS.value}
    merge(Target(load.register, Hospital, base=seed_values(Hospital), source=source), wanted, load)
    load.not_located = len(wanted) - len(positions)
    load.notes += outside_their_municipality(Hospital)
    _state_coverage(source)


def kind_of(printed: str) -> tuple[str, Hospital.Kind]:
    """The type as it should read, and its kind; a letter lost in the file is the known type's."""
    start = printed
    for mark in BROKEN:
        start = start.partition(mark)[0]
    for name, kind in TYPES:
        if printed == name or (start != printed and name.startswith(start)):
            return name, kind
    return printed, Hospital.Kind.OTHER


def _values(row: Row) -> Values:
    facility_type, kind = kind_of(row["facility_type"])
    return {
        "name": row["hospital_name"][:200],
        "address": f"{row['street']} {row['house_number']}".strip()[:200],
        "facility_type": facility_type[:200],
        "kind": kind.value,
        "beds": row.whole("cap_beds"),
    }


def _within(row: Row) -> bool:
    """Whether the point lies in the territory, where an unknown municipality is a fault of the file."""
    lon, lat = row.number("lon"), row.number("lat")
    if not lon or not lat:
        return False
    point: Point = points([(lon, lat)])[0]
    return MunicipalityBoundary.objects.filter(
        municipality__in_territory=True, geometry__contains=point
    ).exists()


def _state_coverage(source: Source) -> None:
    for kind, _label in Hospital.Kind.choices:
        count = in_territory(Hospital).filter(kind=kind).count()
        if count:
            state_coverage(
                "hospitals",
                kind,
                (
                    f"{count} nell'elenco Eurostat ({source.reference_date or 'senza data'}); posizioni non"
                    " verificate, livello di emergenza (DEA) non indicato; non è dichiarato che siano tutti.",
                    f"{count} in the Eurostat list ({source.reference_date or 'no date'}); positions"
                    " unverified, emergency level (DEA) not given; they are not declared to be all.",
                ),
                source,
            )
