"""Refusals of gisplan.analysis: one sentence each, with what was expected, what was found and what to do."""


class AnalysisError(Exception):
    """Base of every refusal of gisplan.analysis."""
