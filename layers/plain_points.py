"""Points without anything to repair, read straight from their bytes: no object is made for each."""

from typing import Any

import numpy as np
import numpy.typing as npt

_WKB = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


def plain_points(wkb: Any) -> npt.NDArray[np.float64] | None:
    """Rows of x, y where every value of the Arrow array is a finite point in two dimensions, else None."""
    count = len(wkb)
    if not count or wkb.null_count or not str(wkb.type).endswith("binary"):
        return None
    _, offsets, content = wkb.buffers()
    width = np.int64 if str(wkb.type) == "large_binary" else np.int32
    starts = np.frombuffer(offsets, width)[wkb.offset : wkb.offset + count + 1]
    if (np.diff(starts) != _WKB.itemsize).any():
        return None
    points = np.frombuffer(content, _WKB, count, int(starts[0]))
    if (points["order"] != 1).any() or (points["kind"] != 1).any():
        return None
    places = np.stack([points["x"], points["y"]], axis=1)
    return places if np.isfinite(places).all() else None
