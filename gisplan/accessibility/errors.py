"""What the accessibility engine refuses, one kind per cause."""


class AccessibilityError(Exception):
    """The base of every refusal of `gisplan.accessibility`."""


class BadZones(AccessibilityError, ValueError):
    """Zones and their people do not fit each other, or count the same ground twice."""


class BadPlaces(AccessibilityError, ValueError):
    """A place without coordinates was given as if it were located."""


class BadMatrix(AccessibilityError, ValueError):
    """The matrix of minutes has no row, a nan, a negative time, or another shape than what goes with it."""


class BadCounts(AccessibilityError, ValueError):
    """People, supply or opportunities that are not one count of 0 or more a place."""


class BadParameter(AccessibilityError, ValueError):
    """A number or a choice given by the user lies outside its range."""


class BadValues(AccessibilityError, ValueError):
    """The values to compare are not numbers of 0 or more."""


class NothingToShare(AccessibilityError, ValueError):
    """All values are 0, or nobody has them, so that no inequality can be told."""


class BadTable(AccessibilityError, ValueError):
    """A table given by the user lacks a part, or its parts do not fit each other."""


class NoPlan(AccessibilityError, ValueError):
    """No choice of sites does what was asked within the number, the budget or the time."""


class SolverFailed(AccessibilityError, RuntimeError):
    """The exact solver stopped with an error of its own."""
