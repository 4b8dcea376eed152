"""gisplan: a geospatial planning information system for a strategic plan."""

__version__ = "0.1.0"
