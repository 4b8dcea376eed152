"""What the seed tables have put into the register."""

from django.db import models


class SeedRow(models.Model):
    """A row that the seeds loaded, as it was then.

    The seeds rewrite or remove only what they loaded, and never a row that the owner has taken over
    by changing or deleting it.
    """

    table = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    taken_over = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="one_seed_row_per_key")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
