"""Who may edit where; gisplan.plan.rights decides what follows from it."""

from django.conf import settings
from django.db import models

from gisplan.territory.models import Municipality


class Editorship(models.Model):
    """A municipal editor edits the interventions of this municipality."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="editorships")
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="editorships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "municipality"], name="one_editorship_per_municipality")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.municipality}"
