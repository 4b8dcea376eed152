"""Where the plan touches the ground."""

from typing import Any

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from gisplan.plan.models.register import Action, Axis, Intervention, in_language
from gisplan.territory.models import HealthSite, Hospital, Municipality, Precision, School, Station, Zone
from layers.models import Layer


class PlanPlace(models.Model):
    """One place of one action or intervention, with how well it is known.

    The municipality is kept beside a station, school or site, so that 'what does the plan do here'
    is one query; a group whose members are not listed has its name in `area_text` and nothing else.
    """

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("comune")
        ZONE = "zone", _("zona omogenea")
        STATION = "station", _("stazione")
        SCHOOL = "school", _("scuola")
        HEALTH_SITE = "health_site", _("sede sanitaria")
        HOSPITAL = "hospital", _("ospedale")
        GEOMETRY = "geometry", _("area disegnata")
        AREA = "area", _("gruppo di comuni")

    intervention = models.ForeignKey(
        Intervention, on_delete=models.CASCADE, null=True, blank=True, related_name="places"
    )
    action = models.ForeignKey(Action, on_delete=models.CASCADE, null=True, blank=True, related_name="places")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_places"
    )
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, null=True, blank=True)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_places"
    )
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True)
    health_site = models.ForeignKey(HealthSite, on_delete=models.PROTECT, null=True, blank=True)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, null=True, blank=True)
    geometry = models.GeometryField(srid=settings.STORED_SRID, null=True, blank=True)
    area_text_it = models.CharField(
        max_length=300, blank=True, help_text="Place or address as the source states it."
    )
    area_text_en = models.CharField(max_length=300, blank=True)
    precision = models.CharField(max_length=12, choices=Precision.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="place_of_an_action_or_an_intervention",
                condition=models.Q(intervention__isnull=True, action__isnull=False)
                | models.Q(intervention__isnull=False, action__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return str(self.registered or self.zone or self.area_text or self.municipality)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.municipality is None and self.registered is not None:
            self.municipality = self.registered.municipality
        super().save(*args, **kwargs)

    @property
    def area_text(self) -> str:
        return in_language(self.area_text_it, self.area_text_en)

    @property
    def registered(self) -> Station | School | HealthSite | Hospital | None:
        """The place of a register that this is, where it is known."""
        return self.station or self.school or self.health_site or self.hospital


class AxisLayer(models.Model):
    """An axis shows an imported layer; `layers` itself knows no plan."""

    axis = models.ForeignKey(Axis, on_delete=models.CASCADE, related_name="axis_layers")
    layer = models.ForeignKey(Layer, on_delete=models.CASCADE)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["axis", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["axis", "layer"], name="layer_once_per_axis")]

    def __str__(self) -> str:
        return f"{self.axis.code}: {self.layer}"
