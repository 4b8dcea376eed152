from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from gisplan.analysis.errors import RequestRefused
from gisplan.analysis.networks import LoadedNetwork, build_report, load_network
from gisplan.analysis.street_files import StreetOptions
from layers.streets import StreetFields


class Command(BaseCommand):
    help = "Load a street network from an OSM extract, a GraphML of OSMnx or a line layer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", help="default: the file's name")
        parser.add_argument(
            "--barriers",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="lines or areas that ground does not cross, as rivers (may be repeated)",
        )
        lines = parser.add_argument_group("line layers")
        lines.add_argument("--srid", type=int, help="of a layer that does not say its own")
        lines.add_argument("--class-field", metavar="FIELD", help="with the highway class of OpenStreetMap")
        lines.add_argument(
            "--class-value",
            action="append",
            default=[],
            metavar="VALUE=CLASS",
            help="the class that a value of --class-field stands for (may be repeated)",
        )
        lines.add_argument("--oneway-field", metavar="FIELD", help="yes, no or -1 unless values are named")
        for way in ("forward", "backward"):
            lines.add_argument(
                f"--oneway-{way}-values", metavar="A,B", help=f"values of --oneway-field for {way} alone"
            )
        lines.add_argument("--speed-field", metavar="FIELD", help="what cars drive, in km/h")
        lines.add_argument("--altitude-fields", nargs=2, metavar=("FROM", "TO"), help="metres at both ends")
        lines.add_argument("--node-crossings", action="store_true", help="join lines where they cross")
        lines.add_argument("--join-m", type=float, default=0.1, metavar="M", help="join ends so near (0.1)")

    def handle(self, *_: object, **options: Any) -> None:
        loaded = load_network(options["file"], name=options["name"], options=_street_options(options))
        row = loaded.row
        self.stdout.write(
            f"{row.name}: {row.nodes} nodes, {row.edges} edges, {row.components} components, "
            f"{loaded.stations_inside} stations inside"
            + ("" if loaded.is_new else f" (already loaded as {row.name}, nothing changed)")
        )
        for line in _summary(loaded):
            self.stdout.write(f"  {line}")
        if loaded.warning:
            self.stderr.write(f"Warning: {loaded.warning}")


def _street_options(options: dict[str, Any]) -> StreetOptions:
    fields = StreetFields(
        oneway=options["oneway_field"],
        forward=_values(options, "oneway_forward_values"),
        backward=_values(options, "oneway_backward_values"),
        speed=options["speed_field"],
        street_class=options["class_field"],
        classes=tuple(_pair(text) for text in options["class_value"]),
        altitudes=None if options["altitude_fields"] is None else tuple(options["altitude_fields"]),
    )
    for field, needed, given in (
        ("--oneway-field", fields.oneway, fields.forward + fields.backward),
        ("--class-field", fields.street_class, fields.classes),
    ):
        if given and needed is None:
            raise RequestRefused(
                f"Expected {field} with the values named for it, found none: name the field of the layer.",
                field=field,
                found="",
                expected="a field",
            )
    return StreetOptions(
        srid=options["srid"],
        fields=fields,
        node_crossings=options["node_crossings"],
        join_m=options["join_m"],
        barriers=tuple(options["barriers"]),
    )


def _values(options: dict[str, Any], name: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in (options[name] or "").split(",") if value.strip())


def _pair(text: str) -> tuple[str, str]:
    value, equals, street_class = text.rpartition("=")
    if not (equals and value and street_class):
        raise RequestRefused(
            f"--class-value expects VALUE=CLASS, such as U=residential, found {text!r}: write both.",
            field="class_value",
            found=text,
            expected="VALUE=CLASS",
        )
    return value, street_class


def _summary(loaded: LoadedNetwork) -> list[str]:
    report = build_report(loaded.row)
    lines = []
    if report:
        km = ", ".join(f"{name} {length:.1f}" for name, length in report["length_km"].items())
        lines = [
            f"ways read: {report['ways_read']}; twins merged: {report['merged_twins']}",
            f"largest component: {report['largest_component_share']:.1%} of the nodes",
            f"dead ends: {report['dead_ends']}",
            f"km of street: {km}",
            f"edges with a slope: {report['edges_with_slope']}, steeper than 1 in 2: {report['edges_over_half']}",
            f"barrier segments: {report['barriers']}",
        ]
    dropped = sorted(loaded.row.dropped.items())
    return lines + [f"dropped, {reason.replace('_', ' ')}: {count}" for reason, count in dropped]
