"""Inner areas from a cold process, for Torino and for Italy; the search of poles beside networkx; coverage."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.cases import coverage
from benchmarks.frame import Bench, Row, median_s, peak_mb
from benchmarks.watching import watch

REPEATS = 3


def run(bench: Bench) -> list[Row]:
    environment = dict(os.environ)
    for words in (["migrate", "-v0"], ["load_territory"]):
        subprocess.run([*_gisplan(), *words], env=environment, check=True, stdout=subprocess.DEVNULL)
    cold = [_cold(territory, environment) for territory in ("", "italy")]
    return [*cold, _search(bench), *coverage.run(bench)]


def _gisplan() -> list[str]:
    return [sys.executable, "-m", "gisplan"]


def _cold(territory: str, environment: Mapping[str, str]) -> Row:
    """The whole command, start and imports included; what an earlier run kept is taken away first."""
    command = [*_gisplan(), "inner_areas", *(["--territory", territory] if territory else [])]
    watched = []
    for _ in range(REPEATS):
        _forget(environment)
        watched.append(watch(command, environment))
    best = sorted(watched, key=lambda one: one.seconds)[REPEATS // 2]
    name = "SNAI, all of Italy, cold process" if territory else "SNAI, the territory, cold process"
    return Row(name, best.seconds, None, "–", "–", "s", best.peak_mb)


def _forget(environment: Mapping[str, str]) -> None:
    code = (
        "import django; django.setup(); from gisplan.analysis.models import Run; "
        "Run.objects.filter(method='inner_areas').delete()"
    )
    settings = {"DJANGO_SETTINGS_MODULE": "gisplan.settings"}
    subprocess.run([sys.executable, "-c", code], env=dict(environment) | settings, check=True)


def _search(bench: Bench) -> Row:
    """Minutes of all Italy to the nearest pole, on the hops that both sides are given."""
    network, poles = _italy()
    everyone = np.arange(len(network.town_min))
    file = bench.folder / "italy.npz"
    names = ("hops", "hop_min", "legs", "leg_min", "town_min")
    np.savez(file, poles=poles, **{name: getattr(network, name) for name in names})
    bench.say_input("hops of Italy", network.hops, network.hop_min)
    peer = bench.peer("inner_areas_networkx.py", file)
    seconds = median_s(lambda: network.minutes(everyone, poles).min(axis=1), repeats=REPEATS)
    ours = network.minutes(everyone, poles).min(axis=1)
    theirs = np.array(peer.answer)
    if not np.allclose(np.where(np.isfinite(ours), ours, -1), theirs):
        raise RuntimeError("networkx finds other minutes: not a figure to print.")
    work = f"{len(everyone)} municipalities to {len(poles)} poles"
    return Row(work, seconds, peer.value, "networkx", peer.command, "s", peak_mb())


def _italy() -> tuple[Any, Any]:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "gisplan.settings"
    django.setup()
    from gisplan.analysis.italy import read_italy
    from gisplan.analysis.poles import official_poles
    from gisplan.analysis.road_times import schematic_times

    started = time.perf_counter()
    facts = read_italy().facts
    times = schematic_times(facts)
    sys.stdout.write(f"Italy read and joined in {time.perf_counter() - started:.1f} s\n")
    place = {code: k for k, code in enumerate(times.codes)}
    return times.network, np.array([place[code] for code in sorted(official_poles(times.codes).classes)])
