"""Refusals of gisplan.territory: one sentence each, with what was expected, what was found and what to do."""


class TerritoryError(Exception):
    """Base of every refusal of gisplan.territory."""


class SeedRefused(TerritoryError, ValueError):
    """A seed table holds something that cannot be loaded."""


class ProvinceUnknown(TerritoryError, ValueError):
    """A province code that the tables of ISTAT do not hold."""


class OtherTerritory(TerritoryError):
    """The database holds other provinces."""


class StoredSridDiffers(TerritoryError):
    """The database was made for a territory in another UTM zone."""


class RegisterRefused(TerritoryError, ValueError):
    """A file of a standard register that cannot be loaded."""
