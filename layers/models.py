"""Layers, their versions, and the imports that made them."""

from typing import Any, ClassVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from layers import roles


class Layer(models.Model):
    """A named set of features; the view `layers.<name>` in the database shows its current version."""

    name = models.SlugField(_("name"), max_length=50, unique=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=100, blank=True)
    reference_date = models.DateField(_("reference date"), null=True, blank=True)
    owner = models.CharField(_("owner"), max_length=150, blank=True)
    is_public = models.BooleanField(_("public"), default=False)
    style = models.JSONField(_("style"), default=dict, blank=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("layer")
        verbose_name_plural = _("layers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.title or self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """The role of the database follows `is_public`."""
        super().save(*args, **kwargs)
        roles.follow(self.name, public=self.is_public)

    @property
    def current(self) -> "Version | None":
        return self.versions.filter(is_current=True).first()


class Mode(models.TextChoices):
    """What an import does with the features that the layer has."""

    REPLACE = "replace", _("replace")
    APPEND = "append", _("append")
    UPSERT = "upsert", _("update or add by key")


class Version(models.Model):
    """One import of a layer, in its own typed table of the PostgreSQL schema `layers`.

    Staged until it is published: a row with no `published` has a table, and no view shows it.
    """

    layer = models.ForeignKey(Layer, models.PROTECT, related_name="versions", verbose_name=_("layer"))
    number = models.PositiveIntegerField(_("number"))
    table_name = models.CharField(_("table"), max_length=63, unique=True)
    geometry_type = models.CharField(_("geometry type"), max_length=20)
    srid = models.PositiveIntegerField(_("SRID of the source"))
    stored_srid = models.PositiveIntegerField(_("stored SRID"))
    feature_count = models.PositiveIntegerField(_("features"))
    bbox = models.JSONField(_("box in EPSG:4326"))
    columns = models.JSONField(_("columns"))
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    options = models.JSONField(_("options of the import"), default=dict)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.REPLACE)
    key = models.CharField(_("key column"), max_length=63, blank=True)
    based_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("based on")
    )
    difference = models.JSONField(_("difference"), default=dict, blank=True)
    is_current = models.BooleanField(_("current"), default=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    published = models.DateTimeField(_("first published"), null=True, blank=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ("layer", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["layer", "number"], name="layers_version_number"),
            models.UniqueConstraint(
                fields=["layer"], condition=models.Q(is_current=True), name="layers_version_one_current"
            ),
        ]

    def __str__(self) -> str:
        return self.table_name


class Publication(models.Model):
    """A version became the current one: published first, or taken back."""

    class Kind(models.TextChoices):
        PUBLISH = "publish", _("published")
        ROLLBACK = "rollback", _("taken back")

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="publications", verbose_name=_("layer"))
    version = models.ForeignKey(
        Version, models.CASCADE, related_name="publications", verbose_name=_("version")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    who = models.CharField(_("who"), max_length=150, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.version} ({self.kind})"


class ImportRun(models.Model):
    """One attempt to import a file, stored or refused, with its report."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        STAGED = "staged", _("staged")
        DISCARDED = "discarded", _("discarded")
        STORED = "stored", _("stored")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    layer = models.ForeignKey(
        Layer, models.SET_NULL, related_name="runs", null=True, blank=True, verbose_name=_("layer")
    )
    version = models.ForeignKey(
        Version, models.SET_NULL, related_name="runs", null=True, blank=True, verbose_name=_("version")
    )
    file_name = models.CharField(_("file"), max_length=255)
    options = models.JSONField(_("options"), default=dict, blank=True)
    progress = models.JSONField(_("progress"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RUNNING)
    report = models.JSONField(_("report"), default=dict)
    who = models.CharField(_("who"), max_length=150, blank=True)
    started = models.DateTimeField(_("started"), auto_now_add=True)
    finished = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-started",)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.status})"


class ImportIssue(models.Model):
    """One thing noted, repaired or left out; the codes are in docs/issue_codes.md."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="issues", verbose_name=_("import"))
    code = models.CharField(_("code"), max_length=40)
    feature = models.PositiveBigIntegerField(_("feature"), null=True, blank=True)
    before = models.TextField(_("before"), null=True, blank=True)
    after = models.TextField(_("after"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.code if self.feature is None else f"{self.code} ({self.feature})"
