"""networkx and shapely, as OSMnx's isochrone example does it: search, buffer the reached streets, unite."""

import json
import statistics
import sys
import time

import networkx as nx
import numpy as np
import shapely
import shapely.ops


def bands(graph: nx.Graph, origin: int, limits: list[float], buffer_m: float) -> list[float]:
    """Metres of street reached within each limit, after drawing each band."""
    reached = nx.single_source_dijkstra_path_length(graph, origin, cutoff=max(limits), weight="minutes")
    lengths = []
    for limit in limits:
        parts, total_m = [], 0.0
        for tail, head, street in graph.edges(reached, data=True):
            from_tail = max(0.0, limit - reached.get(tail, np.inf)) / street["minutes"]
            from_head = max(0.0, limit - reached.get(head, np.inf)) / street["minutes"]
            line, length_m = street["line"], street["length_m"]
            if from_tail + from_head >= 1:
                parts.append(line)
            else:
                start = street["tail"] == tail
                first, last = (from_tail, from_head) if start else (from_head, from_tail)
                parts += [shapely.ops.substring(line, 0, first, normalized=True)] if first else []
                parts += [shapely.ops.substring(line, 1 - last, 1, normalized=True)] if last else []
            total_m += min(1.0, from_tail + from_head) * length_m
        shapely.union_all(shapely.buffer(parts, buffer_m))
        lengths.append(total_m)
    return lengths


def main() -> None:
    city = np.load(sys.argv[1])
    graph = nx.Graph()
    for tail, head, length_m, minutes in zip(
        city["tail"].tolist(),
        city["head"].tolist(),
        city["length_m"].tolist(),
        city["minutes"].tolist(),
        strict=True,
    ):
        line = shapely.LineString(np.column_stack((city["x_m"][[tail, head]], city["y_m"][[tail, head]])))
        graph.add_edge(tail, head, length_m=length_m, minutes=minutes, tail=tail, line=line)
    taken, answer = [], []
    for origin in city["origins"].tolist():
        started = time.perf_counter()
        answer += bands(graph, origin, city["limits"].tolist(), float(city["buffer_m"]))
        taken.append(time.perf_counter() - started)
    json.dump({"value": statistics.median(taken) * 1000, "answer": answer}, sys.stdout)


if __name__ == "__main__":
    main()
