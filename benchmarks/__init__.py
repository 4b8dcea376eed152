"""Benchmarks: each module of `cases` has `run(bench) -> list[Row]`; `./scripts/bench NAME` runs one."""
