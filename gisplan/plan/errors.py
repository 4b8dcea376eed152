"""Refusals of gisplan.plan: one sentence each, with what was expected, what was found and what to do."""


class PlanError(Exception):
    """Base of every refusal of gisplan.plan."""
