"""Whether tables, versions, views, runs and roles agree; runs that died are settled on the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from layers import roles, scratch
from layers.access import public_views
from layers.fields import GEOMETRY_COLUMN, ID_COLUMN
from layers.limits import reader_role, staged_days
from layers.models import ImportRun, Layer, Version
from layers.runs import settle_dead_runs
from layers.store import SCHEMA
from layers.views import columns_of_relation, table_shown


@dataclass(frozen=True)
class Finding:
    """`ok` None: works, but is worth knowing."""

    need: str
    ok: bool | None
    found: str
    hint: str = ""


def examine() -> Iterator[Finding]:
    yield _runs()
    with transaction.atomic():  # one view of the catalogue for all that is compared
        yield _tables()
        yield _views()
    yield _staged()
    yield _scratch()
    yield _role()


def _runs() -> Finding:
    dead = settle_dead_runs()
    going = ImportRun.objects.filter(status=ImportRun.Status.RUNNING).count()
    if dead:
        names = ", ".join(run.file_name for run in dead)
        return Finding(
            "imports",
            None,
            f"{len(dead)} had died and are marked failed now: {names}",
            "import the files again",
        )
    return Finding("imports", True, f"{going} running" if going else "none left running")


def _tables() -> Finding:
    tables, wanted = _relations("r"), set(Version.objects.values_list("table_name", flat=True))
    wrong = [f"{SCHEMA}.{name} has no version" for name in sorted(tables - wanted)]
    wrong += [f"version {name} has no table" for name in sorted(wanted - tables)]
    if wrong:
        hint = (
            "a table without a version is nobody's: drop it; a version without a table: restore the back-up"
        )
        return Finding("layer tables", False, "; ".join(wrong), hint)
    return Finding("layer tables", True, f"{len(wanted)} versions, each with its table")


def _views() -> Finding:
    views = _relations("v")
    current = {v.layer.name: v for v in Version.objects.filter(is_current=True).select_related("layer")}
    wrong = [f"layer {name} has no view" for name in sorted(set(current) - views)]
    named = set(Layer.objects.values_list("name", flat=True)) - set(current)
    wrong += [f"view {SCHEMA}.{name} shows an unpublished layer" for name in sorted(views & named)]
    for name in sorted(views & set(current)):
        wrong += _view_is_wrong(name, current[name])
    if wrong:
        return Finding("layer views", False, "; ".join(wrong), "publish or roll back the layer again")
    return Finding("layer views", True, f"{len(current)} published, each on its current version")


def _view_is_wrong(name: str, version: Version) -> Iterator[str]:
    shown = table_shown(name)
    if shown != version.table_name:
        yield f"view {SCHEMA}.{name} shows {shown or 'no one table'}, not {version.table_name}"
        return
    wanted = {ID_COLUMN, GEOMETRY_COLUMN, *(column["name"] for column in version.columns)}
    have = columns_of_relation(name)
    if set(have) != wanted:
        yield f"view {SCHEMA}.{name} lacks or adds {', '.join(sorted(set(have) ^ wanted))}"
    elif have != {column: columns_of_relation(version.table_name).get(column) for column in have}:
        yield f"view {SCHEMA}.{name} has other types than {version.table_name}"


def _staged() -> Finding:
    before = timezone.now() - timedelta(days=staged_days())
    old = Version.objects.filter(published=None, created__lt=before).values_list("table_name", flat=True)
    if old:
        hint = "`gisplan publish_layer NAME` or `gisplan discard_layer NAME`"
        found = f"{len(old)} wait for more than {staged_days()} days: {', '.join(old)}"
        return Finding("staged versions", None, found, hint)
    return Finding("staged versions", True, f"{Version.objects.filter(published=None).count()} wait")


def _scratch() -> Finding:
    left = scratch.left_behind()
    if left:
        found = f"{len(left)} left by imports that were killed: {', '.join(map(str, left[:5]))}"
        return Finding("temporary folders", None, found, "the next import removes them")
    return Finding("temporary folders", True, "none left behind")


def _role() -> Finding:
    name, need = reader_role(), "read-only role"
    if not roles.exists():
        may = roles.may_make()
        hint = "" if may else f"as administrator of the database: CREATE ROLE {name} NOLOGIN"
        when = "made when a layer is published" if may else "and this database's user may not make it"
        return Finding(need, True if may else None, f"no {name} yet, {when}", hint)
    seen, wanted = roles.seen(), public_views()
    wrong = [f"does not see {view}" for view in sorted(wanted - seen)]
    wrong += [f"sees {relation}" for relation in sorted(seen - wanted)]
    if wrong:
        return Finding(need, False, f"{name} {'; '.join(wrong)}", "`gisplan sync_reader_role`")
    return Finding(need, True, f"{name} sees {len(wanted)} public layers and nothing else")


def _relations(kind: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = %s",
            [SCHEMA, kind],
        )
        return {str(row[0]) for row in cursor.fetchall()}
