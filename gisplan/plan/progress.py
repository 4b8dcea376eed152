"""How far the plan is: the latest claim up to a year; where there is none the answer is 'not known'."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from gisplan.plan.dates import with_dates_in_words
from gisplan.plan.models import Claim, Intervention


@dataclass(frozen=True)
class LatestClaims:
    """The latest amount and the latest state that a source states; None: not known."""

    amount: Claim | None
    state: Claim | None

    @property
    def state_text(self) -> str:
        """One of the states in use, or else the words of the source."""
        if self.state is None:
            return _("non noto")
        return (
            str(self.state.get_state_display())
            if self.state.state
            else with_dates_in_words(self.state.as_printed)
        )


def latest_claims(intervention: Intervention, *, until_year: int | None = None) -> LatestClaims:
    claims = list(intervention.claims.all())
    return LatestClaims(
        amount=latest(claims, Claim.Kind.AMOUNT, until_year=until_year),
        state=latest(claims, Claim.Kind.STATE, until_year=until_year),
    )


def latest(claims: Iterable[Claim], kind: Claim.Kind, *, until_year: int | None = None) -> Claim | None:
    """The latest claim of a kind; one without a date comes before all others and belongs to no year."""
    found = [claim for claim in claims if claim.kind == kind and _counts(claim, until_year)]
    return max(found, key=order, default=None)


def order(claim: Claim) -> tuple[date, str]:
    """From the earliest to the latest; of two of one date the code decides, so that it never wavers."""
    return (claim.as_of_date or date.min, claim.code)


def states(interventions: Iterable[Intervention], *, until_year: int | None = None) -> Counter[str]:
    """How many interventions stand in which state; '' counts those whose state is not known."""
    found = (latest_claims(one, until_year=until_year).state for one in interventions)
    return Counter(claim.state if claim else "" for claim in found)


def _counts(claim: Claim, until_year: int | None) -> bool:
    if until_year is None:
        return True
    return claim.as_of_date is not None and claim.as_of_date.year <= until_year
