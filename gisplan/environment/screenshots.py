"""`./scripts/screenshots`: the main pages of the demo, at desktop and phone width, as pictures of docs/images."""

from collections.abc import Sequence

from gisplan.environment import browser, state
from gisplan.environment.arguments import OneSentenceParser
from gisplan.environment.demo import find_database_binaries, set_up
from gisplan.environment.errors import EnvironmentFault
from gisplan.environment.lease import database_lease
from gisplan.environment.serving import free_port, web_server
from gisplan.environment.state import CHECKOUT, PYTHON
from gisplan.environment.steps import Steps, run_all
from gisplan.environment.testing import call

FOLDER = CHECKOUT / "docs" / "images"


def main(words: Sequence[str]) -> int:
    parser = OneSentenceParser("./scripts/screenshots", description="Pictures of the demo's main pages.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these pictures, such as axis-3")
    options = parser.parse_args(words)
    here = state.current()
    if not (here.root / "admin_password.txt").exists():
        raise EnvironmentFault(
            f"The pictures need the demo in {here.root}, which is not there: run `./scripts/demo --no-serve`."
        )
    steps = Steps()
    needed = {**set_up("dev"), "PostgreSQL with PostGIS": find_database_binaries}
    run_all(steps, {**needed, "Chromium": browser.find_or_install})
    with database_lease(here), web_server(here, free_port()) as address:
        return call([PYTHON, "-m", "gisplan.environment.pictures", address, FOLDER, *options.names])
