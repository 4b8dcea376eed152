"""What is computed and kept: the street networks, the runs, and the bands of the catchments."""

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from gisplan.territory.models import Station


class StreetNetwork(models.Model):
    """A loaded street network; its arrays lie in the state folder, named by their digest."""

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, help_text="osm, graphml or lines.")
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, help_text="Of the arrays: the folder's name.")
    srid = models.PositiveIntegerField(help_text="Of the coordinates of the arrays, in metres.")
    nodes = models.PositiveIntegerField()
    edges = models.PositiveIntegerField()
    components = models.PositiveIntegerField()
    dropped = models.JSONField(
        default=dict, help_text="Reason -> count of what the file had and the network has not."
    )
    extent = models.PolygonField(srid=4326)
    covers_territory = models.BooleanField()
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-loaded_at"]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """A kept result: what was computed, from what, by which engine; the same inputs give the same digest."""

    method = models.CharField(max_length=40)
    parameters = models.JSONField()
    editions = models.JSONField(help_text="Kind of edition -> code.")
    input_digest = models.CharField(max_length=64)
    content_digest = models.CharField(max_length=64)
    engine_version = models.CharField(max_length=20)
    result = models.JSONField(
        default=dict, blank=True, help_text="Tables and features; empty where the result is bands."
    )
    inputs = models.JSONField(
        default=dict, blank=True, help_text="Part of the inputs -> its digest when this was computed."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_asked_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["-last_asked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.method} {self.pk}"


class Band(models.Model):
    """The catchment of a station within some minutes, cumulative from 0, and what lies in it.

    A count is null where none was found and the register is not complete: not known, never 'none'.
    """

    class Method(models.TextChoices):
        NETWORK = "network", _("sulla rete stradale")
        STRAIGHT_LINE = "straight_line", _("in linea d'aria")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="bands")
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="bands")
    mode = models.CharField(max_length=8)
    speed_kmh = models.FloatField()
    minutes = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=16, choices=Method.choices)
    connector_m = models.FloatField(null=True)
    network_name = models.CharField(max_length=120, blank=True)
    touches_border = models.BooleanField(
        help_text="The band reaches the end of the network: it may be larger."
    )
    people = models.FloatField(null=True)
    people_0_14 = models.FloatField(null=True)
    people_15_64 = models.FloatField(null=True)
    people_65_plus = models.FloatField(null=True)
    people_source = models.CharField(max_length=20)
    cell_share = models.FloatField(help_text="Share of the band's area that cells cover.")
    schools = models.PositiveIntegerField(null=True)
    hospitals = models.PositiveIntegerField(null=True)
    health_sites = models.PositiveIntegerField(null=True)
    interventions = models.PositiveIntegerField(null=True)
    geometry = models.MultiPolygonField(srid=settings.STORED_SRID)

    class Meta:
        ordering = ["station", "minutes"]
        constraints = [
            models.UniqueConstraint(fields=["run", "station", "minutes"], name="one_band_per_run_and_minutes")
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.minutes} min"


class HubService(models.Model):
    """How often a station is served by one group of vehicles, as somebody found it: no register tells it."""

    class ModeGroup(models.TextChoices):
        RAIL = "rail", _("treno o metropolitana")
        TRAM = "tram", _("tram o autobus in sede propria")
        BUS = "bus", _("autobus")

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="services")
    mode_group = models.CharField(max_length=8, choices=ModeGroup.choices)
    headway_min = models.FloatField()
    source = models.CharField(max_length=300)
    entered_at = models.DateTimeField(auto_now=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["station__code", "mode_group"]
        constraints = [
            models.UniqueConstraint(fields=["station", "mode_group"], name="one_headway_per_mode_group"),
            models.CheckConstraint(
                name="a_headway_has_minutes_and_a_source",
                condition=models.Q(headway_min__gt=0, headway_min__lte=1440) & ~models.Q(source=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.mode_group} {self.headway_min:g} min"


class Scenario(models.Model):
    """What somebody would change about the hubs and the streets, under a name; computed, it is a Run."""

    class Mode(models.TextChoices):
        WALK = "walk", _("a piedi")
        BIKE = "bike", _("in bicicletta")
        CAR = "car", _("in auto")

    name = models.CharField(max_length=120, unique=True)
    note = models.TextField(blank=True)
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.WALK)
    minutes = models.PositiveSmallIntegerField(default=10)
    service = models.CharField(max_length=80, blank=True, help_text="Whose sites change; empty: hubs.")
    age_group = models.CharField(
        max_length=10, blank=True, help_text="Of whom, for a service: 6-10, 65+, all."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ScenarioChange(models.Model):
    """One change: a hub added, moved or closed, or a link between two points for people on foot and by bike."""

    class Kind(models.TextChoices):
        ADD = "add", _("nuovo polo")
        MOVE = "move", _("polo spostato")
        CLOSE = "close", _("polo chiuso")
        LINK = "link", _("nuovo collegamento")

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120, blank=True)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, null=True, blank=True)
    location = models.PointField(srid=settings.STORED_SRID, null=True, blank=True)
    to_location = models.PointField(srid=settings.STORED_SRID, null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="a_change_has_what_its_kind_needs",
                condition=models.Q(kind="add", location__isnull=False, station__isnull=True)
                | models.Q(kind="move", location__isnull=False, station__isnull=False)
                | models.Q(kind="close", location__isnull=True, station__isnull=False)
                | models.Q(
                    kind="link", location__isnull=False, to_location__isnull=False, station__isnull=True
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name or self.station or ''}".strip()


class SitingJob(models.Model):
    """A siting problem that the worker solves: how far it is, and the Run or the sentence that it ended with."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("in attesa")
        RUNNING = "running", _("in corso")
        DONE = "done", _("finito")
        REFUSED = "refused", _("non si può calcolare")
        FAILED = "failed", _("interrotto")

    parameters = models.JSONField(help_text="Of the request.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    progress = models.JSONField(default=dict, help_text="seconds, best, bound, as far as they are known.")
    refusal = models.JSONField(default=dict, help_text="sentence, field, found, expected.")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now=True, help_text="When the worker last wrote.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.parameters.get('problem', '')} {self.pk}"
