"""Refusals of gisplan.analysis: one sentence each, with what was expected, what was found and what to do."""


class AnalysisError(Exception):
    """Base of every refusal of gisplan.analysis."""


class OutsideTerritory(AnalysisError, ValueError):
    """A file that covers no place of the territory, where only files of the territory were asked for."""
