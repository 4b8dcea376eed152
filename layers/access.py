"""How another program reads a layer from the database."""

from django.db import connection

from layers.models import Layer
from layers.store import SCHEMA


def connection_text(layer: Layer) -> str:
    """The text that `QgsVectorLayer(text, name, 'postgres')` takes; who reads gives their own name and password."""
    own = connection.settings_dict
    version = layer.current
    kind, srid = ("", 0) if version is None else (version.geometry_type, version.stored_srid)
    return (
        f"dbname='{own['NAME']}' host={own.get('HOST') or 'localhost'} port={own.get('PORT') or 5432} key='id'"
        f' srid={srid} type={kind} table="{SCHEMA}"."{layer.name}" (geom)'
    )
