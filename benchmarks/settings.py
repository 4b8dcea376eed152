"""The product's settings, with layers stored in degrees as the peer stores them."""

from gisplan import settings as product

globals().update({name: getattr(product, name) for name in dir(product) if name.isupper()})
LAYERS_STORED_SRID = 4326
