"""2SFCA and E2SFCA on a matrix of 3000 x 312, beside PySAL access."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Bench, PeerResult, Row, median_s, peak_mb
from gisplan.accessibility import enhanced_two_step_fca, two_step_fca

ORIGINS, DESTINATIONS = 3000, 312
THRESHOLD_MIN = 30.0
SEED = 312
TOLERANCE = 1e-9


def run(bench: Bench) -> list[Row]:
    od_min, people, supply = _inputs()
    bench.say_input("matrix, people, supply", od_min, people, supply)
    file = bench.folder / "fca.npz"
    np.savez(file, od_min=od_min, people=people, supply=supply)
    peers = {name: bench.peer("fca_access.py", file, name) for name in ("2sfca", "e2sfca")}
    plain = two_step_fca(od_min, people=people, supply=supply, threshold_min=THRESHOLD_MIN).access
    stepped = enhanced_two_step_fca(od_min, people=people, supply=supply).access
    _compare(bench, plain, peer=peers["2sfca"], name="2SFCA")
    _compare(bench, stepped, peer=peers["e2sfca"], name="E2SFCA")
    plain_s = median_s(
        lambda: two_step_fca(od_min, people=people, supply=supply, threshold_min=THRESHOLD_MIN), repeats=15
    )
    stepped_s = median_s(lambda: enhanced_two_step_fca(od_min, people=people, supply=supply), repeats=15)
    return [_row("2SFCA", plain_s, peers["2sfca"]), _row("E2SFCA", stepped_s, peers["e2sfca"])]


def _inputs() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Places on a square of 100 x 100 km at 50 km/h; the last ten origins reach nothing, as an island would."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    origin_km, destination_km = rng.uniform(0, 100, (ORIGINS, 2)), rng.uniform(0, 100, (DESTINATIONS, 2))
    od_min = np.linalg.norm(origin_km[:, None] - destination_km[None], axis=2) * 60 / 50
    od_min[-10:] = np.inf
    people = rng.integers(0, 3000, ORIGINS).astype(float)
    return od_min, people, rng.integers(1, 60, DESTINATIONS).astype(float)


def _compare(bench: Bench, ours: NDArray[np.float64], *, peer: PeerResult, name: str) -> None:
    """A figure for other work is worth nothing: the rows that the peer returns must be equal."""
    theirs = np.array(peer.answer, dtype=float)
    returned = ~np.isnan(theirs)
    gap = float(np.max(np.abs(ours[returned] - theirs[returned]) / np.maximum(theirs[returned], TOLERANCE)))
    if gap > TOLERANCE:
        raise RuntimeError(f"{name} differs from PySAL access by {gap:.1e}: not a figure to print.")
    if ours[~returned].any():
        raise RuntimeError(f"{name} gives access to origins that PySAL access drops: not a figure to print.")
    bench.say(
        f"{name}: {returned.sum()} rows equal to {gap:.1e}; {(~returned).sum()} rows that the peer drops are 0"
    )


def _row(work: str, seconds: float, peer: PeerResult) -> Row:
    work = f"{work}, {ORIGINS} x {DESTINATIONS}"
    return Row(work, seconds * 1000, peer.value, "PySAL access", peer.command, "ms", peak_mb())
