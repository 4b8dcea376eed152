"""The product's settings, with layers stored in degrees: what the peer of the import is asked for too."""

from gisplan.settings import *  # noqa: F403

LAYERS_STORED_SRID = 4326
