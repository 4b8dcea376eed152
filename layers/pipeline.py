"""The rows of a source into a table: read in a process, checked in this thread, copied by another."""

import numpy as np

from layers import copying, store
from layers.reading import Chunk, Reading
from layers.threads import Behind


def copy_rows(table: str, reading: Reading) -> None:
    """COPY every clean feature of the source into the table."""
    phase, types = reading.clock.phase, [column.sql_type for column in reading.columns]
    with store.copy_into(table, reading.columns) as copy:

        def write(chunk: Chunk) -> None:
            ids = np.asarray(chunk.positions + 1, dtype=np.int32)
            copy.write(
                copying.rows(
                    ids,
                    chunk.attributes,
                    types,
                    chunk.geometries,
                    geometry_type=reading.geometry_type,
                    srid=reading.stored_srid,
                )
            )

        with Behind(write) as writer:
            for chunk in reading.chunks():
                with phase("store", len(chunk)):
                    writer.take(chunk)
            with phase("store"):
                writer.finish()
