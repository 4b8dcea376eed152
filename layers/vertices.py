"""How many vertices are taken: of one feature, and of all that a reading has seen so far."""

from typing import Any

import pyarrow.compute as pc
import shapely

from layers import limits
from layers.errors import SourceTooLarge

_VERTEX_BYTES = 37  # the most that WKB takes for one: a point with Z and M inside a multipoint


class VertexLimit:
    """Held while rows stream in, so that a file is refused long before its end."""

    def __init__(self, where: str) -> None:
        self._where, self._seen = where, 0

    def check_bytes(self, wkb: Any, first: int) -> None:
        """Before anything is built of them."""
        limit = limits.feature_vertices()
        longest = pc.max(pc.binary_length(wkb)).as_py() or 0
        if longest > limit * _VERTEX_BYTES:
            row = pc.index(pc.binary_length(wkb), longest).as_py()
            raise self._one(limit, f"{longest:,} bytes", first + row)

    def add(self, geometries: Any, first: int) -> None:
        counts = shapely.get_num_coordinates(geometries)
        limit = limits.feature_vertices()
        if counts.max(initial=0) > limit:
            raise self._one(limit, f"{int(counts.max()):,}", first + int(counts.argmax()))
        self.count(int(counts.sum()))

    def count(self, vertices: int) -> None:
        self._seen += vertices
        if self._seen > limits.file_vertices():
            raise SourceTooLarge(
                f"Expected at most {limits.file_vertices():,} vertices in {self._where}, found {self._seen:,} and"
                " more: split the file, or raise LAYERS_FILE_VERTICES."
            )

    def _one(self, limit: int, found: str, feature: int) -> SourceTooLarge:
        return SourceTooLarge(
            f"Expected at most {limit:,} vertices in one feature of {self._where}, found {found} in feature"
            f" {feature}: split or simplify it, or raise LAYERS_FEATURE_VERTICES."
        )
