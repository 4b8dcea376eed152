"""scipy's search, then one buffer a reached edge and their union: a catchment's polygon as it is usually drawn."""

import json
import statistics
import sys
import time

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

BUFFER_M = 25.0

data, minutes = np.load(sys.argv[1]), float(sys.argv[2])
nodes = len(data["x_m"])
ends, cross_min = np.column_stack((data["tail"], data["head"])), data["minutes"]
both = np.concatenate((ends, ends[:, ::-1]))
cost_min = np.concatenate((cross_min[:, 0], cross_min[:, 1]))
there = np.isfinite(cost_min)
graph = coo_array((cost_min[there], (both[there, 0], both[there, 1])), shape=(nodes, nodes)).tocsr()
xy_m = np.column_stack((data["x_m"], data["y_m"]))


def catchment(origin: int) -> float:
    """Metres of street reached, after drawing their polygon; the last edges are drawn whole."""
    cost = dijkstra(graph, indices=origin, limit=minutes)
    begun = np.flatnonzero(np.isfinite(cost[ends]).any(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = (minutes - cost[ends[begun]]) / cross_min[begun]
    share = np.clip(np.nan_to_num(shares, nan=0.0), 0, 1).sum(axis=1)
    shapely.union_all(shapely.buffer(shapely.linestrings(xy_m[ends[begun]]), BUFFER_M))
    return float((np.minimum(share, 1) * data["length_m"][begun]).sum())


taken, answer = [], []
for start in data["origins"].tolist():
    started = time.perf_counter()
    answer.append(catchment(start))
    taken.append(time.perf_counter() - started)
sys.stdout.write(json.dumps({"value": statistics.median(taken) * 1000, "answer": answer}) + "\n")
