"""Layers, their versions, and the imports that made them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Layer(models.Model):
    """A named set of features; the view `layers.<name>` in the database shows its current version."""

    name = models.SlugField(_("name"), max_length=50, unique=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=100, blank=True)
    reference_date = models.DateField(_("reference date"), null=True, blank=True)
    owner = models.CharField(_("owner"), max_length=150, blank=True)
    is_public = models.BooleanField(_("public"), default=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("layer")
        verbose_name_plural = _("layers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def current(self) -> "Version | None":
        return self.versions.filter(is_current=True).first()


class Version(models.Model):
    """One import of a layer, in its own typed table of the PostgreSQL schema `layers`."""

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
    is_current = models.BooleanField(_("current"), default=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

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


class ImportRun(models.Model):
    """One attempt to import a file, stored or refused, with its report."""

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        STORED = "stored", _("stored")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    layer = models.ForeignKey(
        Layer, models.SET_NULL, related_name="runs", null=True, blank=True, verbose_name=_("layer")
    )
    file_name = models.CharField(_("file"), max_length=255)
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

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.code if self.feature is None else f"{self.code} ({self.feature})"
