"""The formats that are read, the one GDAL driver allowed to read each, and the endings that announce them."""

from layers.sniff import (
    DXF,
    FLATGEOBUF,
    GEOJSON,
    GEOJSON_LINES,
    GEOPACKAGE,
    GML,
    KML,
    SHAPEFILE,
    TABLE,
    ZIP,
    Content,
)

DRIVERS = {
    SHAPEFILE.kind: "ESRI Shapefile",
    GEOPACKAGE.kind: "GPKG",
    GEOJSON.kind: "GeoJSON",
    GEOJSON_LINES.kind: "GeoJSONSeq",
    TABLE.kind: "CSV",
    KML.kind: "LIBKML",
    GML.kind: "GML",
    FLATGEOBUF.kind: "FlatGeobuf",
    DXF.kind: "DXF",
}
_JSON = (GEOJSON, GEOJSON_LINES)
# What may stand in a file of this ending; the first is what it announces.
SUFFIXES: dict[str, tuple[Content, ...]] = {
    ".shp": (SHAPEFILE,),
    ".gpkg": (GEOPACKAGE,),
    ".geojson": _JSON,
    ".json": _JSON,
    ".geojsonl": _JSON[::-1],
    ".geojsons": _JSON[::-1],
    ".ndjson": _JSON[::-1],
    ".jsonl": _JSON[::-1],
    ".csv": (TABLE,),
    ".tsv": (TABLE,),
    ".kml": (KML,),
    ".kmz": (ZIP,),
    ".gml": (GML,),
    ".fgb": (FLATGEOBUF,),
    ".dxf": (DXF,),
    ".zip": (ZIP,),
}
ARCHIVE_SUFFIXES = {".zip", ".kmz"}
TABLE_SUFFIXES = {".csv", ".tsv"}
READ = "a shapefile (folder or zip), a GeoPackage, GeoJSON, a text table with coordinates, KML, GML, FlatGeobuf or DXF"
