"""The rows of a source as the next version of a layer, which nobody sees until it is published."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from layers import differences, keys, merging, store
from layers.checking import check_whole
from layers.errors import NothingToBuildOn
from layers.fields import Column
from layers.models import Layer, Mode, Version
from layers.options import Options
from layers.pipeline import copy_rows
from layers.reading import Reading


@dataclass(frozen=True)
class _Filled:
    """What the table of a version holds."""

    columns: list[Column]
    geometry_type: str
    feature_count: int
    bbox: Any
    key: str
    difference: dict[str, Any]


def current_of(name: str, options: Options) -> Version | None:
    """The version that the import is compared with and that append and upsert build on."""
    base = Version.objects.filter(layer__name=name, is_current=True).first()
    if base is None and options.mode != Mode.REPLACE:
        raise NothingToBuildOn(
            f"Expected a layer {name} with a published version to {options.mode} to, found none: import the file"
            " with the mode replace first."
        )
    return base


def stage(reading: Reading, options: Options) -> Version:
    report = reading.report
    base = current_of(report.name, options)
    last = Version.objects.filter(layer__name=report.name).order_by("-number").first()
    number = last.number + 1 if last else 1
    table = f"{report.name}_v{number}"
    filled = _filled(table, reading, options, base)
    with reading.clock.phase("store"):
        store.index_table(table)
    report.version, report.table, report.difference = number, table, filled.difference
    return Version.objects.create(
        layer=_layer(report.name, options),
        number=number,
        table_name=table,
        geometry_type=filled.geometry_type,
        srid=reading.srid,
        stored_srid=reading.stored_srid,
        feature_count=filled.feature_count,
        bbox=filled.bbox,
        columns=[asdict(column) for column in filled.columns],
        digest=report.digest,
        options=options.kept(),
        mode=options.mode,
        key=filled.key,
        based_on=None if options.mode == Mode.REPLACE else base,
        difference=filled.difference,
    )


def look(reading: Reading, options: Options, base: Version) -> None:
    """Only the difference, for a caller that takes the transaction back."""
    table = f"{reading.report.name}_{secrets.token_hex(4)}"
    reading.report.difference = _filled(table, reading, options, base).difference


def all_new(count: int, options: Options) -> dict[str, Any]:
    return differences.described(options, None, added=count)


def _layer(name: str, options: Options) -> Layer:
    """Last, since its row stays locked until the import ends."""
    layer, made = Layer.objects.get_or_create(name=name, defaults=options.of_layer())
    changed = {field: value for field, value in options.of_layer().items() if getattr(layer, field) != value}
    if changed and not made:
        for field, value in changed.items():
            setattr(layer, field, value)
        layer.save(update_fields=list(changed))
    return layer


def _filled(table: str, reading: Reading, options: Options, base: Version | None) -> _Filled:
    if options.mode == Mode.REPLACE or base is None:
        return _replaced(table, reading, options, base)
    return _merged(table, reading, options, base)


def _replaced(table: str, reading: Reading, options: Options, base: Version | None) -> _Filled:
    report = reading.report
    _copied(table, reading, options)
    key = keys.checked(options.key, table, reading.columns, where=report.file) if options.key else ""
    if base is None:
        difference = all_new(report.features_stored, options)
    else:
        with reading.clock.phase("check"):
            store.analyze(table)
            new = differences.Side(table, reading.columns, reading.geometry_type)
            difference = differences.between(differences.side_of(base), new, options, base=base, key=key)
    return _Filled(
        reading.columns, reading.geometry_type, report.features_stored, report.bbox, key, difference
    )


def _merged(table: str, reading: Reading, options: Options, base: Version) -> _Filled:
    report = reading.report
    old = differences.side_of(base)
    coming = differences.Side(f"{table}_in", reading.columns, reading.geometry_type)
    merged = merging.plan(base, coming, reading)
    _copied(coming.table, reading, options)
    with reading.clock.phase("store"):
        store.analyze(coming.table)
        key = _common_key(options, old, coming, report.file)
        store.create_table(
            table, merged.columns, geometry_type=merged.geometry_type, srid=reading.stored_srid
        )
        if options.mode == Mode.UPSERT:
            merging.upsert(table, merged, old, coming, key=key)
        else:
            merging.append(table, merged, old, coming)
    with reading.clock.phase("check"):
        store.analyze(table)
        new = differences.Side(table, merged.columns, merged.geometry_type)
        if options.mode == Mode.UPSERT:
            difference = differences.between(old, new, options, base=base, key=key)
        else:
            difference = differences.appended(old, coming, new, options, base=base)
    store.drop_table(coming.table)
    count, bbox = store.count_and_box(table)
    return _Filled(merged.columns, merged.geometry_type, count, bbox, key, difference)


def _common_key(options: Options, old: differences.Side, coming: differences.Side, file: str) -> str:
    """The key column in the file and in the layer; with append, none of the file's may be there already."""
    if not options.key:
        return ""
    key = keys.checked(options.key, coming.table, coming.columns, where=file)
    keys.checked(key, old.table, old.columns, where=old.table)
    if options.mode == Mode.APPEND:
        keys.check_apart(key, coming.table, old.table, where=file)
    return key


def _copied(table: str, reading: Reading, options: Options) -> None:
    store.create_table(table, reading.columns, geometry_type=reading.geometry_type, srid=reading.stored_srid)
    copy_rows(table, reading)
    check_whole(reading, options)
