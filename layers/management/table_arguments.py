"""The arguments of commands that read a text table."""

from argparse import ArgumentParser
from typing import Any

from layers.tables import TableOptions


def add_table_arguments(parser: ArgumentParser) -> None:
    table = parser.add_argument_group(
        "text tables", "what inspection of the table does not find, or finds wrong"
    )
    table.add_argument("--x-column", help="column of x, easting or longitude")
    table.add_argument("--y-column", help="column of y, northing or latitude")
    table.add_argument("--wkt-column", help="column of the geometry as WKT")
    table.add_argument("--delimiter", help="separator: one character or tab")
    table.add_argument("--decimal", choices=[".", ","], help="decimal sign")
    table.add_argument("--no-header", action="store_true", help="the first row holds values already")


def table_options(options: dict[str, Any]) -> TableOptions | None:
    """None where nothing was given."""
    given = TableOptions(
        x_column=options["x_column"],
        y_column=options["y_column"],
        wkt_column=options["wkt_column"],
        delimiter=options["delimiter"],
        decimal=options["decimal"],
        has_header=False if options["no_header"] else None,
    )
    return None if given == TableOptions() else given
