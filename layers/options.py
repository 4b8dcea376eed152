"""What a caller may give to an import, and how it is kept."""

import re
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypedDict, cast

from layers.errors import NameRefused, OptionsRefused
from layers.fields import safe_name
from layers.models import Mode
from layers.tables import TableOptions

_NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
_VERSION_NAME = re.compile(r".*_v\d+")
_OF_LAYER = ("title", "source", "licence", "reference_date", "owner")
_OF_VERSION = ("srid", "encoding", "source_layer", "strict", "table")


class Given(TypedDict, total=False):
    """What a caller may give to `import_layer`; see `Options`."""

    name: str | None
    title: str | None
    srid: int | None
    encoding: str | None
    source_layer: str | None
    dry_run: bool
    strict: bool
    publish: bool
    mode: str
    key: str | None
    source: str | None
    licence: str | None
    reference_date: date | None
    owner: str | None
    table: TableOptions | None


@dataclass(frozen=True)
class Options:
    """`srid` and `encoding` override what the file says; `strict` turns every repair into a refusal.

    Without `publish` the version is staged: `layers.publishing` publishes or discards it later. `mode` says what
    happens to the features that the layer has, and `key` names the column that tells one feature from another.
    `title`, `source`, `licence`, `reference_date` and `owner` are written to the layer where they are given.
    """

    name: str | None = None
    title: str | None = None
    srid: int | None = None
    encoding: str | None = None
    source_layer: str | None = None
    dry_run: bool = False
    strict: bool = False
    publish: bool = True
    mode: str = Mode.REPLACE.value
    key: str | None = None
    source: str | None = None
    licence: str | None = None
    reference_date: date | None = None
    owner: str | None = None
    table: TableOptions | None = None

    def __post_init__(self) -> None:
        if self.mode not in Mode.values:
            raise OptionsRefused(
                f"Expected a mode of {', '.join(Mode.values)}, found {self.mode!r}: choose one of these."
            )
        if self.mode == Mode.UPSERT and not self.key:
            raise OptionsRefused(
                "Expected a key column for the mode upsert, found none: name the column that tells one feature from"
                " another with --key."
            )

    def kept(self) -> dict[str, Any]:
        """What is kept with a version, to know the same import when it comes again."""
        kept = {name: asdict(self)[name] for name in _OF_VERSION}
        return kept if kept["table"] is not None else {key: kept[key] for key in kept if key != "table"}

    def same_as(self, kept: dict[str, Any]) -> bool:
        """A version that needed no repair also answers a request that would allow one."""
        return kept in (self.kept(), {**self.kept(), "strict": True})

    def of_layer(self) -> dict[str, Any]:
        """What was given about the layer itself."""
        return {name: asdict(self)[name] for name in _OF_LAYER if asdict(self)[name]}


def options_to_json(given: Given) -> dict[str, Any]:
    """For `ImportRun.options`; what was not given is left out."""
    return {name: _as_json(value) for name, value in given.items() if value is not None}


def _as_json(value: Any) -> Any:
    if isinstance(value, TableOptions):
        return asdict(value)
    return value.isoformat() if isinstance(value, date) else value


def options_from_json(data: dict[str, Any]) -> Given:
    """What `options_to_json` wrote; other notes that lie beside it are left out."""
    given = {name: value for name, value in data.items() if name in Given.__annotations__}
    if isinstance(given.get("reference_date"), str):
        given["reference_date"] = as_date(given["reference_date"])
    if isinstance(given.get("table"), dict):
        given["table"] = TableOptions(**given["table"])
    return cast(Given, given)


def as_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise OptionsRefused(
            f"Expected a date such as 2026-01-31, found {text[:40]!r}: write year, month and day."
        ) from error


def layer_name(given: str | None, path: Path) -> str:
    """The name given, or one made of the file's name."""
    name = given if given is not None else safe_name(path.name.split(".")[0])[:50]
    if not _NAME.fullmatch(name) or _VERSION_NAME.fullmatch(name):
        raise NameRefused(
            "Expected a layer name of lower-case letters, digits and underscores (50 at most, a letter"
            " first, not"
            f" ending like _v1), found {name!r}: give one with --name, such as"
            f" {safe_name(name) or 'layer'!r}."
        )
    return name
