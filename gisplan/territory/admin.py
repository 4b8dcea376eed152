"""The admin of the territory. Geometry is edited as text: no map of the admin asks an outside server."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.gis.db.models import GeometryField
from django.forms import Textarea
from django.http import HttpRequest

from gisplan.territory.models import (
    HealthSite,
    Hospital,
    Municipality,
    MunicipalityBoundary,
    MunicipalTerrain,
    NationalSnaiClass,
    PeopleGrid,
    Population,
    RegisterCoverage,
    School,
    SnaiClass,
    Source,
    Station,
    TerritoryEdition,
    Zone,
    ZoneMembership,
)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]  # generic for the type checker only
else:
    ModelAdmin = admin.ModelAdmin

GEOMETRY_AS_TEXT: dict[Any, Any] = {GeometryField: {"widget": Textarea(attrs={"rows": 3, "cols": 80})}}


class LoadedAdmin(ModelAdmin):
    """What only a load writes: shown, never changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlaceAdmin(ModelAdmin):
    list_display = ["code", "name", "kind", "municipality", "precision", "source"]
    list_filter = ["kind", "precision", "source"]
    search_fields = ["code", "name", "municipality__name", "address"]
    list_select_related = ["municipality", "source"]
    autocomplete_fields = ["municipality", "source"]
    formfield_overrides = GEOMETRY_AS_TEXT


class SchoolAdmin(PlaceAdmin):
    list_display = ["code", "name", "level", "is_state", "municipality", "precision", "pupils"]
    list_filter = ["level", "is_state", "precision", "source"]


@admin.register(Source)
class SourceAdmin(ModelAdmin):
    list_display = ["code", "title", "publisher", "licence", "reference_date"]
    search_fields = ["code", "title", "publisher"]


@admin.register(Municipality)
class MunicipalityAdmin(LoadedAdmin):
    list_display = ["istat_code", "name", "province_name", "in_territory", "altitude_m"]
    list_filter = ["in_territory", "province_name"]
    search_fields = ["istat_code", "name"]


@admin.register(MunicipalityBoundary)
class MunicipalityBoundaryAdmin(LoadedAdmin):
    list_display = ["municipality", "edition", "area_km2"]
    list_filter = ["edition"]
    search_fields = ["municipality__name", "municipality__istat_code"]
    list_select_related = ["municipality", "edition"]
    exclude = ["geometry"]


@admin.register(MunicipalTerrain)
class MunicipalTerrainAdmin(LoadedAdmin):
    list_display = ["istat_code", "altitude_m", "altimetric_zone", "source"]
    list_filter = ["altimetric_zone"]
    search_fields = ["istat_code"]


@admin.register(Population)
class PopulationAdmin(LoadedAdmin):
    list_display = ["municipality", "reference_date", "people", "source"]
    list_filter = ["reference_date"]
    search_fields = ["municipality__name", "municipality__istat_code"]
    list_select_related = ["municipality", "source"]


@admin.register(TerritoryEdition)
class TerritoryEditionAdmin(LoadedAdmin):
    list_display = ["code", "valid_from", "valid_to", "source"]


@admin.register(SnaiClass)
class SnaiClassAdmin(LoadedAdmin):
    list_display = ["municipality", "snai_edition", "letter", "source"]
    list_filter = ["snai_edition", "letter"]
    search_fields = ["municipality__name"]
    list_select_related = ["municipality", "source"]


@admin.register(NationalSnaiClass)
class NationalSnaiClassAdmin(LoadedAdmin):
    list_display = ["istat_code", "snai_edition", "letter", "source"]
    list_filter = ["snai_edition", "letter"]
    search_fields = ["istat_code"]


@admin.register(Zone)
class ZoneAdmin(LoadedAdmin):
    list_display = ["number", "name", "source"]
    search_fields = ["name"]


@admin.register(ZoneMembership)
class ZoneMembershipAdmin(LoadedAdmin):
    list_display = ["municipality", "zone", "provisional", "note"]
    list_filter = ["zone", "provisional"]
    search_fields = ["municipality__name"]
    list_select_related = ["municipality", "zone"]


@admin.register(RegisterCoverage)
class RegisterCoverageAdmin(ModelAdmin):
    list_display = ["register", "kind", "complete", "source"]
    list_filter = ["register", "complete"]
    autocomplete_fields = ["municipalities", "source"]


admin.site.register([Station, Hospital, HealthSite], PlaceAdmin)
admin.site.register(School, SchoolAdmin)
admin.site.register(PeopleGrid)
