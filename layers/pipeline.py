"""The rows of a source into a table."""

import numpy as np

from layers import store
from layers.reading import Reading


def copy_rows(table: str, reading: Reading) -> None:
    """COPY every clean feature of the source into the table."""
    with store.copying(table, reading.columns) as copy:
        for chunk in reading.chunks():
            with reading.clock.phase("store", len(chunk)):
                ids = np.asarray(chunk.positions + 1, dtype=np.int32)
                copy.write(store.csv_rows(ids, chunk.attributes, chunk.geometries, reading.stored_srid))
