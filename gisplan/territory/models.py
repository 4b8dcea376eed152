"""What is where, at which date: municipalities, people, zones, classes and the registers of places."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from layers.models import Layer

AGES = 101  # single years of age, 0 to 100 and over


class Source(models.Model):
    """Where a row comes from: publisher, licence, date."""

    code = models.SlugField(unique=True)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200)
    licence = models.CharField(max_length=100)
    reference_date = models.CharField(max_length=40, blank=True)
    url = models.URLField(max_length=500, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class TerritoryEdition(models.Model):
    """The municipalities as they stood between two dates; boundaries and population name their edition.

    Mergers and new municipalities make a new edition: Val di Chy exists from 2019, its three
    predecessors until then. A figure always says on which edition it stands.
    """

    code = models.CharField(max_length=20, unique=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    input_digest = models.CharField(max_length=64)
    unmatched = models.JSONField(
        default=list, help_text="Municipalities missing from one table, with the reason."
    )

    class Meta:
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return self.code


class Municipality(models.Model):
    """A municipality through time; what changes (boundary, people, class, zone) hangs below it."""

    istat_code = models.CharField(max_length=6, unique=True)
    name = models.CharField(max_length=120)
    province_code = models.CharField(max_length=3, db_index=True)
    province_name = models.CharField(max_length=80)
    in_territory = models.BooleanField(db_index=True, help_text="False: a neighbour in the margin.")
    altitude_m = models.IntegerField(null=True, blank=True)
    altimetric_zone = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["name", "istat_code"]
        verbose_name_plural = "municipalities"

    def __str__(self) -> str:
        return self.name


class MunicipalTerrain(models.Model):
    """Altitude and altimetric zone of any municipality of Italy, loaded or not, as ISTAT states them."""

    istat_code = models.CharField(max_length=6, unique=True)
    altitude_m = models.IntegerField()
    altimetric_zone = models.PositiveSmallIntegerField()
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        verbose_name_plural = "municipal terrain"

    def __str__(self) -> str:
        return f"{self.istat_code}: {self.altitude_m} m, zone {self.altimetric_zone}"


class MunicipalityBoundary(models.Model):
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="boundaries")
    edition = models.ForeignKey(TerritoryEdition, on_delete=models.CASCADE, related_name="boundaries")
    geometry = models.MultiPolygonField(srid=settings.STORED_SRID)
    area_km2 = models.FloatField()

    class Meta:
        verbose_name_plural = "municipality boundaries"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "edition"], name="one_boundary_per_edition")
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.edition}"


class Population(models.Model):
    """Residents on one date by sex and single year of age (index = age, the last is 100 and over)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="populations")
    edition = models.ForeignKey(TerritoryEdition, on_delete=models.CASCADE, related_name="populations")
    reference_date = models.DateField()
    females = ArrayField(models.IntegerField(), size=AGES)
    males = ArrayField(models.IntegerField(), size=AGES)
    people = models.IntegerField()
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "reference_date"], name="one_population_per_municipality_and_date"
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.reference_date:%Y}: {self.people}"

    def people_between(self, first_age: int, last_age: int) -> int:
        """Residents from first_age to last_age, both included."""
        years = slice(first_age, last_age + 1)
        return sum(self.females[years]) + sum(self.males[years])


class SnaiClass(models.Model):
    """The official SNAI class of a municipality in one SNAI edition; computed classes live elsewhere."""

    class Letter(models.TextChoices):
        A = "A", _("Polo")
        B = "B", _("Polo intercomunale")
        C = "C", _("Cintura")
        D = "D", _("Intermedio")
        E = "E", _("Periferico")
        F = "F", _("Ultraperiferico")

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="snai_classes")
    snai_edition = models.CharField(max_length=4)
    letter = models.CharField(max_length=1, choices=Letter.choices)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        verbose_name_plural = "SNAI classes"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "snai_edition"], name="one_snai_class_per_edition"
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality} {self.snai_edition}: {self.letter}"

    @property
    def is_inner(self) -> bool:
        return self.letter in "DEF"


class NationalSnaiClass(models.Model):
    """The official class of any municipality of Italy, loaded or not, from a table of the whole country."""

    istat_code = models.CharField(max_length=6)
    snai_edition = models.CharField(max_length=4)
    letter = models.CharField(max_length=1, choices=SnaiClass.Letter.choices)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        verbose_name_plural = "national SNAI classes"
        constraints = [
            models.UniqueConstraint(
                fields=["istat_code", "snai_edition"], name="one_national_snai_class_per_edition"
            )
        ]

    def __str__(self) -> str:
        return f"{self.istat_code} {self.snai_edition}: {self.letter}"


