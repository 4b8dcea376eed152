"""Storing the tables of the register, whole or not at all; every refusal names the file, row and column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from gisplan.plan.errors import TableRefused
from gisplan.plan.reading import Key, Row, key_of, read_rows
from gisplan.plan.seeds import take_over_keys
from gisplan.plan.tables import BY_NAME, Reference, Table, may_be_empty


@dataclass
class Changes:
    """What storing some rows of a table did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def __str__(self) -> str:
        words = f"{self.created} created, {self.updated} updated, {self.unchanged} unchanged"
        return f"{words}, {self.removed} removed" if self.removed else words


def import_table(path: Path, table_name: str, *, dry_run: bool = False) -> Changes:
    """Store the rows of a CSV file; a changed row is the owner's from now on, the seeds leave it alone."""
    table = BY_NAME.get(table_name)
    if table is None:
        raise TableRefused(
            [f"Expected a table of the register ({', '.join(BY_NAME)}), found {table_name!r}: choose one."]
        )
    rows = read_rows(path, table)
    if not rows:
        raise TableRefused(
            [f"{path.name}: expected at least one row below the header, found none: fill it in."]
        )
    with transaction.atomic():
        changes, changed = store(table, rows)
        take_over_keys(table.name, changed)
        if dry_run:
            transaction.set_rollback(True)
    return changes


def store(table: Table, rows: list[Row]) -> tuple[Changes, list[Key]]:
    """Create or update what the rows say; also the keys of what changed. Call it in a transaction."""
    prepared = _prepare(table, rows)
    return _store_parts(table, prepared) if table.part else _store_whole(table, prepared)


def primary_keys(reference: Reference) -> dict[Key, Any]:
    """Key -> primary key of everything that a reference may name."""
    rows = reference.model._default_manager.values_list("pk", *reference.key)
    return {tuple(str(value) for value in row[1:]): row[0] for row in rows}


@dataclass(frozen=True)
class _Prepared:
    key: Key
    values: dict[str, Any]


def _prepare(table: Table, rows: list[Row]) -> list[_Prepared]:
    """The values of every row for the model, or one refusal with all that is wrong."""
    named = {field: primary_keys(reference) for field, reference in table.references.items()}
    problems: list[str] = []
    prepared = []
    for row in rows:
        values: dict[str, Any] = {}
        for column, field_name in table.fields.items():
            if column in row.cells:
                try:
                    values[field_name] = _value(table.model, field_name, row.cells[column])
                except (ValidationError, ValueError):
                    problems.append(row.refusal(column, _expected(table.model, field_name)))
        for field_name, reference in table.references.items():
            if reference.columns[-1] in row.cells:
                try:
                    values[f"{field_name}_id"] = _referred(row, reference, named[field_name])
                except KeyError:
                    problems.append(_unknown_reference(row, reference))
        problems.extend(_contradictions(table, row))
        prepared.append(_Prepared(key_of(table, row), values))
    problems.extend(_repeated(table, rows))
    if problems:
        raise TableRefused(problems)
    return prepared


def _value(model: type[models.Model], field_name: str, text: str) -> Any:
    described = model._meta.get_field(field_name)
    if not isinstance(described, models.Field):  # pragma: no cover  (the tables name fields only)
        raise TypeError(field_name)
    if isinstance(described, models.BooleanField):
        text = text.capitalize()
    if not text and described.null:
        return None
    if not text and described.has_default():
        return described.get_default()
    return described.clean(text, None)


def _expected(model: type[models.Model], field_name: str) -> str:
    described = model._meta.get_field(field_name)
    choices = [str(value) for value, _label in getattr(described, "choices", None) or [] if value]
    kinds: list[tuple[type, str]] = [
        (models.BooleanField, "true or false"),
        (models.DateField, "a date such as 2024-07-19"),
        (models.DecimalField, "an amount in euros such as 16000000.00"),
        (models.IntegerField, "a whole number"),
        (models.URLField, "a web address such as https://example.org/page"),
        (models.SlugField, "letters, digits, - and _ only"),
        (models.TextField, "text"),
    ]
    length = getattr(described, "max_length", None)
    words = f"text of at most {length} characters"
    if choices:
        words = f"one of {', '.join(choices)}"
    else:
        words = next((text for kind, text in kinds if isinstance(described, kind)), words)
    return f"{words}, or nothing" if may_be_empty(model, field_name) else words


