"""Loading the plan from the seed tables.

A row of the seeds is written when it is new or has changed since the last load, and removed when the
seeds no longer hold it. What the owner imported, changed or deleted is the owner's (`gisplan.plan.seeds`):
the seeds leave it alone, whatever they say. A second run finds nothing to write.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from gisplan.plan.errors import RowInUse
from gisplan.plan.exchange import Changes, parent_field, primary_keys, store
from gisplan.plan.models import SeedRow
from gisplan.plan.reading import Key, Row, key_of, read_rows
from gisplan.plan.rights import create_groups
from gisplan.plan.seeds import ledger_key
from gisplan.plan.tables import SEED_TABLES, Table


@dataclass
class PlanCounts:
    """What a load did, table by table; `notice` says when there is no plan for the territory."""

    tables: dict[str, Changes] = field(default_factory=dict)
    notice: str = ""

    @property
    def changed(self) -> int:
        return sum(one.created + one.updated + one.removed for one in self.tables.values())


def load_plan(seed_dir: Path | None = None) -> PlanCounts:
    folder = settings.SEED_DIR if seed_dir is None else seed_dir
    rows = _of_the_territory({t.name: read_rows(folder / f"{t.name}.csv", t) for t in SEED_TABLES})
    with transaction.atomic():
        create_groups()
        if not rows["plan_editions"]:
            return PlanCounts(notice=f"No plan is loaded for {settings.TERRITORY_NAME}: the seeds hold none.")
        ledgers = {table.name: _ledger(table) for table in SEED_TABLES}
        counts = PlanCounts({t.name: _load(t, rows[t.name], ledgers[t.name]) for t in SEED_TABLES})
        for table in reversed(SEED_TABLES):
            gone = set(ledgers[table.name]) - {ledger_key(key_of(table, row)) for row in rows[table.name]}
            counts.tables[table.name].removed += _remove(table, [ledgers[table.name][key] for key in gone])
    return counts


def _of_the_territory(rows: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The rows of the plan editions whose territory is in settings.TERRITORY, and what hangs below them."""

    def keep(table: str, column: str, wanted: set[str]) -> list[Row]:
        return [row for row in rows[table] if row.cells[column] in wanted]

    kept = dict(rows)
    kept["plan_editions"] = keep("plan_editions", "territory", set(settings.TERRITORY))
    editions = {row.cells["code"] for row in kept["plan_editions"]}
    elsewhere = {row.cells["code"] for row in rows["plan_editions"]} - editions
    for table in ("axes", "strategies", "actions", "interventions"):
        kept[table] = [row for row in rows[table] if row.cells["plan_edition"] not in elsewhere]
    dropped = {row.cells["code"] for row in rows["interventions"]} - {
        row.cells["code"] for row in kept["interventions"]
    }
    for table in ("intervention_places", "claim_interventions"):
        kept[table] = [row for row in rows[table] if row.cells["intervention"] not in dropped]
    foreign = {row.cells["claim"] for row in rows["claim_interventions"]} - {
        row.cells["claim"] for row in kept["claim_interventions"]
    }
    kept["claims"] = [row for row in rows["claims"] if row.cells["code"] not in foreign]
    return kept


def _ledger(table: Table) -> dict[str, SeedRow]:
    return {row.key: row for row in SeedRow.objects.filter(table=table.name)}


def _load(table: Table, rows: list[Row], ledger: dict[str, SeedRow]) -> Changes:
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key_of(table, row), []).append(row)
    digests = {ledger_key(key): _digest(group) for key, group in groups.items()}
    changed = {key for key, digest in digests.items() if key not in ledger or ledger[key].digest != digest}
    if not changed:
        return Changes(unchanged=len(rows))
    owned = {key for key, row in ledger.items() if row.taken_over}
    owned |= _present(table) - set(ledger)
    writing = [row for key, group in groups.items() if ledger_key(key) in changed - owned for row in group]
    changes, _keys = store(table, writing)
    changes.unchanged += len(rows) - len(writing)
    SeedRow.objects.bulk_create(
        [SeedRow(table=table.name, key=key, digest=digests[key]) for key in sorted(changed - owned)],
        update_conflicts=True,
        unique_fields=["table", "key"],
        update_fields=["digest"],
    )
    return changes


def _digest(rows: list[Row]) -> str:
    cells = json.dumps([row.cells for row in rows], sort_keys=True)
    return hashlib.sha256(cells.encode()).hexdigest()


def _present(table: Table) -> set[str]:
    """The keys that the register holds already, whoever put them there."""
    keys = {pk: ledger_key(key) for key, pk in primary_keys(table.key).items()}
    if table.part is None:
        return set(keys.values())
    parent = parent_field(table)
    parents = table.model._default_manager.exclude(**{parent: None}).values_list(parent, flat=True)
    return {keys[pk] for pk in parents.distinct()}


def _remove(table: Table, gone: list[SeedRow]) -> int:
    """Remove what came from the seeds and is no longer in them; how many."""
    existing = {ledger_key(key): pk for key, pk in primary_keys(table.key).items()} if gone else {}
    removed = 0
    for row in gone:
        target = {parent_field(table): existing.get(row.key)} if table.part else {"pk": existing.get(row.key)}
        if row.key in existing and not row.taken_over:
            try:
                removed += bool(table.model._default_manager.filter(**target).delete()[0])
            except (ProtectedError, RestrictedError) as error:
                raise RowInUse(
                    f"{table.name}.csv: expected the row {row.key}, on which rows of the owner hang, "
                    "found it gone: move or delete those rows, then load again."
                ) from error
        row.delete()
    return removed
