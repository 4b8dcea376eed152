"""`./scripts/test` and `./scripts/check`: on their own state, so that a running demo is not touched."""

import fcntl
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gisplan.environment import browser, state
from gisplan.environment.demo import find_database_binaries, set_up
from gisplan.environment.errors import UserMistake
from gisplan.environment.lease import database_lease, given_url
from gisplan.environment.state import CHECKOUT, PYTHON, VENV, State, product_environment
from gisplan.environment.steps import Steps, run_all

CHECKS = {
    "lint": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    "floors": ("lint-imports",),
    "migrations": ("gisplan", "makemigrations", "--check", "--dry-run"),
}


#: The tests that open pages take half of the time of all; pytest knows them by their mark.
IN_A_BROWSER, THE_REST = ["-m", "browser"], ["-m", "not browser"]
#: What the second program of a whole run is called with.
BROWSER_ALONE = "--browser-alone"


def run_tests(words: Sequence[str]) -> int:
    """The words go to pytest; without any, a machine of two cores runs what opens a browser beside all else."""
    steps = Steps()
    run_all(steps, {**_needed(), "Chromium": browser.find_or_install})
    if list(words) == [BROWSER_ALONE]:
        return _pytest(IN_A_BROWSER, state.for_tests("test-pages"), steps)
    if words or given_url() or (os.cpu_count() or 1) < 2:
        return _pytest(words, state.for_tests(), steps)
    return _in_two_programs(steps)


def _in_two_programs(steps: Steps) -> int:
    """Each has a database server of its own; what the second says is told when the first has ended."""
    output = state.for_tests("test-pages").root / "output.txt"
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w") as file:
        command = [str(PYTHON), "-m", "gisplan.environment", "test", BROWSER_ALONE]
        pages = subprocess.Popen(command, cwd=CHECKOUT, stdout=file, stderr=subprocess.STDOUT)
        steps.say(f"What opens a browser runs beside the rest and writes to {output}.")
        try:
            code = _pytest(THE_REST, state.for_tests(), steps)
        except BaseException:
            pages.terminate()
            raise
        finally:
            code_of_pages = _ended(pages)
    steps.say(output.read_text())
    return code or code_of_pages


def _pytest(words: Sequence[str], here: State, steps: Steps) -> int:
    here.root.mkdir(parents=True, exist_ok=True)
    with (here.root / "run.lock").open("a") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            steps.say("Another ./scripts/test is running on this checkout: waiting for it.")
            fcntl.flock(turn, fcntl.LOCK_EX)
        with database_lease(here, create=True):
            steps.say(f"Set up in {steps.elapsed_s:.1f} s.")
            return call([PYTHON, "-m", "pytest", *words])


def run_checks(words: Sequence[str]) -> int:
    unknown = sorted(set(words) - set(CHECKS))
    if unknown:
        raise UserMistake(f"./scripts/check knows {', '.join(CHECKS)}, and not {', '.join(unknown)}.")
    steps = Steps()
    run_all(steps, _needed())
    failed = []
    with database_lease(state.for_tests(), create=True):
        for name in words or CHECKS:
            started = time.monotonic()
            program, *arguments = CHECKS[name]
            code = call([VENV / "bin" / program, *arguments])
            steps.say(f"{name:<12} {'failed' if code else 'passed'}  [{time.monotonic() - started:.1f} s]")
            failed += [name] if code else []
    return 1 if failed else 0


def _needed() -> dict[str, Callable[[], str]]:
    return {**set_up("dev"), "PostgreSQL with PostGIS": find_database_binaries}


def call(command: Sequence[str | Path]) -> int:
    return _ended(subprocess.Popen([str(word) for word in command], cwd=CHECKOUT, env=product_environment()))


def _ended(child: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # the child got the signal too and ends in its own way
