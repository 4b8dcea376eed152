"""Import one file several times in one process, and print the median seconds of all but the first."""

import statistics
import sys
import time

import django

django.setup()

from layers.importing import import_layer  # noqa: E402


def main() -> None:
    taken = []
    for number in range(int(sys.argv[2]) + 1):
        started = time.perf_counter()
        import_layer(sys.argv[1], name=f"bench_warm_{number}")
        taken.append(time.perf_counter() - started)
    sys.stdout.write(f"{statistics.median(taken[1:])}\n")


if __name__ == "__main__":
    main()
