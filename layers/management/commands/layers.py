from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from layers.models import Layer, Version
from layers.publishing import layer_named


class Command(BaseCommand):
    help = "List the layers with their current version, or all versions of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="name of a layer")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["name"]:
            for version in layer_named(options["name"]).versions.all():
                self.stdout.write(_line(version))
            return
        for layer in Layer.objects.all():
            current = layer.current
            shown = "nothing published" if current is None else _line(current)
            staged = layer.versions.filter(published=None).count()
            notes = ["public" if layer.is_public else "not public", *([f"{staged} staged"] if staged else [])]
            self.stdout.write(f"{layer.name}: {shown}; {', '.join(notes)}")


def _line(version: Version) -> str:
    state = "current" if version.is_current else "earlier" if version.published else "staged"
    return (
        f"{version.table_name} {state}, {version.feature_count} {version.geometry_type},"
        f" EPSG:{version.stored_srid}, {version.mode} of {version.created:%Y-%m-%d %H:%M}"
    )
