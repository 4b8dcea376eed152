"""A folder of files the user already has: each is recognised by its content and loaded, or skipped with the reason."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import shapely
from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Polygon

from gisplan.analysis.errors import AnalysisError, OutsideTerritory
from gisplan.analysis.networks import load_network
from gisplan.analysis.registers import load_register, recognised_table
from gisplan.network.errors import NetworkError
from gisplan.territory.errors import TerritoryError
from gisplan.territory.grids import name_people_grid, recognise
from gisplan.territory.models import MunicipalityBoundary
from gisplan.territory.standard.outcome import LoadRequest
from layers.errors import LayersError
from layers.fields import safe_name
from layers.importing import import_layer
from layers.inspection import LayerSummary, SourceSummary, inspect
from layers.models import Layer

#: A line layer with one of these columns is a street network; other lines are a layer like any other.
STREET_COLUMNS = {"highway", "oneway", "maxspeed", "length_m"}
#: Parts of a shapefile besides its .shp, and notes of other programs: they have no line of their own.
SIDECARS = {".shx", ".dbf", ".prj", ".cpg", ".cst", ".qmd", ".qix", ".sbn", ".sbx", ".qpj"}
BOUNDARY_COLUMNS = {"PRO_COM_T", "COMUNE"}
STREET_KINDS = {"osm.pbf", "osm", "graphml"}


@dataclass(frozen=True)
class Outcome:
    path: Path
    loaded: bool
    what: str

    def __str__(self) -> str:
        return f"{'loaded' if self.loaded else 'skipped'}: {self.what}"


def load_folder(folder: Path) -> Iterator[Outcome]:
    """One outcome for each dataset below the folder, in the order of the paths."""
    territory = _territory_box()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix.lower() not in SIDECARS or not path.with_suffix(".shp").exists():
            yield from _load(path, territory)


def _territory_box() -> shapely.Polygon:
    boundaries = MunicipalityBoundary.objects.filter(municipality__in_territory=True)
    extent = boundaries.aggregate(extent=Extent("geometry"))["extent"]
    if extent is None:
        raise AnalysisError("Expected a loaded territory, found none: run `gisplan load_territory` first.")
    box = Polygon.from_bbox(extent)
    box.srid = settings.STORED_SRID
    return shapely.box(*box.transform(4326, clone=True).extent)


def _load(path: Path, territory: shapely.Polygon) -> Iterator[Outcome]:
    try:
        found = inspect(path)
        if found.kind in STREET_KINDS:
            yield _load_streets(path)
        elif found.kind == "table" and found.layers:
            yield _load_table(path, found)
        elif found.driver and found.layers:
            for layer in found.layers:
                yield _load_layer(path, found, layer, territory)
        else:
            yield Outcome(path, loaded=False, what=_why_not(found))
    except OutsideTerritory as error:
        yield Outcome(path, loaded=False, what=f"outside the territory: {error}")
    except (AnalysisError, LayersError, NetworkError, TerritoryError) as error:
        yield Outcome(path, loaded=False, what=f"not understood: {error}")


def _load_streets(path: Path) -> Outcome:
    row = load_network(path, only_in_territory=True).row
    return Outcome(path, loaded=True, what=f"street network {row.name}, {row.nodes} nodes, {row.edges} edges")


def _load_table(path: Path, found: SourceSummary) -> Outcome:
    """A standard register by its columns, else points by theirs."""
    columns = found.layers[0].columns
    register = recognised_table(columns)
    if register is not None:
        load = register.load(LoadRequest(path))
        return Outcome(path, loaded=True, what="; ".join([str(load), *load.notes]))
    if {"lat", "lon"} <= {name.lower() for name in columns}:
        name = path.name.split(".")[0]
        report = import_layer(
            path, name=safe_name(name)[:50], title=name.replace("_", " "), srid=4326, who="load_folder"
        )
        return Outcome(path, loaded=True, what=f"layer {report.name}, {report.features_stored} features")
    return Outcome(path, loaded=False, what=_why_not(found))


def _load_layer(path: Path, found: SourceSummary, layer: LayerSummary, territory: shapely.Polygon) -> Outcome:
    if layer.bbox is not None and not territory.intersects(shapely.box(*layer.bbox)):
        return Outcome(path, loaded=False, what=f"outside the territory: layer {layer.name}")
    if "Line" in (layer.geometry_type or "") and STREET_COLUMNS & {name.lower() for name in layer.columns}:
        return _load_streets(path)
    name = path.name.split(".")[0] if len(found.layers) == 1 else f"{path.stem}_{layer.name}"
    report = import_layer(
        path,
        name=safe_name(name)[:50],
        title=name.replace("_", " "),
        source_layer=layer.name,
        who="load_folder",
    )
    what = f"layer {report.name}, {report.features_stored} features"
    if report.repairs:
        what += f", {len(report.repairs)} repairs"
    people = recognise(layer.columns)
    if people:
        name_people_grid(Layer.objects.get(name=report.name), people)
        what += f", people of {people.reference_year} by {people.kind.value}"
    names = {column.lower() for column in layer.columns}
    if "Polygon" in (layer.geometry_type or "") and {column.lower() for column in BOUNDARY_COLUMNS} <= names:
        what += f"; {_new_edition(path, layer)}"
    return Outcome(path, loaded=True, what=what)


def _new_edition(path: Path, layer: LayerSummary) -> str:
    """Boundaries of ISTAT whose date is told make an edition of the territory."""
    try:
        load = load_register("istat_boundaries", LoadRequest(path, layer=layer.name))
    except TerritoryError as error:
        return f"not an edition of the territory: {error}"
    return "; ".join([str(load), *load.notes])


def _why_not(found: SourceSummary) -> str:
    if found.kind == "table" and found.layers:
        return f"no loader yet: a text table with the columns {', '.join(found.layers[0].columns[:6])}"
    if zipfile.is_zipfile(found.path) and "stop_times.txt" in zipfile.ZipFile(found.path).namelist():
        return "no loader yet: a public transport timetable (GTFS)"
    return f"not understood: {found.problem or found.words}"
