"""pandana: nodes in range of one origin a call, and all pairs of a matrix; building is not counted."""

import json
import statistics
import sys
import time

import numpy as np
import pandana
import pandas as pd

task, data, minutes = sys.argv[1], np.load(sys.argv[2]), float(sys.argv[3])
tail = np.repeat(np.arange(len(data["x_m"])), np.diff(data["start"]))
network = pandana.Network(
    pd.Series(data["x_m"]),
    pd.Series(data["y_m"]),
    pd.Series(tail),
    pd.Series(data["head"].astype(np.int64)),
    pd.DataFrame({"minutes": data["cost_min"]}),
    twoway=False,
)
taken, answer = [], []
if task == "search":
    for origin in data["origins"].tolist():
        started = time.perf_counter()
        answer.append(float(len(network.nodes_in_range([origin], minutes))))
        taken.append(time.perf_counter() - started)
    value = statistics.median(taken) * 1000
else:
    towns = data["towns"]
    started = time.perf_counter()
    answer = network.shortest_path_lengths(np.repeat(towns, len(towns)), np.tile(towns, len(towns)))
    value = time.perf_counter() - started
sys.stdout.write(json.dumps({"value": value, "answer": list(answer)}) + "\n")
