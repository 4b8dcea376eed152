"""Refusals of gisplan.territory: one sentence each, with what was expected, what was found and what to do."""


class TerritoryError(Exception):
    """Base of every refusal of gisplan.territory."""
