"""Coverage of 3,000 places by 312 services with an incomplete register, summed by group, beside pandas."""

import numpy as np

from benchmarks.frame import Bench, Row, median_s, peak_mb
from gisplan.accessibility.coverage import GroupSums, coverage, sums_by_group

PLACES, SERVICES = 3000, 312
THRESHOLD_MIN = 4.0
SEED = 5
GROUPS = ("A", "B", "C", "D", "E", "F")


def run(bench: Bench) -> list[Row]:
    """Nearest service, status and sums by group, in one go."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    places_km, services_km = rng.uniform(0, 100, (PLACES, 2)), rng.uniform(0, 100, (SERVICES, 2))
    od_min = np.linalg.norm(places_km[:, None] - services_km[None], axis=2) * 60 / 50
    people = rng.integers(0, 3000, PLACES).astype(float)
    groups = rng.choice(GROUPS, PLACES).tolist()
    complete = rng.random(PLACES) < 0.5
    bench.say_input("minutes, people, complete", od_min, people, complete)
    file = bench.folder / "coverage.npz"
    np.savez(
        file,
        od_min=od_min,
        people=people,
        complete=complete,
        groups=np.array(groups),
        threshold_min=THRESHOLD_MIN,
    )
    peer = bench.peer("coverage_pandas.py", file)

    def once() -> GroupSums:
        found = coverage(od_min, threshold_min=THRESHOLD_MIN, complete=complete)
        return sums_by_group(found.shares, people, groups)

    sums = once()
    order = np.argsort(sums.labels)
    if not np.array_equal(sums.people[order].ravel(), np.array(peer.answer)):
        raise RuntimeError("The sums by group differ from those of pandas: not a figure to print.")
    covered, not_covered, not_known = sums.people.sum(axis=0) / people.sum()
    bench.say(
        f"coverage: {covered:.1%} covered, {not_covered:.1%} not, {not_known:.1%} not known; equal to pandas"
    )
    work = f"coverage {PLACES:,} demand points x {SERVICES} services"
    return [Row(work, median_s(once, repeats=9) * 1000, peer.value, "pandas", peer.command, "ms", peak_mb())]
