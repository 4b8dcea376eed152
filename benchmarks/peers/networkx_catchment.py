"""The usual recipe: an ego graph by time, its edges buffered by 25 m, one union. Milliseconds an origin, areas."""

import json
import statistics
import sys
import time

import networkx
import numpy as np
import shapely

data, minutes = np.load(sys.argv[1]), float(sys.argv[2])
x_m, y_m = data["x_m"], data["y_m"]
graph = networkx.DiGraph()
tails = np.repeat(np.arange(len(x_m)), np.diff(data["start"]))
graph.add_weighted_edges_from(
    zip(tails.tolist(), data["head"].tolist(), data["cost_min"].tolist(), strict=True)
)


def catchment(origin: int) -> float:
    inside = networkx.ego_graph(graph, origin, radius=minutes, distance="weight")
    lines = [[(x_m[u], y_m[u]), (x_m[v], y_m[v])] for u, v in inside.edges]
    return float(shapely.union_all(shapely.buffer(shapely.linestrings(lines), 25)).area)


origins = data["origins"].tolist()
answer, taken = [catchment(origin) for origin in origins], []
for origin in origins:
    started = time.perf_counter()
    catchment(origin)
    taken.append(time.perf_counter() - started)
sys.stdout.write(json.dumps({"value": statistics.median(taken) * 1000, "answer": answer}) + "\n")
