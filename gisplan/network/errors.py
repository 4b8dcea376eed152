"""What the network engine refuses, one kind per cause."""


class NetworkError(Exception):
    """The base of every refusal of `gisplan.network`."""


class BadStreets(NetworkError, ValueError):
    """The raw streets are not what a network can be built from."""


class EmptyNetwork(NetworkError, ValueError):
    """No usable street is left, so no answer would mean anything."""


class BadPoint(NetworkError, ValueError):
    """A coordinate of an origin is not a finite number."""


class BadParameter(NetworkError, ValueError):
    """A number given by the user lies outside its range."""


class UnknownMode(NetworkError, ValueError):
    """A mode of travel without a profile."""


class BadNetworkFile(NetworkError, ValueError):
    """A saved network is missing a part, is of another version or was changed."""
