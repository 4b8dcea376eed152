"""Run one benchmark, print its table, and write its rows."""

import argparse
import importlib
import json
import tempfile
from pathlib import Path

from benchmarks.frame import Bench, Row

_COLUMNS = (
    *("work", "ours", "cpu", "goal", "of_goal", "peer", "ratio", "unit"),
    *("peak_mb", "peer_mb", "peer_name"),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name")
    parser.add_argument("--peer-python", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    case = importlib.import_module(f"benchmarks.cases.{options.name}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.peer_python, Path(folder), options.large)
        rows: list[Row] = case.run(bench)
    bench.say(_table(rows))
    if options.json:
        options.json.write_text(
            json.dumps([row.as_dict() for row in rows], indent=2) + "\n", encoding="utf-8"
        )


def _table(rows: list[Row]) -> str:
    lines = [_COLUMNS, *(tuple(_cell(row, name) for name in _COLUMNS) for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)) for line in lines
    )


def _cell(row: Row, name: str) -> str:
    value = getattr(row, name)
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
