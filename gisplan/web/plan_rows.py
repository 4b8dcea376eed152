"""Interventions and amounts as the tables show them; an amount that covers several is shown once."""

from collections.abc import Iterable
from dataclasses import dataclass

from gisplan.plan.models import Claim, Intervention, PlanPlace
from gisplan.plan.progress import LatestClaims, latest_claims
from gisplan.web.axes import AxisLink


@dataclass(frozen=True)
class InterventionRow:
    """One intervention with the latest it is known of; `own_amount` is none where the amount is shared."""

    intervention: Intervention
    places: list[PlanPlace]
    claims: LatestClaims

    @property
    def own_amount(self) -> Claim | None:
        amount = self.claims.amount
        return None if amount is None or amount.is_shared else amount

    @property
    def shared_amount(self) -> Claim | None:
        amount = self.claims.amount
        return amount if amount is not None and amount.is_shared else None


@dataclass(frozen=True)
class MapRow:
    """What a mark of the overview says, in one line of a table; `url` is its line in the table of its axis."""

    code: str
    kind: str
    axis: str
    places: str
    url: str


def map_rows(interventions: Iterable[Intervention], axes: Iterable[AxisLink]) -> list[MapRow]:
    """Axis by axis."""
    links = {link.code: link for link in axes}
    return [
        MapRow(
            code=one.code,
            kind=one.kind_label,
            axis=f"{one.axis.code}. {links[one.axis.code].short}",
            places=", ".join(dict.fromkeys(filter(None, map(_place_words, one.places.all())))),
            url=f"{links[one.axis.code].url}#{one.code}",
        )
        for one in sorted(interventions, key=lambda one: (one.axis.code, one.code))
    ]


def _place_words(place: PlanPlace) -> str:
    return str(place.municipality or place.zone or place.area_text or "")


def intervention_rows(
    interventions: Iterable[Intervention], *, until_year: int | None = None
) -> list[InterventionRow]:
    return [
        InterventionRow(one, list(one.places.all()), latest_claims(one, until_year=until_year))
        for one in interventions
    ]


def shared_amounts(rows: Iterable[InterventionRow]) -> list[Claim]:
    """The amounts that cover several interventions, each once."""
    return list({row.shared_amount.pk: row.shared_amount for row in rows if row.shared_amount}.values())
