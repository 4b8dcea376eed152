"""The state of tables: changes with every row that is written or removed, whoever wrote it."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model


def table_stamps(models: Sequence[type[Model]]) -> tuple[str, ...]:
    """One for each table: how many rows, and the sum of where each version of a row lies and who wrote it.

    As columns of one row: joined by UNION, PostgreSQL starts parallel workers, which take longer than the sums.
    """
    quote = connection.ops.quote_name
    sums = [
        f"(SELECT count(*) || ' ' || coalesce(sum(hashtext(ctid::text || ':' || xmin::text)::bigint), 0) "  # noqa: S608
        f"FROM {quote(model._meta.db_table)})"
        for model in models
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(sums)}")
        return tuple(cursor.fetchone() or ())
