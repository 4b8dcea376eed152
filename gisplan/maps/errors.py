"""What can go wrong while a map is drawn."""


class MapsError(Exception):
    """Base of every error of this package."""


class MapInputError(MapsError, ValueError):
    """A layer, a style or a list of values that cannot be drawn as it is."""


class AssetError(MapsError, LookupError):
    """A stylesheet or script that the map needs and that was not handed over."""
