import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from gisplan.maps.standalone import standalone_html
from gisplan.plan.models import Axis
from gisplan.plan.queries import default_edition, editions, interventions_of_axis
from gisplan.web.layer_overviews import without_tiles
from gisplan.web.map_assets import asset_files
from gisplan.web.maps import axis_map


class Command(BaseCommand):
    help = "Write the map of an axis as one HTML file that opens with no network."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--axis", required=True, metavar="CODE", help="The axis, such as 3.")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="The HTML file to write.")
        parser.add_argument("--lang", choices=("it", "en"), default="it")
        parser.add_argument("--edition", metavar="CODE", help="The plan edition; without it the first.")

    def handle(self, *args: Any, **options: Any) -> None:
        axis = find_axis(options["axis"], options["edition"])
        out: Path = options["out"]
        with override(options["lang"]):
            interventions = interventions_of_axis(axis)
            spec = axis_map(axis, interventions)
            if spec is None:
                raise CommandError(
                    "A map needs the boundaries of the territory: run `gisplan load_territory`."
                )
            page = standalone_html(replace(without_tiles(spec), date=timezone.localdate()), asset_files())
        try:
            out.write_text(page, encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"--out expects a file that can be written, found {str(out)!r} ({error.strerror}): choose another."
            ) from error
        self.stdout.write(
            f"{out}: axis {axis.code}, {len(interventions)} interventions, {len(page.encode()) // 1024} kB"
        )


def find_axis(code: str, edition_code: str | None) -> Axis:
    """The axis of that code in an edition; a code that does not exist is refused with those that do."""
    edition = editions().filter(code=edition_code).first() if edition_code else default_edition()
    if edition is None:
        known = ", ".join(editions().values_list("code", flat=True))
        if not known:
            raise CommandError(
                f"No plan is loaded for {settings.TERRITORY_NAME}: load the seeds with `gisplan load_plan`,"
                " or your own tables with `gisplan import_plan`."
            )
        raise CommandError(f"--edition expects one of {known}, found {edition_code!r}.")
    axis = edition.axes.select_related("edition").filter(code=code).first()
    if axis is None:
        known = ", ".join(edition.axes.values_list("code", flat=True))
        raise CommandError(f"--axis expects one of {known} of {edition.code}, found {code!r}.")
    return axis
