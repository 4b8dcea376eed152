"""Seconds of importing a file in a process that has imported before: `python -m benchmarks.warm_import FILE`."""

import sys
import time
from pathlib import Path

import django

TIMES = 5


def main(path: Path) -> None:
    django.setup()
    from layers.importing import import_layer

    taken = []
    for number in range(TIMES + 1):
        started = time.perf_counter()
        import_layer(path, name=f"warm_{number}")
        taken.append(time.perf_counter() - started)
    sys.stdout.write(f"{sorted(taken[1:])[TIMES // 2]}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
