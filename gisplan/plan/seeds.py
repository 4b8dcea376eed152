"""Who a row belongs to: the seeds, which may rewrite it, or the owner, whose rows the seeds never touch."""

from collections.abc import Iterable

from django.db.models import Model

from gisplan.plan.models import SeedRow
from gisplan.plan.tables import TABLES


def ledger_key(key: Iterable[object]) -> str:
    return " ".join(str(part) for part in key)


def take_over_keys(table: str, keys: Iterable[Iterable[object]]) -> None:
    SeedRow.objects.filter(table=table, key__in=[ledger_key(key) for key in keys]).update(taken_over=True)


def take_over(changed: Model) -> None:
    """The owner changes or deletes this by hand: from now on the row and its parts are the owner's."""
    for table in TABLES:
        if table.key.model is type(changed):
            keys = table.key.model._default_manager.filter(pk=changed.pk).values_list(*table.key.key)
            take_over_keys(table.name, keys)
