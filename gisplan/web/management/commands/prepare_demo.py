import hashlib
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from gisplan.analysis.full import load_full
from gisplan.analysis.hub_network import run_ranking
from gisplan.analysis.inputs import located_stations
from gisplan.analysis.models import Run
from gisplan.analysis.queries import STANDARD_MINUTES
from gisplan.analysis.runs import catchment_note, catchment_request, run_catchments
from gisplan.analysis.station_reach import keep_station_reach
from gisplan.analysis.transfer import TransferLine
from gisplan.environment.steps import Steps, run_all
from gisplan.plan.accounts import ADMIN, create_admin
from gisplan.plan.loading import load_plan
from gisplan.territory.loading import load_territory

NOTHING = "nothing to do"
#: What `gisplan rank_hubs` takes unless told.
RANKED_MIN = 10


class Command(BaseCommand):
    help = "What ./scripts/demo runs: tables, territory, plan, files, catchments, ranking; a second run is quick."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--data", type=Path, metavar="DIR", help="also load what is recognised in a folder"
        )

        parser.add_argument(
            "--full", action="store_true", help="also fetch streets, census sections and PNRR files"
        )

    def handle(self, *_: object, **options: Any) -> None:
        steps = Steps()
        table = {
            "Database tables": _tables,
            "Territory": _territory,
            "Plan": _plan,
            "Administrator": _administrator,
            "Static files": _static_files,
        }
        run_all(steps, table)
        if options["data"]:
            steps.say(f"Data of {options['data']}")
            call_command("load_folder", options["data"])
        if options["full"]:
            steps.say("Registers fetched from their publishers")
            for line in load_full(lambda name: TransferLine(name, sys.stderr)):
                steps.say(f"  {line}")
        steps.run("Station catchments", _catchments)
        steps.run("Ranking of the stations", _ranking)


def _catchments() -> str:
    """After the user's data, which may hold streets and people."""
    if not located_stations().exists():
        return f"{NOTHING}: no station with a known position"
    known = set(Run.objects.values_list("pk", flat=True))
    run = run_catchments(catchment_request(STANDARD_MINUTES), to_front=False)
    keep_station_reach()
    return f"{NOTHING}: run {run.pk}" if run.pk in known else catchment_note(run)


def _ranking() -> str:
    if not located_stations().exists():
        return f"{NOTHING}: no station with a known position"
    known = set(Run.objects.values_list("pk", flat=True))
    run = run_ranking(catchment_request([RANKED_MIN]))
    return f"{NOTHING}: run {run.pk}" if run.pk in known else f"run {run.pk}: {RANKED_MIN} minutes on foot"


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