def _referred(row: Row, reference: Reference, known: dict[Key, Any]) -> Any:
    if reference.only_if and row.cells.get(reference.only_if[0]) != reference.only_if[1]:
        return None
    if not reference.required and not row.cells[reference.columns[-1]]:
        return None
    return known[tuple(row.cells[column] for column in reference.columns)]


def _unknown_reference(row: Row, reference: Reference) -> str:
    meaning = " ".join(row.cells[column] for column in reference.columns[:-1])
    among = f" below {meaning}" if meaning else ""
    return row.refusal(
        reference.columns[-1], f"a row of {reference.where}{among}", "correct it or load that row first"
    )


def _contradictions(table: Table, row: Row) -> Iterator[str]:
    """What columns must not say together."""
    cells = row.cells
    if table.name == "claims" and cells["kind"] == "amount" and not cells.get("amount_eur"):
        yield row.refusal("amount_eur", "an amount in euros, for a claim of kind amount")
    if table.name == "claims" and not (cells.get("as_printed") or cells.get("as_printed_it")):
        yield row.refusal("as_printed_it", "the words of the source")
    in_one = cells.get("place_kind") == "municipality" or (
        cells.get("place_code") and cells.get("place_kind") != "zone"
    )
    if in_one and not cells.get("istat_code"):
        yield row.refusal("istat_code", "the ISTAT code of the municipality of the place, six digits")
    if table.name == "connections":
        ends = [
            column for column in ("to_axis_code", "to_strategy_code", "to_action_code") if cells.get(column)
        ]
        if len(ends) != 1:
            yield row.refusal(ends[0] if ends else "to_axis_code", "exactly one end of the connection")


def _repeated(table: Table, rows: list[Row]) -> Iterator[str]:
    """A key (or, for parts, a whole row) that the file holds more than once."""
    first: dict[Iterable[str], int] = {}
    for row in rows:
        identity = tuple(row.cells.values()) if table.part else key_of(table, row)
        if identity in first:
            yield (
                f"{row.file}, row {row.number}, column {table.key.columns[-1]}: expected each key once, "
                f"found {' '.join(key_of(table, row))} as in row {first[identity]}: keep one of them."
            )
        first.setdefault(identity, row.number)


def _store_whole(table: Table, prepared: list[_Prepared]) -> tuple[Changes, list[Key]]:
    changes, changed = Changes(), []
    existing = primary_keys(table.key)
    fields = sorted({name for one in prepared for name in one.values})
    stored = {values["pk"]: values for values in table.model._default_manager.values("pk", *fields)}
    for one in prepared:
        pk = existing.get(one.key)
        if pk is None:
            table.model._default_manager.create(**one.values)
            changes.created += 1
        elif any(stored[pk][name] != value for name, value in one.values.items()):
            table.model._default_manager.filter(pk=pk).update(**one.values)
            changes.updated += 1
        else:
            changes.unchanged += 1
            continue
        changed.append(one.key)
    return changes, changed


def _store_parts(table: Table, prepared: list[_Prepared]) -> tuple[Changes, list[Key]]:
    changes, changed = Changes(), []
    wanted: dict[Key, list[dict[str, Any]]] = {}
    for one in prepared:
        wanted.setdefault(one.key, []).append(one.values)
    existing = primary_keys(table.key)
    parent = parent_field(table)
    fields = sorted({name for one in prepared for name in one.values})
    stored: dict[Any, list[dict[str, Any]]] = {}
    parents = [existing[key] for key in wanted]
    for values in table.model._default_manager.filter(**{f"{parent}__in": parents}).values(*fields):
        stored.setdefault(values[parent], []).append(values)
    for key, parts in wanted.items():
        before = stored.get(existing[key], [])
        if _as_set(before) == _as_set(parts):
            changes.unchanged += len(parts)
            continue
        table.model._default_manager.filter(**{parent: existing[key]}).delete()
        table.model._default_manager.bulk_create(table.model(**values) for values in parts)
        changes.created += len(parts)
        changes.removed += len(before)
        changed.append(key)
    return changes, changed


def parent_field(table: Table) -> str:
    """The field of a part that names the object which it belongs to."""
    field_name = next(
        n for n, reference in table.references.items() if reference.columns == table.key.columns
    )
    return f"{field_name}_id"


def _as_set(parts: list[dict[str, Any]]) -> set[tuple[tuple[str, Any], ...]]:
    return {tuple(sorted(values.items())) for values in parts}
