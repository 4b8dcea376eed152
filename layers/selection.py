"""A part of a layer: the entities that a drawing keeps on one of its own layers, or one family of geometry."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers import gdal
from layers.gdal import Dataset

FAMILIES = {"points": 0, "lines": 1, "polygons": 2}
_ENTITY_LAYER = "Layer"  # GDAL's column of a DXF
# Type numbers of WKB, without Z and M, by dimension; curves and surfaces included.
_DIMENSIONS = {1: 0, 4: 0, 2: 1, 5: 1, 8: 1, 9: 1, 11: 1, 3: 2, 6: 2, 10: 2, 12: 2, 15: 2, 16: 2, 17: 2}


@dataclass(frozen=True)
class Selection:
    """All of a layer unless an entity layer or a family is named; the parts kept count as the whole source."""

    entity_layer: str | None = None
    family: str | None = None

    @property
    def is_part(self) -> bool:
        return self.entity_layer is not None or self.family is not None

    def of(self, batch: Any) -> Any:
        if self.entity_layer is not None:
            batch = batch.filter(pc.equal(batch.column(_ENTITY_LAYER), self.entity_layer))
        if self.family is not None:
            wkb = batch.column(batch.num_columns - 1).to_pylist()
            wanted = FAMILIES[self.family]
            batch = batch.filter(pa.array([dimension_of(value) == wanted for value in wkb], pa.bool_()))
        return batch


def dimension_of(wkb: bytes | None) -> int | None:
    """0 for points, 1 for lines, 2 for polygons, None for nothing or a collection."""
    if wkb is None or len(wkb) < 5:
        return None
    number = int(np.frombuffer(wkb, "<u4" if wkb[0] else ">u4", 1, 1)[0])
    return _DIMENSIONS.get((number & 0x1FFFFFFF) % 1000)


def split_family(layer: str) -> tuple[str, str | None]:
    """ "MURI:lines" -> the lines of MURI."""
    name, _, family = layer.rpartition(":")
    return (name, family) if family in FAMILIES else (layer, None)


def entity_layers(dataset: Dataset, layer: str) -> list[str]:
    names: set[str] = set()
    with gdal.open_arrow(dataset, layer, columns=[_ENTITY_LAYER]) as reader:
        for batch in reader:
            names.update(name for name in batch.column(0).unique().to_pylist() if name)
    return sorted(names)
