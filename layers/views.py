"""The stable view of a layer: moved to another table in the caller's transaction, with all that hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from layers.errors import ViewInUse
from layers.fields import GEOMETRY_COLUMN, ID_COLUMN, Column
from layers.store import SCHEMA, execute, qualified

# Privilege, role (None: everybody), with the right to grant it further, column (None: the whole view).
Grant = tuple[str, str | None, bool, str | None]


@dataclass(frozen=True)
class _Hanging:
    """What others put on a view."""

    owner: str
    grants: list[Grant]
    comment: str | None
    column_comments: list[tuple[str, str]]
    options: list[str]


def point_view(view: str, table: str, columns: Sequence[Column]) -> None:
    """Make the view show this table.

    Where every column of the view is there again, it is replaced in place, new columns last, and views made of it
    stay. Otherwise it is made anew, and what hung on it is put back.
    """
    there, coming = columns_of_relation(view), columns_of_relation(table)
    hanging = _hanging(view) if there else None
    if hanging is not None and all(coming.get(name) == kind for name, kind in there.items()):
        names = [*there, *(name for name in _names(columns) if name not in there)]
        execute(_definition("CREATE OR REPLACE VIEW", view, table, names, hanging.options))
    else:
        if hanging is not None:
            _check_unused(view, there, coming)
            execute(sql.SQL("DROP VIEW {}").format(qualified(view)))
        options = hanging.options if hanging else []
        execute(_definition("CREATE VIEW", view, table, _names(columns), options))
        if hanging is not None:
            _put_back(view, hanging, set(_names(columns)))
    if hanging is not None:
        _let_owner_read(table, hanging.owner)


def columns_of_relation(name: str) -> dict[str, str]:
    """Column and type of a table or view of the schema, in their order; nothing where there is none."""
    rows = _rows(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = to_regclass(%s)"
        " AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [_regclass(name)],
    )
    return dict(rows)


def table_shown(view: str) -> str | None:
    """The table of the schema that a view reads, None where it reads none or several."""
    rows = _rows(
        "SELECT DISTINCT t.relname FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass"
        " AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class"
        " JOIN pg_class t ON t.oid = d.refobjid WHERE r.ev_class = to_regclass(%s)",
        [_regclass(view)],
    )
    return str(rows[0][0]) if len(rows) == 1 else None


def _definition(
    verb: str, view: str, table: str, names: Sequence[str], options: Sequence[str]
) -> sql.Composable:
    pairs = [option.partition("=")[::2] for option in options]
    with_options = (
        sql.SQL(" WITH ({})").format(
            sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value)) for name, value in pairs
            )
        )
        if pairs
        else sql.SQL("")
    )
    return sql.SQL("{} {}{} AS SELECT {} FROM {}").format(
        sql.SQL(verb),
        qualified(view),
        with_options,
        sql.SQL(", ").join(map(sql.Identifier, names)),
        qualified(table),
    )


def _names(columns: Sequence[Column]) -> list[str]:
    return [ID_COLUMN, *(column.name for column in columns), GEOMETRY_COLUMN]


def _hanging(view: str) -> _Hanging:
    place = [_regclass(view)]
    owner, comment, options = _rows(
        "SELECT pg_get_userbyid(relowner), obj_description(oid, 'pg_class'), coalesce(reloptions, '{}')"
        " FROM pg_class WHERE oid = to_regclass(%s)",
        place,
    )[0]
    comments = _rows(
        "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = to_regclass(%s)"
        " AND attnum > 0 AND col_description(attrelid, attnum) IS NOT NULL",
        place,
    )
    return _Hanging(owner, grants_on(view), comment, comments, list(options))


def grants_on(relation: str) -> list[Grant]:
    """Privileges on a relation of the schema and on its columns that its owner gave to others."""
    return _rows(
        "SELECT acl.privilege_type, role.rolname, acl.is_grantable, given.attname FROM ("
        "SELECT relowner, relacl, NULL::name AS attname FROM pg_class WHERE oid = to_regclass(%(place)s) UNION ALL"
        " SELECT c.relowner, a.attacl, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE a.attrelid = to_regclass(%(place)s) AND NOT a.attisdropped) AS given (relowner, acl, attname)"
        " CROSS JOIN LATERAL aclexplode(given.acl) AS acl LEFT JOIN pg_roles role ON role.oid = acl.grantee"
        " WHERE acl.grantee <> given.relowner",
        {"place": _regclass(relation)},
    )


def _put_back(view: str, hanging: _Hanging, names: set[str]) -> None:
    if hanging.owner != _rows("SELECT current_user", [])[0][0]:
        execute(sql.SQL("ALTER VIEW {} OWNER TO {}").format(qualified(view), sql.Identifier(hanging.owner)))
    for privilege, role, _, column in grants_on(
        view
    ):  # by default privileges, which the owner may have undone
        execute(_grant("REVOKE {} ON {} FROM {}", view, privilege, role, column))
    for privilege, role, grantable, column in hanging.grants:
        if column is None or column in names:
            template = "GRANT {} ON {} TO {}" + (" WITH GRANT OPTION" if grantable else "")
            execute(_grant(template, view, privilege, role, column))
    if hanging.comment is not None:
        execute(sql.SQL("COMMENT ON VIEW {} IS {}").format(qualified(view), sql.Literal(hanging.comment)))
    for column, comment in hanging.column_comments:
        if column in names:
            place = sql.Identifier(SCHEMA, view, column)
            execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(place, sql.Literal(comment)))


def _grant(template: str, view: str, privilege: str, role: str | None, column: str | None) -> sql.Composable:
    what: sql.Composable = sql.SQL(privilege)
    if column is not None:
        what = sql.SQL("{} ({})").format(what, sql.Identifier(column))
    who: sql.Composable = sql.SQL("PUBLIC") if role is None else sql.Identifier(role)
    return sql.SQL(template).format(what, qualified(view), who)


def _let_owner_read(table: str, owner: str) -> None:
    """A view reads its table with the rights of its owner, who need not be the table's."""
    given = _rows("SELECT has_table_privilege(%s, to_regclass(%s), 'SELECT')", [owner, _regclass(table)])[0][
        0
    ]
    if not given:
        execute(sql.SQL("GRANT SELECT ON {} TO {}").format(qualified(table), sql.Identifier(owner)))


def _check_unused(view: str, there: dict[str, str], coming: dict[str, str]) -> None:
    users = _rows(
        "SELECT DISTINCT r.ev_class::regclass::text FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid"
        " WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass"
        " AND d.refobjid = to_regclass(%s) AND r.ev_class <> d.refobjid",
        [_regclass(view)],
    )
    if users:
        changed = [name for name, kind in there.items() if coming.get(name) != kind]
        raise ViewInUse(
            f"Expected that no other view is made of {SCHEMA}.{view}, since this version changes its columns"
            f" ({', '.join(changed)}), found {', '.join(sorted(str(row[0]) for row in users))}: drop it, publish,"
            " and make it again."
        )


def _regclass(name: str) -> str:
    return f'"{SCHEMA}"."{name}"'


def _rows(statement: str, parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
