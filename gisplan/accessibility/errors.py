"""What the accessibility engine refuses, one kind per cause."""


class AccessibilityError(Exception):
    """The base of every refusal of `gisplan.accessibility`."""


class BadZones(AccessibilityError, ValueError):
    """Zones and their people do not fit each other, or count the same ground twice."""


class BadPlaces(AccessibilityError, ValueError):
    """A place without coordinates was given as if it were located."""
