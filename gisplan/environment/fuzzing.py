"""`./scripts/fuzz`: many broken files through the import; a failing one is kept and named by its seed."""

import os
from collections.abc import Sequence

from gisplan.environment import testing
from gisplan.environment.arguments import OneSentenceParser

TEST = "tests/layers/test_layers_fuzz.py"


def main(words: Sequence[str]) -> int:
    parser = OneSentenceParser(
        "./scripts/fuzz", description="Import mutated files, each drawn from its seed."
    )
    parser.add_argument("--runs", type=int, default=10_000, help="how many files (default 10000)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default 1); run n has seed + n")
    options = parser.parse_args(words)
    if options.runs < 1 or options.seed < 0:
        parser.error("--runs expects 1 or more and --seed 0 or more")
    os.environ["GISPLAN_FUZZ_RUNS"] = str(options.runs)
    os.environ["GISPLAN_FUZZ_SEED"] = str(options.seed)
    return testing.run_tests([TEST, "-q"])
