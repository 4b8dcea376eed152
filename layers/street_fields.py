"""Fields of a line layer that say who may use a street, named by the user or as OpenStreetMap names them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from layers.errors import StreetsRefused
from layers.fields import safe_name
from layers.sources import Source
from layers.street_lines import TAG_KEYS

Row = Mapping[str, str | None]
ONEWAY_WORDS = frozenset({"yes", "true", "1", "no", "false", "0", "-1", "reverse"})
_LISTED = 20


@dataclass(frozen=True)
class StreetFields:
    """Names of fields in the file; one left out is looked for under its OpenStreetMap name.

    `forward` and `backward` are values of `oneway`; any other value is a street of two ways. Without them the
    field is read as OpenStreetMap's. `speed` is what cars drive, in km/h. `classes` are pairs of a value of
    `street_class` and the `highway` class that it stands for. `altitudes` are the fields of the line's first
    and last end, in metres.
    """

    oneway: str | None = None
    forward: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()
    speed: str | None = None
    street_class: str | None = None
    classes: tuple[tuple[str, str], ...] = ()
    altitudes: tuple[str, str] | None = None

    def named(self) -> dict[str, str]:
        """What the user named, by the key under which the reader keeps it."""
        from_to = self.altitudes or (None, None)
        names = {
            "oneway": self.oneway,
            "speed_kmh": self.speed,
            "highway": self.street_class,
            "z_from": from_to[0],
            "z_to": from_to[1],
        }
        return {key: name for key, name in names.items() if name is not None}


@dataclass
class FieldReader:
    """The columns of one source, and the values of the named ones as they come by."""

    fields: StreetFields
    source: Source
    seen: Counter[str] = field(default_factory=Counter)
    classes_seen: Counter[str] = field(default_factory=Counter)
    not_numbers: int = 0

    def positions(self) -> dict[str, int]:
        """Key -> position of its column; a name that the file has not is refused."""
        by_name = {safe_name(name): position for position, name in enumerate(self.source.columns)}
        found = {key: by_name[safe_name(key)] for key in TAG_KEYS if safe_name(key) in by_name}
        for key, name in self.fields.named().items():
            if safe_name(name) not in by_name:
                listed = ", ".join(self.source.columns[:_LISTED]) or "no field at all"
                raise StreetsRefused(
                    f"Expected a field {name!r} in {self.source.path.name}, found {listed}: name one of these."
                )
            found[key] = by_name[safe_name(name)]
        return found

    def tags(self, row: Row) -> dict[str, str]:
        """The row as tags of OpenStreetMap."""
        tags = {key: value for key, value in row.items() if value and key in TAG_KEYS}
        if self.fields.oneway is not None:
            tags["oneway"] = self._oneway(row.get("oneway") or "")
        if self.fields.street_class is not None and "highway" in tags:
            self.classes_seen[tags["highway"]] += 1
            tags["highway"] = dict(self.fields.classes).get(tags["highway"], tags["highway"])
        if "speed_kmh" in tags and not (self.number(tags["speed_kmh"]) or 0) > 0:
            self.not_numbers += 1
            del tags["speed_kmh"]
        return tags

    def number(self, text: str | None) -> float | None:
        try:
            return float((text or "").replace(",", "."))
        except ValueError:
            return None

    def check_values(self) -> None:
        """Values that the user gave and that no row has are a slip: the streets would all be two-way."""
        given = {*self.fields.forward, *self.fields.backward}
        self._check(given, self.seen, self.fields.oneway)
        self._check({value for value, _ in self.fields.classes}, self.classes_seen, self.fields.street_class)

    def _check(self, given: set[str], seen: Counter[str], name: str | None) -> None:
        missing = sorted(given - set(seen))
        if missing:
            values = ", ".join(repr(value) for value, _ in seen.most_common(_LISTED)) or "no value"
            raise StreetsRefused(
                f"Expected {', '.join(missing)} among the values of {name or 'a field that was not named'} in "
                f"{self.source.path.name}, found {values}: name values that occur."
            )

    def _oneway(self, value: str) -> str:
        self.seen[value] += 1
        if self.fields.forward or self.fields.backward:
            return "yes" if value in self.fields.forward else "-1" if value in self.fields.backward else "no"
        if value and value.lower() not in ONEWAY_WORDS:
            raise StreetsRefused(
                f"Expected yes, no or -1 in {self.fields.oneway} of {self.source.path.name}, found {value!r}: "
                "say which values are one-way in the line's direction and which against it."
            )
        return value.lower() or "no"
