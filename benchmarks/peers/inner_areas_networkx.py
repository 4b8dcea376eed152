"""The plain way: networkx over the same hops and motorway legs, from every pole at once, then the classes."""

import json
import statistics
import sys
import time

import networkx as nx
import numpy as np

data = np.load(sys.argv[1])
REPEATS = 1


def minutes() -> list[float]:
    graph = nx.Graph()
    graph.add_nodes_from(range(len(data["town_min"])))
    for pairs, costs in ((data["hops"], data["hop_min"]), (data["legs"], data["leg_min"])):
        for (one, other), cost in zip(pairs.tolist(), costs.tolist(), strict=True):
            if cost < graph.get_edge_data(one, other, {"weight": float("inf")})["weight"]:
                graph.add_edge(one, other, weight=cost)
    town = data["town_min"].tolist()
    best = [float("inf")] * len(town)
    for pole in data["poles"].tolist():
        for place, cost in nx.single_source_dijkstra_path_length(graph, pole).items():
            whole = 0.0 if place == pole else cost + town[pole] + town[place]
            best[place] = min(best[place], whole)
    return [-1.0 if value == float("inf") else value for value in best]


taken, answer = [], []
for _ in range(REPEATS):
    started = time.perf_counter()
    answer = minutes()
    taken.append(time.perf_counter() - started)
sys.stdout.write(json.dumps({"value": statistics.median(taken), "answer": answer}) + "\n")
