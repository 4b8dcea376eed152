"""Where things live: the state of one demo (GISPLAN_VAR moves it) and the tools of one checkout."""

import os
from dataclasses import dataclass
from pathlib import Path

from gisplan import variables
from gisplan.environment.errors import EnvironmentFault

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
# Downloaded programs serve every state of this checkout; `--reset` leaves them alone.
TOOLS = CHECKOUT / "var" / "tools"
# Folders to look for PostgreSQL's programs in, separated by colons, instead of the system's own.
SEARCH_VARIABLE = "GISPLAN_PG_BINDIRS"
#: In a folder that was empty of what `--reset` removes when gisplan came: all of that is gisplan's.
MARK = ".gisplan-state"


@dataclass(frozen=True)
class State:
    """The state folder of one demo or of the tests."""

    root: Path
    durable: bool = True  # False: the data may be lost with the machine, and tests run faster

    @property
    def cluster(self) -> Path:
        return self.root / "postgres"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def admin_password(self) -> Path:
        return self.root / "admin_password.txt"

    def removable(self) -> list[Path]:
        """What `--reset` removes: named entries only, so a folder that also holds other files keeps them."""
        names = ("postgres", "static", "media", "networks", "logs", "secret_key", "admin_password.txt")
        return [path for path in (self.root / name for name in names) if path.exists()]

    def is_claimed(self) -> bool:
        return (self.root / MARK).exists()

    def claim(self) -> None:
        """Make the folder and mark it as gisplan's, unless it already holds names that `--reset` would remove."""
        try:
            if not self.is_claimed() and not self.removable():
                self.root.mkdir(parents=True, exist_ok=True)
                (self.root / MARK).touch()
        except OSError as error:
            raise unusable(self.root, error) from error


def unusable(path: Path, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        f"GISPLAN_VAR expects a folder in which gisplan may write, found {path} ({error.strerror}): "
        "set it to a folder of your own."
    )


def current() -> State:
    return State(variables.folder("GISPLAN_VAR", CHECKOUT / "var"))


def for_tests(name: str = "test") -> State:
    return State(current().root / name, durable=False)


def clean_environment(**changes: str) -> dict[str, str]:
    """The environment for PostgreSQL's programs, without the PG* variables that would redirect them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8"} | changes


def product_environment(**changes: str) -> dict[str, str]:
    """The environment for the product's programs, which find each other on the path."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return dict(os.environ) | {"PATH": path} | changes
