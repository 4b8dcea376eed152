"""What a page was made of stays in memory while nothing in the database has changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

APPS = ("territory", "plan", "analysis", "layers")
UNSEEN = {"importissue", "importrun"}  # no page that is kept shows them, and they may be many
MOST = 128

Made = TypeVar("Made")
_shelf: OrderedDict[Hashable, Any] = OrderedDict()
_last: dict[str, tuple[str, str]] = {}
_lock = threading.Lock()


def kept(stamp: str, key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` gave for this key, language, day and territory while the database had this stamp."""
    whole = (stamp, get_language(), timezone.localdate(), tuple(settings.TERRITORY), key)
    with _lock:
        if whole in _shelf:
            _shelf.move_to_end(whole)
            found: Made = _shelf[whole]
            return found
    made = make()
    with _lock:
        _shelf[whole] = made
        while len(_shelf) > MOST:
            _shelf.popitem(last=False)
    return made


def data_stamp() -> str:
    """Changes with every row written or removed in the tables that pages show.

    While no transaction has been begun since, PostgreSQL's snapshot is the same and nothing need be read; a
    transaction of one's own is not in it. Otherwise the place and the transaction of each row are summed.
    """
    name = str(connection.settings_dict["NAME"])
    if connection.in_atomic_block:
        return f"{name} {_rows()}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        (snapshot,) = cursor.fetchone() or ("",)
    known = _last.get(name)
    if known is not None and known[0] == snapshot:
        return known[1]
    stamp = f"{name} {_rows()}"
    if snapshot.endswith(":"):  # nobody's transaction was open: what was read is all that there is
        _last[name] = (snapshot, stamp)
    return stamp


def _rows() -> str:
    quote = connection.ops.quote_name
    models = [
        model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    parts = [
        f"SELECT count(*), coalesce(sum(hashtext(ctid::text || ':' || xmin::text)::bigint), 0) "  # noqa: S608
        f"FROM {quote(model._meta.db_table)}"
        for model in models
        if model._meta.model_name not in UNSEEN
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return str(hash(tuple(cursor.fetchall())))
