"""`./scripts/demo`: from a bare checkout to a served plan, and nothing left running afterwards."""

import argparse
import socket
import subprocess
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from gisplan.environment import assets, lease, postgis, state, virtualenv
from gisplan.environment.arguments import OneSentenceParser
from gisplan.environment.cluster import Cluster
from gisplan.environment.errors import CommandFailed, EnvironmentFault
from gisplan.environment.lease import database_lease
from gisplan.environment.serving import serve
from gisplan.environment.state import PYTHON, State, product_environment
from gisplan.environment.steps import Steps, run_all


def main(words: Sequence[str]) -> int:
    options = _parse(words)
    here = state.current()
    here.claim()
    if not options.no_serve:
        _refuse_busy_port(options.port)
    steps = Steps()
    if options.reset:
        steps.run("Reset", lambda: _removed(lease.reset(here)))
    run_all(steps, _set_up_steps())
    with ExitStack() as stack:
        steps.run("Database server", lambda: _start_server(stack, here))
        _gisplan("prepare_demo", *_also(options))
        steps.say(f"Ready in {steps.elapsed_s:.1f} s.")
        if options.no_serve:
            steps.say(
                f"State in {here.root}, admin password in {here.admin_password}. Serve it: ./scripts/demo"
            )
            return 0
        return serve(here, options.port, steps)


def _also(options: argparse.Namespace) -> list[str | Path]:
    return [*(["--data", options.data] if options.data else []), *(["--full"] if options.full else [])]


def set_up(level: str) -> dict[str, Callable[[], str]]:
    """The steps that every script needs before it can call the product."""
    return {
        "Python environment": virtualenv.make,
        "Python packages": lambda: virtualenv.install(level),
        "Front-end assets": lambda: assets.install(level),
    }


def find_database_binaries() -> str:
    if lease.given_url():
        return f"nothing to do: {lease.URL_VARIABLE} is set"
    return postgis.find_or_install()[1]


def _set_up_steps() -> dict[str, Callable[[], str]]:
    return {**set_up("base"), "PostgreSQL with PostGIS": find_database_binaries}


def _start_server(stack: ExitStack, here: State) -> str:
    known = Cluster(here).exists()
    given = lease.given_url()
    stack.enter_context(database_lease(here, create=True))
    if given:
        return f"nothing to do: {lease.URL_VARIABLE} is set"
    return f"{'started' if known else 'made and started'}: {here.cluster}"


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = OneSentenceParser("./scripts/demo", description="Set up, load and serve the demo.")
    parser.add_argument("--no-serve", action="store_true", help="do all but serve, and exit")
    parser.add_argument("--port", type=_port, default=8000, help="port on 127.0.0.1 (default 8000)")
    parser.add_argument(
        "--reset", action="store_true", help="first remove the state in var/ (or GISPLAN_VAR)"
    )
    parser.add_argument(
        "--data", type=_folder, metavar="DIR", help="also load what is recognised in a folder"
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="also fetch the province's streets, census sections and PNRR files",
    )
    return parser.parse_args(words)


def _port(word: str) -> int:
    if word.isdigit() and 1 <= int(word) <= 65535:
        return int(word)
    raise argparse.ArgumentTypeError(f"expects a number from 1 to 65535, found {word!r}: try --port 8001")


def _folder(word: str) -> Path:
    path = Path(word).expanduser().resolve()
    if path.is_dir():
        return path
    raise argparse.ArgumentTypeError(
        f"expects a folder of data files, found no folder {word!r}: check the path"
    )


def _refuse_busy_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            following = port + 1 if port < 65535 else 8000
            raise EnvironmentFault(
                f"Port {port} of 127.0.0.1 cannot be used ({error.strerror}): "
                f"stop what uses it, or run `./scripts/demo --port {following}`."
            ) from error


def _removed(paths: list[Path]) -> str:
    return f"removed {', '.join(path.name for path in paths)}" if paths else "nothing to do"


def _gisplan(*words: str | Path) -> None:
    """One command of the product; its lines go straight to the reader."""
    done = subprocess.run(
        [PYTHON, "-m", "gisplan", *words], env=product_environment(), stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise CommandFailed(
            f"`gisplan {words[0]}` ended with exit code {done.returncode} for the reason above: "
            "remove the cause and run ./scripts/demo again."
        )
