"""The command line around the commands: variables, output, help; each as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gisplan.__main__ import FOR_OPERATORS
from gisplan.environment.state import CHECKOUT


def gisplan(
    *words: str, stdout: int = subprocess.PIPE, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gisplan", *words],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("variable", "value", "code", "said"),
    [
        ("GISPLAN_TERRITORY", ",", 2, "GISPLAN_TERRITORY expects province codes, found ','"),
        ("GISPLAN_DATABASE_URL", "postgresql://u:hush@h:abc/db", 2, "as its port"),
        ("GISPLAN_DATABASE_URL", "postgresql://u:pw/hush@h:1/db", 2, "special characters of a password"),
        (
            "GISPLAN_DATABASE_URL",
            "postgresql://u:hush@127.0.0.1:1/db",
            3,
            "that GISPLAN_DATABASE_URL names it",
        ),
        (
            "GISPLAN_DATABASE_URL",
            "postgresql://u:hush@host.invalid/db",
            3,
            "that GISPLAN_DATABASE_URL names it",
        ),
    ],
)
def test_a_variable_is_refused_in_one_sentence_without_its_password(
    variable: str, value: str, code: int, said: str
) -> None:
    done = gisplan("stations", **{variable: value})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
    assert said in done.stderr
    assert "hush" not in done.stderr


def test_a_full_device_is_one_sentence_and_exit_code_3() -> None:
    with Path("/dev/full").open("w") as full:
        done = gisplan("help", stdout=full.fileno())
    assert done.returncode == 3
    assert done.stderr.startswith("The output cannot be written (No space left on device)")
    assert done.stderr.count("\n") == 1


def test_help_lists_our_commands_and_what_operators_need() -> None:
    listed = {line.split()[0] for line in gisplan("help").stdout.splitlines() if line.startswith("  ")}
    assert listed >= FOR_OPERATORS | {"catchments", "doctor", "import_layer", "load_plan", "stations"}
    assert not listed & {"flush", "test", "testserver", "runserver", "startproject", "sqlflush"}


def test_help_of_a_command_tells_its_arguments() -> None:
    assert "--mode {walk,bike}" in gisplan("help", "catchments").stdout


def test_help_of_a_command_needs_no_database(tmp_path: Path) -> None:
    done = gisplan("catchments", "--help", GISPLAN_VAR=str(tmp_path), GISPLAN_DATABASE_URL="")
    assert (done.returncode, done.stderr) == (0, "")
    assert "--mode {walk,bike}" in done.stdout


def test_database_without_tables_is_one_sentence_and_exit_code_3() -> None:
    done = gisplan("summary", PGOPTIONS="-c search_path=nowhere")
    assert done.returncode == 3
    assert done.stderr == (
        "The tables of the database are not those of this version: run `gisplan migrate`.\n"
    )
