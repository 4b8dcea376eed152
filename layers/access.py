"""How others read a layer in the database itself: the role, and what to paste into QGIS."""

from django.db import connection, transaction

from layers import roles
from layers.current import current_version
from layers.fields import GEOMETRY_COLUMN, ID_COLUMN
from layers.limits import database_address
from layers.models import Layer
from layers.store import SCHEMA


def sync_reader_role() -> bool:
    """Make the role see exactly the public layers; False where the database's user may not make it."""
    with transaction.atomic():
        if not roles.ready():
            return False
        wanted = public_views()
        for relation in roles.seen():
            schema, _, name = relation.partition(".")
            if schema == SCHEMA and relation not in wanted:
                roles.take(name)
        for relation in wanted:
            roles.follow(relation.partition(".")[2], public=True)
    return True


def public_views() -> set[str]:
    names = Layer.objects.filter(is_public=True, versions__is_current=True).values_list("name", flat=True)
    return {f"{SCHEMA}.{name}" for name in names}


def connection_text(layer: Layer) -> str:
    """The data source of the layer as QGIS writes it; QGIS asks for user and password."""
    version = current_version(layer)
    given = connection.settings_dict
    host, port = database_address() or (given.get("HOST") or "localhost", given.get("PORT") or "5432")
    parts = {"dbname": given["NAME"], "host": host, "port": port}
    sslmode = given.get("OPTIONS", {}).get("sslmode")
    if sslmode:
        parts["sslmode"] = sslmode
    parts |= {"key": ID_COLUMN, "estimatedmetadata": "true"}
    words = [f"{name}={_quoted(str(value))}" for name, value in parts.items()]
    return " ".join(
        [
            *words,
            f"srid={version.stored_srid}",
            f"type={version.geometry_type}",
            f'table="{SCHEMA}"."{layer.name}"',
            f"({GEOMETRY_COLUMN})",
        ]
    )


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
