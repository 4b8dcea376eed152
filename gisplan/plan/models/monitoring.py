"""Figures and states as dated, sourced claims: printed figures contradict each other, none is overwritten."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from gisplan.plan.models.register import Action, Intervention, in_language


class Claim(models.Model):
    """What one source said on one date; it may cover many interventions and is then never split."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("importo")
        STATE = "state", _("stato")

    class State(models.TextChoices):
        NOT_STARTED = "not_started", _("non avviata")
        PARTLY_DONE = "partly_done", _("realizzata in parte")
        CHANGED = "changed", _("modificata in corso")
        DONE = "done", _("realizzata")
        DROPPED = "dropped", _("abbandonata")
        UNKNOWN = "", _("non noto")

    code = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    amount_eur = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    state = models.CharField(max_length=12, choices=State.choices, blank=True)
    as_printed_it = models.CharField(max_length=400, blank=True)
    as_printed_en = models.CharField(max_length=400, blank=True)
    as_of = models.CharField(max_length=40, help_text="The date as the source states it.")
    as_of_date = models.DateField(null=True, blank=True, help_text="First day of that period.")
    scope_it = models.CharField(max_length=200, blank=True, help_text="What the figure or the state covers.")
    scope_en = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(max_length=500)
    interventions = models.ManyToManyField(Intervention, blank=True, related_name="claims")
    actions = models.ManyToManyField(Action, blank=True, related_name="claims")

    class Meta:
        ordering = ["as_of_date", "code"]
        constraints = [
            models.CheckConstraint(
                name="amount_claims_have_an_amount",
                condition=models.Q(kind="state") | models.Q(kind="amount", amount_eur__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.as_printed}"

    @property
    def as_printed(self) -> str:
        return in_language(self.as_printed_it, self.as_printed_en)

    @property
    def scope(self) -> str:
        return in_language(self.scope_it, self.scope_en)

    @property
    def is_shared(self) -> bool:
        """It covers more than one thing, and no share of any is known."""
        return len(self.interventions.all()) + len(self.actions.all()) > 1
