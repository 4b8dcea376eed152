"""spopt: seconds to build and solve one MCLP with CBC, and its objective; or the answers on its own published data."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pulp
import spopt
from spopt.locate import MCLP


def covering(file: str) -> dict[str, object]:
    data = np.load(file)
    started = time.perf_counter()
    problem = MCLP.from_cost_matrix(
        data["od_min"], data["people"], float(data["threshold_min"]), p_facilities=int(data["number"])
    )
    problem = problem.solve(pulp.PULP_CBC_CMD(msg=False))
    return {"value": time.perf_counter() - started, "answer": [pulp.value(problem.problem.objective)]}


def published() -> dict[str, object]:
    """The San Francisco set of spopt's own tests: 205 tracts x 16 stores, metres, then the people."""
    folder = Path(spopt.__file__).parent / "tests" / "test_locate" / "data"
    network = pd.read_csv(folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    metres = network.pivot_table(values="distance", index="DestinationName", columns="name")
    tracts = pd.read_csv(folder / "SF_demand_205_centroid_uniform_weight.csv")
    people = tracts.set_index("NAME").loc[metres.index, "POP2000"]
    answer = [*metres.to_numpy().ravel().tolist(), *people.astype(float).tolist()]
    return {"value": float(len(metres)), "answer": answer}


found = published() if sys.argv[1] == "published" else covering(sys.argv[1])
sys.stdout.write("\n" + json.dumps(found) + "\n")
