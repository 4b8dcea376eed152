"""The read-only role of the database: it sees the views of public layers and nothing else of the schema."""

import logging

from django.db import DatabaseError, connection, transaction
from psycopg import sql

from layers.limits import reader_role
from layers.store import SCHEMA, execute, lock_role, lock_view, qualified

_log = logging.getLogger(__name__)


def follow(view: str, *, public: bool) -> None:
    """Give or take the view. Where the database's user may not, the layer is stored all the same: doctor tells."""
    try:
        with transaction.atomic():
            if ready():
                lock_view(view)
                _set(view, public=public)
    except DatabaseError as error:
        _log.warning("The role %s does not follow layer %s: %s", reader_role(), view, error)


def exists() -> bool:
    return bool(_value("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", reader_role()))


def may_make() -> bool:
    statement = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    return bool(_value(statement))


def ready() -> bool:
    """Make the role and let it into the schema, where it is not yet; False where it cannot be made."""
    if not exists() and not may_make():
        return False
    if exists() and _enters():
        return True
    lock_role()
    role = sql.Identifier(reader_role())
    if not exists():
        execute(
            sql.SQL(
                "DO $body$ BEGIN CREATE ROLE {} NOLOGIN;"
                " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $body$"
            ).format(role)
        )
    if not _enters():
        execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(SCHEMA), role))
    return True


def seen() -> set[str]:
    """Relations, as schema.name, on which the role itself has a privilege."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) acl"
            " JOIN pg_roles r ON r.oid = acl.grantee WHERE r.rolname = %s",
            [reader_role()],
        )
        return {str(row[0]) for row in cursor.fetchall()}


def take(relation: str) -> None:
    execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(qualified(relation), sql.Identifier(reader_role())))


def _set(view: str, *, public: bool) -> None:
    is_view = _value("SELECT relkind = 'v' FROM pg_class WHERE oid = to_regclass(%s)", f'"{SCHEMA}"."{view}"')
    given = f"{SCHEMA}.{view}" in seen()
    if not is_view or given == public:
        return
    if public:
        execute(sql.SQL("GRANT SELECT ON {} TO {}").format(qualified(view), sql.Identifier(reader_role())))
    else:
        take(view)


def _enters() -> bool:
    return bool(_value("SELECT has_schema_privilege(%s, %s, 'USAGE')", reader_role(), SCHEMA))


def _value(statement: str, *parameters: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return row[0] if row else None
