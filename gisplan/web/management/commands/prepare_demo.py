import hashlib
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from gisplan.environment.steps import Steps, run_all
from gisplan.plan.accounts import ADMIN, create_admin
from gisplan.plan.loading import load_plan
from gisplan.territory.loading import load_territory

NOTHING = "nothing to do"


class Command(BaseCommand):
    help = "What ./scripts/demo runs: tables, territory, plan, administrator, static files; a second run is quick."

    def handle(self, *_: object, **__: object) -> None:
        table = {
            "Database tables": _tables,
            "Territory": _territory,
            "Plan": _plan,
            "Administrator": _administrator,
            "Static files": _static_files,
        }
        run_all(Steps(), table)


def _tables() -> str:
    output = StringIO()
    call_command("migrate", interactive=False, stdout=output)
    applied = output.getvalue().count("Applying ")
    return f"{applied} migrations applied" if applied else NOTHING


def _territory() -> str:
    loaded = load_territory()
    found = f"{settings.TERRITORY_NAME}, {loaded.counts['municipalities']} municipalities"
    return f"loaded {found}" if loaded.changed else f"{NOTHING}: {found}"


def _plan() -> str:
    counts = load_plan()
    return counts.notice or (f"{counts.changed} rows changed" if counts.changed else NOTHING)


def _administrator() -> str:
    account = create_admin()
    return f"made {ADMIN}, its password in {account.password_file}" if account.created else NOTHING


def _static_files() -> str:
    """Collected again only when a source has changed: compressing all of them takes seconds."""
    stamp = Path(settings.STATIC_ROOT) / "sources.sha256"
    digest = _sources_digest()
    if stamp.exists() and stamp.read_text() == digest:
        return NOTHING
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest)
    return f"collected in {settings.STATIC_ROOT}"


def _sources_digest() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            path = Path(storage.path(name))
            digest.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()
