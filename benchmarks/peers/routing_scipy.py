"""scipy's Dijkstra: one origin a call, the nearest of several, and rows of a matrix."""

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

MATRIX_ORIGINS = 24

task, data, minutes = sys.argv[1], np.load(sys.argv[2]), float(sys.argv[3])
nodes = len(data["x_m"])
graph = csr_array((data["cost_min"], data["head"], data["start"]), shape=(nodes, nodes))


def search() -> list[float]:
    sums = []
    for origin in data["origins"]:
        cost = dijkstra(graph, indices=origin, limit=minutes)
        sums.append(float(cost[np.isfinite(cost)].sum()))
    return sums


def nearest() -> list[float]:
    cost = dijkstra(graph, indices=data["hubs"], limit=minutes, min_only=True)
    there = np.isfinite(cost)
    return [float(there.sum()), float(cost[there].sum())]


def matrix() -> list[float]:
    towns = data["towns"]
    rows = [dijkstra(graph, indices=town, limit=minutes)[towns] for town in towns[:MATRIX_ORIGINS]]
    return np.concatenate(rows).tolist()


def median_s(work: Callable[[], list[float]], repeats: int) -> tuple[float, list[float]]:
    taken, answer = [], []
    for _ in range(repeats):
        started = time.perf_counter()
        answer = work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken), answer


if task == "search":
    seconds, found = median_s(search, 5)
    value = seconds / len(found) * 1000
elif task == "nearest":
    seconds, found = median_s(nearest, 5)
    value = seconds * 1000
else:
    seconds, found = median_s(matrix, 1)
    value = seconds / MATRIX_ORIGINS * len(data["towns"])
sys.stdout.write(json.dumps({"value": value, "answer": found}) + "\n")
