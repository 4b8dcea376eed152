"""Street files as plain arrays in degrees: OpenStreetMap extracts, GraphML of OSMnx, line layers."""

from pathlib import Path

import numpy as np

from layers.errors import StreetsRefused
from layers.formats import DRIVERS
from layers.graphml import read_graphml
from layers.line_layer import read_line_layer
from layers.osm import read_osm
from layers.sniff import FOLDER, GRAPHML, OSM_PBF, OSM_XML, ZIP, sniff
from layers.street_fields import StreetFields
from layers.street_lines import TAG_KEYS, StreetLines, file_digest

__all__ = ["TAG_KEYS", "StreetFields", "StreetLines", "file_digest", "read_streets"]


def read_streets(
    path: Path | str, *, srid: int | None = None, fields: StreetFields | None = None
) -> StreetLines:
    """Streets of a file, told by its content.

    `srid` serves a line layer that does not say its system, `fields` one whose fields are not named as
    OpenStreetMap names them.
    """
    path = Path(path)
    content = sniff(path)
    if fields is not None and fields.named() and content in {OSM_PBF, OSM_XML, GRAPHML}:
        raise StreetsRefused(
            f"Expected a line layer for fields that are named, found {content.words} in {path.name}: its tags are "
            "read as they are, leave the names of fields out."
        )
    if content in {OSM_PBF, OSM_XML}:
        streets = read_osm(path)
    elif content == GRAPHML:
        streets = read_graphml(path)
    elif content in {ZIP, FOLDER} or content.kind in DRIVERS:
        streets = read_line_layer(path, srid=srid, fields=fields)
    else:
        raise StreetsRefused(
            f"Expected streets in {path.name} (an OpenStreetMap extract, GraphML of OSMnx or a line"
            " layer), found"
            f" {content.words}: choose another file."
        )
    if len(streets.way_offsets) < 2:
        raise StreetsRefused(
            f"Expected streets in {path.name}, found {content.words} without any: choose another file."
        )
    _check_on_earth(path, streets)
    return streets


def _check_on_earth(path: Path, streets: StreetLines) -> None:
    """Metres that are said to be degrees lie nowhere, and no later step could say why."""
    for name, values, most in (("longitudes", streets.lon, 180), ("latitudes", streets.lat, 90)):
        on_earth = np.abs(values) <= most
        if not on_earth.all():
            raise StreetsRefused(
                f"Expected {name} from -{most} to {most} in {path.name}, found {values[~on_earth][0]:g}: "
                "give the system of its coordinates with --srid, for example --srid 32632."
            )
