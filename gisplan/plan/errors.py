"""Refusals of gisplan.plan: one sentence each, with what was expected, what was found and what to do."""

from collections.abc import Sequence


class PlanError(Exception):
    """Base of every refusal of gisplan.plan."""


class TableRefused(PlanError, ValueError):
    """A table of the register cannot be read; `problems` has one sentence for each wrong row."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        more = len(self.problems) - 1
        first = self.problems[0].rstrip(".")
        super().__init__(first if not more else f"{first} (and {more} more like this; nothing was stored)")


class RowInUse(PlanError):
    """The seeds no longer hold a row on which rows of the owner hang."""


class AdminNotCreated(PlanError):
    """The password of the administrator could not be written."""


class PlacingRefused(PlanError, ValueError):
    """A position cannot be stored; `outside`: it can, once it is confirmed."""

    def __init__(self, message: str, *, outside: bool = False) -> None:
        self.outside = outside
        super().__init__(message)
