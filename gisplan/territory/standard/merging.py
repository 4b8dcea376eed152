"""Writing the rows of a register over what is there, without touching what the owner changed.

A value is the register's to rewrite while it is still what a register or the seeds last wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import Model

from gisplan.territory.models import Municipality, Place, RegisterRow, Source
from gisplan.territory.registers import PLACE_TABLES, Registers
from gisplan.territory.standard.outcome import RegisterLoad

M = TypeVar("M", bound=Model)
Values = dict[str, Any]  # field -> value, foreign keys by their `_id`
SAME_PLACE_M = 1.0
_BATCH = 1_000


@dataclass(frozen=True)
class Target:
    """Where rows go: objects of `model` by the field `key`; `base` is what the seeds say of them."""

    register: str
    model: type[Model]
    key: str = "code"
    base: Mapping[str, Values] = field(default_factory=dict)
    source: Source | None = None
    new: Mapping[str, Any] = field(default_factory=dict)  # what only a new object is given


def merge(target: Target, wanted: Mapping[str, Values], load: RegisterLoad) -> None:
    """Add what is new, change what the register may, count the rest."""
    ledger = {row.code: row.written for row in RegisterRow.objects.filter(register=target.register)}
    manager = target.model._default_manager
    existing = {str(getattr(one, target.key)): one for one in manager.all()}
    new: list[Model] = []
    changed: list[Model] = []
    written: dict[str, Values] = {}
    fields: set[str] = set()
    for code, values in wanted.items():
        one = existing.get(code)
        if one is not None:
            before = ledger.get(code, target.base.get(code))
            touched = _apply(one, values, before, load)
            written[code] = plain(values)
            fields |= touched
            if touched:
                changed.append(_with_source(one, target))
                fields |= {"source"} if target.source else set()
            load.changed += bool(touched)
            load.same += not touched
        elif code in ledger:
            load.owners += 1
        else:
            new.append(_with_source(target.model(**{target.key: code, **target.new, **values}), target))
            written[code] = plain(values)
    load.added += len(new)
    load.kept += len(set(ledger) - set(wanted))
    manager.bulk_create(new, batch_size=_BATCH)
    if changed:
        manager.bulk_update(changed, sorted(_field_names(fields)), batch_size=_BATCH)
    _remember(target.register, written, ledger)


def seed_values(model: type[Place]) -> dict[str, Values]:
    """Code -> what the product's seeds say, for the places whose rows the seeds hold."""
    registers = Registers(settings.SEED_DIR, Municipality.objects.all())
    registers.provinces = set()  # a seed row of a municipality that is not loaded is left out, not refused
    names = [f.attname for f in model._meta.concrete_fields if not f.primary_key]
    return {
        place.code: plain({name: getattr(place, name) for name in names})
        for place in (registers.places(model) if model in PLACE_TABLES else [])
    }


def plain(values: Mapping[str, Any]) -> Values:
    """As JSON holds them; a point is its two coordinates in the stored CRS."""
    return {
        name: [round(value.x, 2), round(value.y, 2)] if isinstance(value, Point) else value
        for name, value in values.items()
    }


def same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            abs(a - b) <= SAME_PLACE_M for a, b in zip(one, other, strict=True)
        )
    return bool(one == other)


def _apply(one: Model, values: Values, before: Values | None, load: RegisterLoad) -> set[str]:
    """The fields that were written; one that is not as it was last written is the owner's."""
    touched = set()
    new, current = plain(values), plain({name: getattr(one, name) for name in values})
    for name, value in values.items():
        if same(current[name], new[name]):
            continue
        empty = current[name] in (None, "")
        if empty if before is None or name not in before else same(current[name], before[name]):
            setattr(one, name, value)
            touched.add(name)
        else:
            load.owners += 1
    return touched


def _with_source(one: M, target: Target) -> M:
    if target.source is not None:
        one.source = target.source  # type: ignore[attr-defined]
    return one


def _field_names(attributes: set[str]) -> set[str]:
    return {name.removesuffix("_id") for name in attributes}


def _remember(register: str, written: Mapping[str, Values], ledger: Mapping[str, Values]) -> None:
    RegisterRow.objects.bulk_create(
        [
            RegisterRow(register=register, code=code, written=values)
            for code, values in written.items()
            if ledger.get(code) != values
        ],
        update_conflicts=True,
        unique_fields=["register", "code"],
        update_fields=["written"],
        batch_size=_BATCH,
    )