class Zone(models.Model):
    """A homogeneous zone (zona omogenea)."""

    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=120)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ZoneMembership(models.Model):
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="zone_memberships")
    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="memberships")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    provisional = models.BooleanField(help_text="True: not from the certified list.")
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "zone"], name="one_membership_per_zone")
        ]

    def __str__(self) -> str:
        return f"{self.municipality} in {self.zone}"


class Precision(models.TextChoices):
    EXACT = "exact", _("posizione esatta")
    ADDRESS = "address", _("all'indirizzo")
    MUNICIPALITY = "municipality", _("solo il comune")
    NOT_LOCATED = "not_located", _("non localizzato")


#: Walking measures use these; a place known only by its municipality is listed, never measured.
MEASURABLE = (Precision.EXACT, Precision.ADDRESS)


class Place(models.Model):
    """A place of a register: stable code, how well its position is known, where the row comes from."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    location = models.PointField(srid=settings.STORED_SRID, null=True, blank=True)
    precision = models.CharField(max_length=12, choices=Precision.choices)
    status = models.CharField(max_length=200, blank=True, help_text="As the source states it, with its date.")
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        abstract = True
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return self.name


class Station(Place):
    class Kind(models.TextChoices):
        RAIL = "rail", _("stazione ferroviaria")
        METRO = "metro", _("stazione della metropolitana")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    rfi_class = models.CharField(
        max_length=10, blank=True, help_text="Platinum, Gold, Silver, Bronze; empty: not known."
    )
    rfi_class_2022 = models.CharField(max_length=40, blank=True, help_text="One of the seven newer classes.")
    class_source = models.CharField(max_length=300, blank=True)


class Hospital(Place):
    class Kind(models.TextChoices):
        PUBLIC = "public_hospital", _("ospedale pubblico")
        PRIVATE_CLINIC = "private_clinic", _("casa di cura privata accreditata")
        OTHER = "other", _("altro istituto")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    facility_type = models.CharField(max_length=200, blank=True, help_text="As the source prints it.")
    beds = models.PositiveIntegerField(null=True, blank=True)
    dea_level = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: not known.")
    dea_source = models.CharField(max_length=300, blank=True)


class HealthSite(Place):
    class Kind(models.TextChoices):
        COMMUNITY_HOUSE = "casa_della_comunita", _("Casa della Comunità")
        COMMUNITY_HOSPITAL = "ospedale_di_comunita", _("Ospedale di Comunità")
        TERRITORIAL = "territorial", _("sede sanitaria territoriale")

    kind = models.CharField(max_length=24, choices=Kind.choices)
    health_authority = models.CharField(max_length=80)


class School(Place):
    class Level(models.TextChoices):
        INFANZIA = "infanzia", _("scuola dell'infanzia")
        PRIMARIA = "primaria", _("scuola primaria")
        SECONDARIA_I = "secondaria_i", _("secondaria di primo grado")
        SECONDARIA_II = "secondaria_ii", _("secondaria di secondo grado")
        OTHER = "other", _("altro")

    level = models.CharField(max_length=14, choices=Level.choices)
    type_as_printed = models.CharField(max_length=120, blank=True)
    is_state = models.BooleanField()
    pupils = models.PositiveIntegerField(null=True, blank=True)
    pupils_as_printed = models.CharField(max_length=20, blank=True)


class RegisterCoverage(models.Model):
    """What a register claims to hold, by kind and area; where it is not complete, absence is 'not known'."""

    register = models.CharField(max_length=20)
    kind = models.CharField(max_length=40, blank=True, help_text="Empty: every kind.")
    municipalities = models.ManyToManyField(Municipality, blank=True, help_text="Empty: the whole territory.")
    statement_it = models.TextField()
    statement_en = models.TextField()
    complete = models.BooleanField()
    source = models.ForeignKey(Source, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "kind"], name="one_coverage_per_kind")]

    def __str__(self) -> str:
        return f"{self.register} {self.kind}".strip()


class RegisterRow(models.Model):
    """What a standard register last wrote of one place: a value that differs from it is the owner's.

    The register rewrites only what it wrote, and does not bring back what the owner deleted.
    """

    register = models.CharField(max_length=40)
    code = models.CharField(max_length=100)
    written = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "code"], name="one_register_row_per_code")]

    def __str__(self) -> str:
        return f"{self.register} {self.code}"


class PeopleGrid(models.Model):
    """An imported layer of cells or census sections that holds people, finer than the municipalities."""

    class Kind(models.TextChoices):
        CELLS = "cells", _("celle")
        SECTIONS = "sections", _("sezioni di censimento")

    layer = models.OneToOneField(Layer, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    people_column = models.CharField(max_length=63)
    reference_year = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["-reference_year", "layer"]

    def __str__(self) -> str:
        return f"{self.layer} ({self.reference_year})"
