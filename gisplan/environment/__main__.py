"""The programs behind scripts/. Exit codes: 0 done, 2 the user's input, 3 the environment, 1 a bug."""

import os
import sys
from collections.abc import Callable, Sequence

from gisplan.environment import bench, demo, fuzzing, screenshots, testing
from gisplan.environment.arguments import OneSentenceParser
from gisplan.environment.errors import EnvironmentFault, UserMistake
from gisplan.environment.steps import Steps, run_all
from gisplan.variables import VariableRefused


def _setup(words: Sequence[str]) -> int:
    parser = OneSentenceParser(
        "./scripts/setup", description="Python environment, locked packages, front-end assets."
    )
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    run_all(Steps(), demo.set_up("dev" if parser.parse_args(words).dev else "base"))
    return 0


PROGRAMS: dict[str, Callable[[Sequence[str]], int]] = {
    "setup": _setup,
    "demo": demo.main,
    "test": testing.run_tests,
    "check": testing.run_checks,
    "bench": bench.main,
    "fuzz": fuzzing.main,
    "screenshots": screenshots.main,
}


def main(words: Sequence[str]) -> int:
    os.environ.pop("PYTHONPATH", None)  # set by scripts/ for this process alone
    try:
        return PROGRAMS[words[0]](words[1:])
    except (UserMistake, VariableRefused) as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 2
    except EnvironmentFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 3
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
