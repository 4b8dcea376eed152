"""The register: plan edition > axis > strategy > action, and the interventions that hang below them."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class ExtentKind(models.TextChoices):
    """Where an action acts: most actions are not points."""

    WHOLE_AREA = "whole_area", _("tutto il territorio")
    CLASS_OF_PLACES = "class_of_places", _("una classe di luoghi")
    NAMED_PLACES = "named_places", _("luoghi nominati")
    TO_BE_SITED = "to_be_sited", _("da localizzare")
    UNKNOWN = "unknown", _("non noto")


class PlaceClass(models.TextChoices):
    """The classes of places that a register of the territory holds."""

    STATION = "station", _("stazioni")
    SCHOOL = "school", _("scuole")
    HOSPITAL = "hospital", _("ospedali")
    HEALTH_SITE = "health_site", _("sedi sanitarie")


def in_language(italian: str, english: str) -> str:
    """The text in the reader's language; the other one where it is missing."""
    return (english or italian) if get_language() == "en" else (italian or english)


class PlanEdition(models.Model):
    """One edition of the plan. Codes are reused with new meaning: the key is (edition, code)."""

    code = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    province_code = models.CharField(max_length=3, help_text="The territory that the plan belongs to.")
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    approved_on = models.DateField(null=True, blank=True)
    axes_declared = models.PositiveSmallIntegerField()
    strategies_declared = models.PositiveSmallIntegerField()
    actions_declared = models.PositiveSmallIntegerField()
    source_url = models.URLField(max_length=500)

    class Meta:
        ordering = ["first_year"]

    def __str__(self) -> str:
        return self.title


class Axis(models.Model):
    edition = models.ForeignKey(PlanEdition, on_delete=models.CASCADE, related_name="axes")
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=300, blank=True, help_text="Empty: not known for this edition.")
    title_plan_style = models.CharField(max_length=300, blank=True)
    short_tag = models.CharField(max_length=60, blank=True)
    pnrr_mission = models.CharField(max_length=4, blank=True)
    source_url = models.URLField(max_length=500)

    class Meta:
        ordering = ["edition", "code"]
        verbose_name_plural = "axes"
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="axis_key")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()


class Strategy(models.Model):
    edition = models.ForeignKey(PlanEdition, on_delete=models.CASCADE, related_name="strategies")
    axis = models.ForeignKey(Axis, on_delete=models.RESTRICT, related_name="strategies")
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=300)
    source_url = models.URLField(max_length=500)
    confidence = models.CharField(max_length=20)

    class Meta:
        ordering = ["edition", "code"]
        verbose_name_plural = "strategies"
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="strategy_key")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Action(models.Model):
    """An action; the title may be absent (2024 prints one sentence), the gist is our own wording."""

    class Competence(models.TextChoices):
        OWN = "own", _("competenza propria")
        OTHERS = "others", _("competenza di altri enti")
        UNKNOWN = "unknown", _("non nota")

    edition = models.ForeignKey(PlanEdition, on_delete=models.CASCADE, related_name="actions")
    strategy = models.ForeignKey(Strategy, on_delete=models.RESTRICT, related_name="actions")
    code = models.CharField(max_length=12)
    title = models.CharField(max_length=400, blank=True)
    gist_it = models.TextField(blank=True)
    gist_en = models.TextField(blank=True)
    competence = models.CharField(max_length=8, choices=Competence.choices, default=Competence.UNKNOWN)
    extent_kind = models.CharField(max_length=16, choices=ExtentKind.choices, default=ExtentKind.UNKNOWN)
    place_class = models.CharField(
        max_length=12,
        choices=PlaceClass.choices,
        blank=True,
        help_text="For a class of places; empty: a class that no register holds.",
    )
    siting_criterion_it = models.TextField(blank=True)
    siting_criterion_en = models.TextField(blank=True)
    location_stated_it = models.TextField(blank=True)
    location_stated_en = models.TextField(blank=True)
    actors_stated_it = models.TextField(blank=True)
    actors_stated_en = models.TextField(blank=True)
    source_url = models.URLField(max_length=500)
    confidence = models.CharField(max_length=20)
    excerpt_coverage = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["edition", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="action_key")]

    def __str__(self) -> str:
        return f"{self.code} {self.title or self.gist_it}"

    @property
    def gist(self) -> str:
        return in_language(self.gist_it, self.gist_en)

    @property
    def siting_criterion(self) -> str:
        return in_language(self.siting_criterion_it, self.siting_criterion_en)

    @property
    def location_stated(self) -> str:
        return in_language(self.location_stated_it, self.location_stated_en)

    @property
    def actors_stated(self) -> str:
        return in_language(self.actors_stated_it, self.actors_stated_en)


