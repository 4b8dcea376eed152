"""Refusals of gisplan.analysis: one sentence each, with what was expected, what was found and what to do."""


class AnalysisError(Exception):
    """Base of every refusal of gisplan.analysis."""


class OutsideTerritory(AnalysisError, ValueError):
    """A file that covers no place of the territory, where only files of the territory were asked for."""


class NoStreet(AnalysisError, ValueError):
    """A mode that needs a street, and none within the cap."""


class RequestRefused(AnalysisError, ValueError):
    """A request with a value that cannot be used: `field` names it, so that a page can say it in its language."""

    def __init__(self, sentence: str, *, field: str, found: str = "", expected: str = "") -> None:
        super().__init__(sentence)
        self.field = field
        self.found = found
        self.expected = expected
