"""What the open data of the PNRR say, kept beside the interventions that are made of it."""

from django.db import models

from gisplan.plan.models.register import Intervention
from gisplan.territory.models import Municipality, Source


class PnrrProject(models.Model):
    """A project by CUP and local code; without an intervention where no axis has its mission, or deleted."""

    cup = models.CharField(max_length=20)
    local_code = models.CharField(max_length=100)
    mission = models.CharField(max_length=4, db_index=True)
    component = models.CharField(max_length=10)
    submeasure = models.CharField(max_length=40)
    submeasure_title = models.CharField(max_length=400, blank=True)
    title = models.CharField(max_length=400, blank=True)
    summary = models.TextField(blank=True)
    implementer = models.CharField(max_length=300, blank=True)
    cup_state = models.CharField(max_length=20, blank=True)
    total_eur = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    pnrr_eur = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    updated_on = models.DateField(null=True, blank=True)
    intervention = models.OneToOneField(
        Intervention, on_delete=models.SET_NULL, null=True, blank=True, related_name="pnrr_project"
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        ordering = ["cup", "local_code"]
        verbose_name = "PNRR project"
        constraints = [models.UniqueConstraint(fields=["cup", "local_code"], name="pnrr_project_key")]

    def __str__(self) -> str:
        return f"{self.cup} {self.title}"


class PnrrLocalisation(models.Model):
    """A municipality in which a project acts, with no share of its amount; it may come before its project."""

    cup = models.CharField(max_length=20)
    local_code = models.CharField(max_length=100)
    istat_code = models.CharField(
        max_length=6, blank=True, help_text="Empty: the file names no municipality."
    )
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, related_name="pnrr_localisations"
    )
    address = models.CharField(max_length=300, blank=True)
    submeasure = models.CharField(max_length=40)
    mission = models.CharField(max_length=4, db_index=True)
    extracted_on = models.DateField(null=True, blank=True)
    project = models.ForeignKey(
        PnrrProject, on_delete=models.SET_NULL, null=True, blank=True, related_name="localisations"
    )
    placed = models.BooleanField(
        default=False, help_text="Its place was made once; a deleted one stays away."
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        ordering = ["cup", "local_code", "istat_code"]
        verbose_name = "PNRR localisation"
        constraints = [
            models.UniqueConstraint(fields=["cup", "local_code", "istat_code"], name="pnrr_localisation_key")
        ]

    def __str__(self) -> str:
        return f"{self.cup} {self.istat_code}"