class Intervention(models.Model):
    """A local work or programme below an axis, a strategy or an action."""

    class Register(models.TextChoices):
        PLAN = "plan", _("registro del piano")
        PNRR = "pnrr", _("progetti PNRR")

    code = models.CharField(max_length=100, unique=True)
    register = models.CharField(
        max_length=8,
        choices=Register.choices,
        default=Register.PLAN,
        db_index=True,
        help_text="Counts and totals of the plan leave out what another register loaded.",
    )
    axis = models.ForeignKey(Axis, on_delete=models.PROTECT, related_name="interventions")
    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, null=True, blank=True)
    action = models.ForeignKey(
        Action, on_delete=models.PROTECT, null=True, blank=True, related_name="interventions"
    )
    kind = models.SlugField(max_length=60)
    kind_it = models.CharField(max_length=120)
    kind_en = models.CharField(max_length=120)
    programme = models.CharField(max_length=200, blank=True)
    area_text = models.CharField(max_length=200, help_text="Municipality or area as the source names it.")
    outside_territory = models.BooleanField(default=False)
    description_it = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    source_url = models.URLField(max_length=500)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.kind_label} – {self.area_text}"

    @property
    def kind_label(self) -> str:
        return in_language(self.kind_it, self.kind_en)

    @property
    def description(self) -> str:
        return in_language(self.description_it, self.description_en)

    @property
    def description_lang(self) -> str:
        """Of the text above: a project of the PNRR has its title in Italian alone."""
        return "en" if self.description == self.description_en else "it"


class CrosswalkEntry(models.Model):
    """How an action of one edition became actions of the next; codes alone say nothing."""

    class Relation(models.TextChoices):
        SAME = "same", _("la stessa")
        MERGED = "merged", _("unita")
        SPLIT = "split", _("divisa")
        DROPPED = "dropped", _("abbandonata")
        NEW = "new", _("nuova")

    earlier = models.ForeignKey(
        Action, on_delete=models.CASCADE, null=True, blank=True, related_name="became"
    )
    later = models.ForeignKey(
        Action, on_delete=models.CASCADE, null=True, blank=True, related_name="came_from"
    )
    relation = models.CharField(max_length=8, choices=Relation.choices)
    source_url = models.URLField(max_length=500)

    class Meta:
        verbose_name_plural = "crosswalk entries"
        constraints = [
            models.CheckConstraint(
                name="crosswalk_has_the_ends_of_its_relation",
                condition=models.Q(relation="dropped", earlier__isnull=False, later__isnull=True)
                | models.Q(relation="new", earlier__isnull=True, later__isnull=False)
                | models.Q(
                    relation__in=["same", "merged", "split"], earlier__isnull=False, later__isnull=False
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.earlier or '–'} → {self.later or '–'} ({self.get_relation_display()})"


class Connection(models.Model):
    """A line of the plan's tree of connections, from an action to another action, strategy or axis."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="connections")
    to_axis = models.ForeignKey(Axis, on_delete=models.CASCADE, null=True, blank=True)
    to_strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, null=True, blank=True)
    to_action = models.ForeignKey(
        Action, on_delete=models.CASCADE, null=True, blank=True, related_name="connected_from"
    )
    source_url = models.URLField(max_length=500)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="connection_has_one_end",
                condition=models.Q(to_axis__isnull=False, to_strategy__isnull=True, to_action__isnull=True)
                | models.Q(to_axis__isnull=True, to_strategy__isnull=False, to_action__isnull=True)
                | models.Q(to_axis__isnull=True, to_strategy__isnull=True, to_action__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.action.code} → {self.to_axis or self.to_strategy or self.to_action}"
