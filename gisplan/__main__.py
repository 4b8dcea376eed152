"""The command line: `gisplan COMMAND`. Exit codes: 0 done, 2 the user's input, 3 the environment, 1 a bug."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.lease import NoDatabase, database_lease

WITHOUT_DATABASE = {"help", "--help", "-h", "version", "--version", "collectstatic", "inspect_source"}
#: These use a database that is there, and say so where there is none.
EVEN_WITHOUT_DATABASE = {"doctor", "check", "makemigrations"}

DONE, BUG, USER_INPUT, ENVIRONMENT = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is one sentence on stderr, with no traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisplan.settings")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with _database(words):
            _run(words)
    except SystemExit as stop:  # argparse after --help or --version
        return stop.code if isinstance(stop.code, int) else BUG
    except BrokenPipeError:  # the reader has read enough, as in `gisplan stations | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130
    except Exception as error:
        code = _exit_code(error)
        if code == BUG:
            raise
        sys.stderr.write(" ".join(str(error).split()) + "\n")
        return code
    return DONE


@contextmanager
def _database(words: list[str]) -> Iterator[None]:
    """The private database for as long as the command lasts, unless the command can do without."""
    with ExitStack() as stack:
        if words and words[0] not in WITHOUT_DATABASE:
            try:
                stack.enter_context(database_lease())
            except NoDatabase:
                if words[0] not in EVEN_WITHOUT_DATABASE:
                    raise
        yield


def _run(words: list[str]) -> None:
    from django.core.management import ManagementUtility
    from django.core.management.base import BaseCommand, CommandError

    utility = ManagementUtility(["gisplan", *words])
    if not words or words[0] in {"help", "--help", "-h", "--version", "version"}:
        utility.execute()
        return
    import django

    django.setup()
    from django.core.management import get_commands, load_command_class

    owner = get_commands().get(words[0])
    if owner is None:
        raise CommandError(f"There is no command {words[0]!r}: `gisplan help` lists the commands.")
    command = owner if isinstance(owner, BaseCommand) else load_command_class(owner, words[0])
    parser = command.create_parser("gisplan", words[0])
    options = vars(parser.parse_args(words[1:]))
    positional = options.pop("args", ())
    command.execute(*positional, **options)


def _exit_code(error: Exception) -> int:
    """The one table from kinds of error to exit codes."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError, SystemCheckError
    from django.db import OperationalError

    from gisplan.variables import VariableRefused

    if isinstance(error, (EnvironmentFault, ImproperlyConfigured, OperationalError, SystemCheckError)):
        return ENVIRONMENT
    if isinstance(error, (CommandError, VariableRefused)):
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
