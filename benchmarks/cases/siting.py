"""MCLP and p-median built and solved, beside spopt; and the values that spopt publishes for San Francisco."""

import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Bench, Row, peak_mb
from gisplan.accessibility import (
    Choice,
    Effort,
    SitePlan,
    locate_max_covering,
    locate_median,
)

PLACES, SITES = 3000, 312
COVERING_SITES, MEDIAN_SITES, PUBLISHED_SITES = 20, 10, 4
THRESHOLD = 10.0
SEED = 1
PUBLISHED_COVERED_SHARE, PUBLISHED_MEAN_M, PUBLISHED_RADIUS_M = 0.8975609756097561, 2982.1268579890657, 5000.0


def run(bench: Bench) -> list[Row]:
    _published(bench)
    return [_covering(bench), _median(bench)]


def _published(bench: Bench) -> None:
    found = bench.peer("siting_spopt.py", "published")
    rows = int(found.value)
    people = np.array(found.answer[-rows:])
    metres = np.array(found.answer[:-rows]).reshape(rows, -1)
    choice = Choice(number=PUBLISHED_SITES)
    covering = locate_max_covering(metres, people, threshold_min=PUBLISHED_RADIUS_M, choice=choice)
    share = float((covering.minutes <= PUBLISHED_RADIUS_M).mean())
    median = locate_median(metres, people, choice=choice)
    mean_m = median.objective / float(people.sum())
    bench.say(
        f"San Francisco, {rows} x {metres.shape[1]}, p = 4: MCLP covers {share:.4%}, p-median {mean_m:.4f} m"
    )
    if abs(share - PUBLISHED_COVERED_SHARE) > 1e-9 or abs(mean_m - PUBLISHED_MEAN_M) > 1e-6:
        raise RuntimeError(
            f"spopt publishes {PUBLISHED_COVERED_SHARE:.4%} and {PUBLISHED_MEAN_M:.4f} m: not a figure to print."
        )


def _distances() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(SEED)
    places, sites = rng.uniform(0, 100, (PLACES, 2)), rng.uniform(0, 100, (SITES, 2))
    people = rng.integers(1, 3000, PLACES).astype(float)
    return (
        np.linalg.norm(places[:, None] - sites[None], axis=2),
        np.linalg.norm(sites[:, None] - sites[None], axis=2),
        people,
    )


def _covering(bench: Bench) -> Row:
    od_min, _, people = _distances()
    bench.say_input("MCLP", od_min, people)
    file = bench.folder / "covering.npz"
    np.savez(file, od_min=od_min, people=people, threshold_min=THRESHOLD, number=COVERING_SITES)
    peer = bench.peer("siting_spopt.py", file)
    started = time.perf_counter()
    choice = Choice(number=COVERING_SITES)
    found = locate_max_covering(od_min, people, threshold_min=THRESHOLD, choice=choice)
    seconds = time.perf_counter() - started
    _say(bench, "MCLP", found)
    if not found.optimal or abs(found.objective - peer.answer[0]) > 1e-6 * found.objective:
        raise RuntimeError(f"spopt finds {peer.answer[0]}, ours {found.objective}: not a figure to print.")
    return Row(
        f"MCLP {PLACES} x {SITES}, p = {COVERING_SITES}",
        seconds,
        peer.value,
        "spopt",
        peer.command,
        "s",
        peak_mb(),
    )


def _median(bench: Bench) -> Row:
    _, od_min, people = _distances()
    bench.say_input("p-median", od_min, people[:SITES])
    started = time.perf_counter()
    found = locate_median(
        od_min, people[:SITES], choice=Choice(number=MEDIAN_SITES), effort=Effort(time_limit_s=60)
    )
    seconds = time.perf_counter() - started
    _say(bench, "p-median", found)
    return Row(f"p-median {SITES} x {SITES}, p = {MEDIAN_SITES}", seconds, None, "–", "–", "s", peak_mb())


def _say(bench: Bench, name: str, found: SitePlan) -> None:
    short = abs(found.greedy - found.objective) / found.objective
    bench.say(f"{name}: {found.objective:.0f}, proven gap {found.gap:.2%}, greedy {short:.2%} off")
