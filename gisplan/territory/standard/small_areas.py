"""Census sections, grid cells and points that stay layers; the first two hold people."""

from gisplan.territory.errors import RegisterRefused
from gisplan.territory.grids import PeopleColumns, name_people_grid, recognise
from gisplan.territory.models import Source
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from layers.crs import WGS84
from layers.fields import safe_name
from layers.importing import import_layer
from layers.inspection import LayerSummary, inspect
from layers.models import Layer
from layers.reports import UNCHANGED, ImportReport


def load_people_layer(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    """The layer of a file that has columns of people, wherever it lies in the file."""
    layer, people = _people_layer(request)
    report = _import(request, source, load, layer=layer.name)
    name_people_grid(Layer.objects.get(name=report.name), people)
    load.notes.append(f"people of {people.reference_year} in the column {people.people_column.lower()}")


def load_points(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    """A table of points in longitude and latitude."""
    _import(request, source, load, srid=WGS84)


def _people_layer(request: LoadRequest) -> tuple[LayerSummary, PeopleColumns]:
    summary = inspect(request.path)
    found = [
        (layer, people)
        for layer in summary.layers
        if request.layer in {None, layer.name} and (people := recognise(layer.columns)) is not None
    ]
    if len(found) != 1:
        names = ", ".join(layer.name for layer in summary.layers) or summary.words
        raise RegisterRefused(
            f"Expected one layer of cells (GRD_ID, TOT_P_year) or census sections (SEZ21, POP21) in"
            f" {request.path.name}, found {names}: give another file, or the layer with --layer."
        )
    return found[0]


def _import(
    request: LoadRequest,
    source: Source,
    load: RegisterLoad,
    *,
    layer: str | None = None,
    srid: int | None = None,
) -> ImportReport:
    name = safe_name(request.path.name.split(".")[0])[:50] if load.register != "gtt_stops" else "gtt_stops"
    report = import_layer(
        request.path,
        name=name,
        title=source.title[:200],
        source_layer=layer,
        srid=srid,
        who="load_register",
        source=source.publisher,
        licence=source.licence,
        reference_date=request.reference_day,
    )
    unchanged = report.status == UNCHANGED
    load.same, load.added = (report.features_stored, 0) if unchanged else (0, report.features_stored)
    load.notes.append(f"layer {report.name}")
    if report.repairs:
        load.notes.append(f"{len(report.repairs)} repairs: see its import")
    return report
