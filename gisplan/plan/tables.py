"""The tables in which the register is exchanged: seeds and imports have the same columns."""

from dataclasses import dataclass, field

from django.db.models import Field, Model

from gisplan.plan.models import (
    Action,
    Axis,
    Claim,
    Connection,
    Intervention,
    PlanEdition,
    PlanPlace,
    Strategy,
)
from gisplan.territory.models import HealthSite, Hospital, Municipality, School, Station, Zone


@dataclass(frozen=True)
class Reference:
    """Columns that together name a row of `model` by the fields of its key."""

    columns: tuple[str, ...]
    model: type[Model]
    key: tuple[str, ...]
    where: str = ""  # what holds the rows that may be named, for the sentence of a refusal
    required: bool = True
    only_if: tuple[str, str] | None = None  # a column and the value that it must have


@dataclass(frozen=True)
class Table:
    """One table: a row becomes an object, or one part of the object that its key names.

    The parts of an object (its places, the interventions of a claim) are replaced together.
    """

    name: str
    key: Reference
    fields: dict[str, str]  # column -> field
    references: dict[str, Reference] = field(default_factory=dict)  # field -> what it refers to
    part: type[Model] | None = None
    ignored: frozenset[str] = frozenset()  # columns that another table holds as claims

    @property
    def model(self) -> type[Model]:
        """What a row becomes."""
        return self.part or self.key.model

    @property
    def columns(self) -> list[str]:
        referring = [column for reference in self.references.values() for column in reference.columns]
        return list(dict.fromkeys([*self.key.columns, *referring, *self.fields, *sorted(self.ignored)]))

    @property
    def required_columns(self) -> list[str]:
        """A column may be missing where its field may be empty; what is missing is left as it is."""
        referring = [c for r in self.references.values() if r.required for c in r.columns]
        plain = [c for c, name in self.fields.items() if not may_be_empty(self.model, name)]
        return list(dict.fromkeys([*self.key.columns, *referring, *plain]))


def may_be_empty(model: type[Model], field_name: str) -> bool:
    described = model._meta.get_field(field_name)
    return isinstance(described, Field) and (described.blank or described.null or described.has_default())


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _edition(table: str = "plan_editions") -> Reference:
    return Reference(("plan_edition",), PlanEdition, ("code",), table)


def _axis(column: str = "axis_code", *, required: bool = True) -> Reference:
    return Reference(("plan_edition", column), Axis, ("edition__code", "code"), "axes", required)


def _strategy(column: str = "strategy_code", *, required: bool = True) -> Reference:
    key = ("edition__code", "code")
    return Reference(("plan_edition", column), Strategy, key, "strategies", required)


def _action(
    column: str = "action_code", *, edition: str = "plan_edition", required: bool = True
) -> Reference:
    return Reference((edition, column), Action, ("edition__code", "code"), "actions", required)


def _intervention(column: str = "intervention") -> Reference:
    return Reference((column,), Intervention, ("code",), "interventions")


def _place(kind: str, model: type[Model], key: str = "code") -> Reference:
    where = "the territory (`gisplan load_territory` loads it)"
    return Reference(("place_code",), model, (key,), where, required=False, only_if=("place_kind", kind))


_PLACES: dict[str, Reference] = {
    "municipality": Reference(
        ("istat_code",),
        Municipality,
        ("istat_code",),
        "the territory (`gisplan load_territory` loads it)",
        required=False,
    ),
    "station": _place("station", Station),
    "school": _place("school", School),
    "health_site": _place("health_site", HealthSite),
    "hospital": _place("hospital", Hospital),
    "zone": _place("zone", Zone, "number"),
}
_PLACE_FIELDS = {
    "place_kind": "kind",
    "place_text": "area_text_it",
    "place_text_en": "area_text_en",
    "precision": "precision",
}

TABLES = (
    Table(
        "plan_editions",
        Reference(("code",), PlanEdition, ("code",)),
        {
            "territory": "province_code",
            "period_start": "first_year",
            "period_end": "last_year",
            **_same("code", "title", "approved_on", "axes_declared", "strategies_declared"),
            **_same("actions_declared", "source_url"),
        },
    ),
    Table(
        "axes",
        _axis("code"),
        _same("code", "title", "title_plan_style", "short_tag", "pnrr_mission", "source_url"),
        {"edition": _edition()},
    ),
    Table(
        "strategies",
        _strategy("code"),
        _same("code", "title", "source_url", "confidence"),
        {"edition": _edition(), "axis": _axis()},
    ),
    Table(
        "actions",
        _action("code"),
        {
            "location_stated": "location_stated_en",
            "actors_stated": "actors_stated_en",
            "siting_criterion": "siting_criterion_en",
            **_same("code", "title", "gist_it", "gist_en", "location_stated_it", "actors_stated_it"),
            **_same("competence", "extent_kind", "place_class", "siting_criterion_it"),
            **_same("source_url", "confidence", "excerpt_coverage"),
        },
        {"edition": _edition(), "strategy": _strategy()},
    ),
    Table(
        "interventions",
        _intervention("code"),
        {
            **_same("code", "kind", "kind_it", "kind_en", "programme", "area_text", "outside_territory"),
            **_same("description_it", "description_en", "source_url"),
        },
        {
            "axis": _axis(),
            "strategy": _strategy(required=False),
            "action": _action(required=False),
        },
        ignored=frozenset({"state_as_printed", "state_as_of"}),
    ),
    Table(
        "intervention_places",
        _intervention(),
        _PLACE_FIELDS,
        {"intervention": _intervention(), **_PLACES},
        part=PlanPlace,
    ),
    Table("action_places", _action(), _PLACE_FIELDS, {"action": _action(), **_PLACES}, part=PlanPlace),
    Table(
        "claims",
        Reference(("code",), Claim, ("code",)),
        {
            "as_printed": "as_printed_en",
            "scope": "scope_en",
            **_same("code", "kind", "amount_eur", "state", "as_printed_it", "as_of", "as_of_date"),
            **_same("scope_it", "source_url"),
        },
    ),
    Table(
        "claim_interventions",
        Reference(("claim",), Claim, ("code",), "claims"),
        {},
        {"claim": Reference(("claim",), Claim, ("code",), "claims"), "intervention": _intervention()},
        part=Claim.interventions.through,
    ),
    Table(
        "claim_actions",
        Reference(("claim",), Claim, ("code",), "claims"),
        {},
        {"claim": Reference(("claim",), Claim, ("code",), "claims"), "action": _action()},
        part=Claim.actions.through,
    ),
    Table(
        "connections",
        _action(),
        {"source_url": "source_url"},
        {
            "action": _action(),
            "to_axis": _axis("to_axis_code", required=False),
            "to_strategy": _strategy("to_strategy_code", required=False),
            "to_action": _action("to_action_code", required=False),
        },
        part=Connection,
    ),
)
BY_NAME = {table.name: table for table in TABLES}
#: The seeds hold these; the others wait for the owner.
SEED_TABLES = tuple(
    BY_NAME[name]
    for name in (
        "plan_editions",
        "axes",
        "strategies",
        "actions",
        "interventions",
        "intervention_places",
        "claims",
        "claim_interventions",
    )
)
