"""What a file is, told from its first bytes and never from its name."""

import codecs
import csv
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from layers.errors import FormatNotRead, SourceNotFound

_HEAD_BYTES = 65_536


@dataclass(frozen=True)
class Content:
    """`kind` is a word of this module; `words` says the same in English."""

    kind: str
    words: str


SHAPEFILE = Content("shapefile", "a shapefile")
GEOPACKAGE = Content("geopackage", "a GeoPackage")
GEOJSON = Content("geojson", "GeoJSON")
ZIP = Content("zip", "a zip archive")
FOLDER = Content("folder", "a folder")
GEOJSON_LINES = Content("geojson lines", "newline-delimited GeoJSON")
KML = Content("kml", "KML")
GML = Content("gml", "GML")
FLATGEOBUF = Content("flatgeobuf", "a FlatGeobuf")
DXF = Content("dxf", "a DXF drawing")
OSM_PBF = Content("osm.pbf", "an OpenStreetMap extract (.osm.pbf)")
OSM_XML = Content("osm", "OpenStreetMap XML")
GRAPHML = Content("graphml", "GraphML")
TABLE = Content("table", "a text table")
EMPTY = Content("empty", "an empty file")
UNKNOWN = Content("unknown", "content of an unknown kind")

_MAGIC: tuple[tuple[bytes, Content], ...] = (
    (b"\x00\x00\x27\x0a", SHAPEFILE),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x89PNG\r\n", Content("png", "a PNG image")),
    (b"\xff\xd8\xff", Content("jpeg", "a JPEG image")),
    (b"GIF8", Content("gif", "a GIF image")),
    (b"%PDF", Content("pdf", "a PDF document")),
    (b"II*\x00", Content("tiff", "a TIFF image")),
    (b"MM\x00*", Content("tiff", "a TIFF image")),
    (b"\x1f\x8b", Content("gzip", "a gzip archive")),
    (b"7z\xbc\xaf", Content("7z", "a 7-Zip archive")),
    (b"Rar!", Content("rar", "a RAR archive")),
    (b"\xd0\xcf\x11\xe0", Content("office", "an old Office document")),
    (b"fgb\x03", FLATGEOBUF),
    (b"AutoCAD Binary DXF", Content("binary dxf", "a binary DXF drawing")),
    (b"PAR1", Content("parquet", "a Parquet file")),
    (b"ARROW1", Content("arrow", "an Arrow file")),
    (b"AC10", Content("dwg", "an AutoCAD DWG drawing")),
)
_XML_ROOTS: tuple[tuple[str, Content], ...] = (
    ("osm", OSM_XML),
    ("graphml", GRAPHML),
    ("kml", KML),
    ("gpx", Content("gpx", "a GPX track")),
    ("html", Content("html", "a web page")),
    ("qgis", Content("qgis", "a QGIS project")),
    ("featurecollection", GML),
)
_DXF_START = re.compile(r"\s*(999\s[^\n]*\n\s*)*0\s+SECTION\s")
_JSON_TYPES = {
    "FeatureCollection", "Feature", "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon",
    "MultiPolygon", "GeometryCollection",
}  # fmt: skip


def check_exists(path: Path) -> None:
    try:
        found = path.exists()
    except OSError:  # a name that is too long
        found = False
    if not found:
        path = Path(f"{str(path)[:200]}…") if len(str(path)) > 200 else path
        raise SourceNotFound(f"Expected a file or folder at {path}, found nothing there: check the path.")


def sniff(path: Path) -> Content:
    check_exists(path)
    if path.is_dir():
        return FOLDER
    if not path.is_file():  # opening a pipe would wait for whoever writes into it
        raise FormatNotRead(
            f"Expected a file or folder at {path}, found a pipe, socket or device: copy it first."
        )
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return _by_bytes(head) or _by_text(head)


def _by_bytes(head: bytes) -> Content | None:
    if not head:
        return EMPTY
    if head.startswith(b"SQLite format 3\0"):
        known = head[68:72] in {b"GPKG", b"GP10", b"GP11"}
        return GEOPACKAGE if known else Content("sqlite", "an SQLite database that is not a GeoPackage")
    if b"OSMHeader" in head[:64]:
        return OSM_PBF
    return next((content for magic, content in _MAGIC if head.startswith(magic)), None)


def _by_text(head: bytes) -> Content:
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in head and not wide:
        return UNKNOWN
    text = head.decode("utf-16" if wide else "utf-8-sig", errors="replace").lstrip()
    if _DXF_START.match(text):
        return DXF
    if text.startswith("<"):
        return _by_xml_root(text)
    if text.startswith(("{", "[", "\x1e")):
        return _by_json(text)
    return TABLE if _looks_like_table(text) else Content("text", "plain text")


def _by_xml_root(text: str) -> Content:
    if re.match(r"<!doctype html", text, re.IGNORECASE):
        return Content("html", "a web page")
    root = re.search(r"<(?:\w+:)?([A-Za-z]\w*)[\s>/]", re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    name = root.group(1).lower() if root else ""
    known = next((content for word, content in _XML_ROOTS if word == name), None)
    if known is None and "opengis.net/gml" in text:
        return GML
    return known or Content("xml", f"XML ({name or 'no root'})")


def _by_json(text: str) -> Content:
    """GeoJSON by the first `type` at the top of the object; a long file shows only its head here."""
    if _is_lines(text):
        return GEOJSON_LINES
    declared = {json.loads(f'"{found}"') for found in re.findall(r'"type"\s*:\s*"([A-Za-z]+)"', text)}
    if "Topology" in declared:
        return Content("topojson", "TopoJSON")
    if declared & _JSON_TYPES:
        return GEOJSON
    return Content("json", "JSON that is not GeoJSON")


def _is_lines(text: str) -> bool:
    """One feature a line, at least two of them or marked by a record separator."""
    first, _, rest = text.partition("\n")
    if not text.startswith("\x1e") and not rest.lstrip().startswith("{"):
        return False
    try:
        found = json.loads(first.strip("\x1e \r"))
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("type") == "Feature"


def _looks_like_table(text: str) -> bool:
    """A separator that occurs equally often in most of the first lines."""
    lines = [line for line in text.splitlines()[:6] if line.strip()][:5]
    if len(lines) < 2:
        return False
    for delimiter in ";\t,|":
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        width, count = widths.most_common(1)[0]
        if width > 1 and 2 * count > len(lines):
            return True
    return False
