"""The command line: `gisplan COMMAND`. Exit codes: 0 done, 2 the user's input, 3 the environment, 1 a bug."""

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.lease import URL_VARIABLE, NoDatabase, database_lease, given_url

if TYPE_CHECKING:
    from django.core.management.base import BaseCommand

WITHOUT_DATABASE = {
    "help",
    "--help",
    "-h",
    "version",
    "--version",
    "collectstatic",
    "inspect_source",
    "fetch",
}
HELP = {"--help", "-h"}
#: These use a database that is there, and say so where there is none.
EVEN_WITHOUT_DATABASE = {"doctor", "check", "makemigrations"}

#: Of Django's own commands, those that an operator needs; `gisplan help` leaves out the others.
FOR_OPERATORS = {"migrate", "createsuperuser", "changepassword", "collectstatic", "check"}
#: What a write to a full or closed device ends with.
DEVICE_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EIO}

DONE, BUG, USER_INPUT, ENVIRONMENT = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is one sentence on stderr, with no traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisplan.settings")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with _database(words):
            try:
                _run(words)
            finally:
                sys.stdout.flush()  # while an error still has its exit code
    except SystemExit as stop:  # argparse after --help or --version
        return stop.code if isinstance(stop.code, int) else BUG
    except BrokenPipeError:  # the reader has read enough, as in `gisplan stations | head`
        _drop_output()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130
    except Exception as error:
        code = _exit_code(error)
        if code == BUG:
            raise
        sys.stderr.write(" ".join(_sentence(error).split()) + "\n")
        return code
    return DONE


def _drop_output() -> None:
    """What is still to be written goes nowhere, so that Python's own last flush succeeds."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _database(words: list[str]) -> Iterator[None]:
    """The private database for as long as the command lasts, unless the command can do without."""
    with ExitStack() as stack:
        if words and words[0] not in WITHOUT_DATABASE and not HELP & set(words[1:]):
            try:
                stack.enter_context(database_lease())
            except NoDatabase:
                if words[0] not in EVEN_WITHOUT_DATABASE:
                    raise
        yield


def _run(words: list[str]) -> None:
    import django
    from django.core.management import ManagementUtility

    if words[:1] in (["--version"], ["version"]):
        ManagementUtility(["gisplan", *words]).execute()
        return
    django.setup()
    if not words or words[0] in {"help", "--help", "-h"}:
        _help(words[1:])
        return
    command = _command(words[0])
    parser = command.create_parser("gisplan", words[0])
    options = vars(parser.parse_args(words[1:]))
    positional = options.pop("args", ())
    command.execute(*positional, **options)


def _command(name: str) -> "BaseCommand":
    from django.core.management import get_commands, load_command_class
    from django.core.management.base import BaseCommand, CommandError

    owner = get_commands().get(name)
    if owner is None:
        raise CommandError(f"There is no command {name!r}: `gisplan help` lists the commands.")
    return owner if isinstance(owner, BaseCommand) else load_command_class(owner, name)


def _help(names: list[str]) -> None:
    """Of one command, or the list of them."""
    from django.core.management import get_commands

    if names:
        _command(names[0]).print_help("gisplan", names[0])
        return
    owners = get_commands()
    ours = {name for name, owner in owners.items() if str(owner).split(".")[0] in {"gisplan", "layers"}}
    lines = ["gisplan COMMAND: `gisplan help COMMAND` tells its arguments.", ""]
    for title, group in (("Commands", ours), ("For operators, from Django", FOR_OPERATORS)):
        lines += [f"{title}:", *(f"  {name:17} {_command(name).help}" for name in sorted(group)), ""]
    sys.stdout.write("\n".join(lines[:-1]) + "\n")


def _sentence(error: Exception) -> str:
    """The error's own, except where it is a library's: then with what to do next."""
    from django.db import DataError, OperationalError

    if _is_unmigrated(error):
        return "The tables of the database are not those of this version: run `gisplan migrate`."
    if isinstance(error, OperationalError):
        said = str(error).split("\n")[0]
        if str(getattr(error.__cause__, "sqlstate", "")).startswith(
            "53"
        ):  # PostgreSQL's class for a lack of room
            return f"The database has no room left ({said}): free some space there and run the command again."
        where = f"of {URL_VARIABLE}" if given_url() else "of the private cluster"
        advice = (
            f"check that it runs and that {URL_VARIABLE} names it" if given_url() else "run ./scripts/demo"
        )
        return f"The database {where} cannot be used ({said}): {advice}."
    if isinstance(error, DataError):
        said = str(error).split("\n")[0]
        return f"The database cannot store a value that was given ({said}): check the arguments."
    if isinstance(error, OSError) and error.errno in DEVICE_ERRORS:
        return f"The output cannot be written ({error.strerror}): free some space, or write somewhere else."
    return str(error)


def _is_unmigrated(error: Exception) -> bool:
    """Whether a query failed in a database that lacks migrations of this version."""
    from django.db import Error, ProgrammingError, connection
    from django.db.migrations.executor import MigrationExecutor

    if not isinstance(error, ProgrammingError):
        return False
    try:
        executor = MigrationExecutor(connection)
    except Error:  # the connection is gone or in a failed transaction: the first error is the one to tell
        return False
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _exit_code(error: Exception) -> int:
    """The one table from kinds of error to exit codes."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError, SystemCheckError
    from django.db import DataError, OperationalError

    from gisplan.variables import VariableRefused
    from layers.errors import NetworkUnreachable

    missing = (EnvironmentFault, ImproperlyConfigured, NetworkUnreachable, OperationalError, SystemCheckError)
    if isinstance(error, missing):
        return ENVIRONMENT
    if _is_unmigrated(error):
        return ENVIRONMENT
    if isinstance(error, OSError) and error.errno in DEVICE_ERRORS:
        _drop_output()
        return ENVIRONMENT
    if isinstance(error, (CommandError, DataError, VariableRefused)):
        return USER_INPUT
    from gisplan.accessibility.errors import AccessibilityError
    from gisplan.analysis.errors import AnalysisError
    from gisplan.network.errors import NetworkError
    from gisplan.plan.errors import PlanError
    from gisplan.territory.errors import TerritoryError
    from layers.errors import LayersError

    if isinstance(
        error, (AccessibilityError, AnalysisError, LayersError, NetworkError, PlanError, TerritoryError)
    ):
        return USER_INPUT
    return BUG


if __name__ == "__main__":
    sys.exit(main())
