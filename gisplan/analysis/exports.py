"""Kept results as files for QGIS and spreadsheets."""

from pathlib import Path

import numpy as np
import shapely
from django.conf import settings

from gisplan.analysis.models import Band, Run
from gisplan.analysis.reaching import BAND_COLUMNS
from layers.writing import write_geopackage


def write_bands(run: Run, path: Path) -> int:
    """Write a catchment run as the layer `bands` of a GeoPackage in the stored CRS; the number of rows."""
    bands = list(Band.objects.filter(run=run).select_related("station").order_by("station__code", "minutes"))
    columns: dict[str, list[object]] = {
        "station_code": [band.station.code for band in bands],
        "station_name": [band.station.name for band in bands],
    }
    columns |= {name: [getattr(band, name) for band in bands] for name in BAND_COLUMNS}
    columns["run"] = [run.pk] * len(bands)
    write_geopackage(
        path,
        layer="bands",
        geometries=np.asarray(shapely.from_wkb([bytes(band.geometry.wkb) for band in bands]), dtype=object),
        columns=columns,
        geometry_type="MultiPolygon",
        srid=settings.STORED_SRID,
    )
    return len(bands)
