from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from gisplan.plan import rights
from gisplan.plan.models import (
    Action,
    Axis,
    AxisLayer,
    Claim,
    Connection,
    CrosswalkEntry,
    Editorship,
    Intervention,
    PlanEdition,
    PlanPlace,
    PnrrLocalisation,
    PnrrProject,
    SeedRow,
    Strategy,
)
from gisplan.plan.queries import completeness, editions
from gisplan.plan.seeds import take_over
from gisplan.territory.admin import GEOMETRY_AS_TEXT

if TYPE_CHECKING:  # generic for the type checker only
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    StackedInline = admin.StackedInline[Any, Any]
else:
    ModelAdmin, TabularInline, StackedInline = admin.ModelAdmin, admin.TabularInline, admin.StackedInline


class RegisterAdmin(ModelAdmin):
    """What is changed here is the owner's from now on; the list says on how much it stands."""

    formfield_overrides = GEOMETRY_AS_TEXT
    list_per_page = 50

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        statements = " · ".join(f"{one}: {completeness(one).statement}" for one in editions())
        return super().changelist_view(request, {"subtitle": statements, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        take_over(obj)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        take_over(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        for one in queryset:
            take_over(one)
        super().delete_queryset(request, queryset)


class PlaceInline(StackedInline):
    """The places of an action or of an intervention."""

    model = PlanPlace
    extra = 0
    formfield_overrides = GEOMETRY_AS_TEXT
    autocomplete_fields = ["municipality", "station", "school", "health_site", "hospital"]

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        mine = rights.editable_municipalities(request.user)
        if db_field.name == "municipality":
            kwargs["queryset"] = mine
        elif db_field.name in {"station", "school", "health_site", "hospital"}:
            places = db_field.related_model._default_manager.all()
            everywhere = rights.may_edit_plan(request.user)
            kwargs["queryset"] = places if everywhere else places.filter(municipality__in=mine)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class AxisLayerInline(TabularInline):
    model = AxisLayer
    extra = 0


class ConnectionInline(TabularInline):
    model = Connection
    fk_name = "action"
    extra = 0
    autocomplete_fields = ["to_axis", "to_strategy", "to_action"]


class InterventionClaimInline(TabularInline):
    model = Claim.interventions.through
    extra = 0
    autocomplete_fields = ["claim"]
    verbose_name = _("dichiarazione")
    verbose_name_plural = _("dichiarazioni")


@admin.register(PlanEdition)
class PlanEditionAdmin(RegisterAdmin):
    list_display = ["code", "title", "province_code", "first_year", "last_year", "approved_on", "loaded"]
    list_filter = ["province_code"]
    search_fields = ["code", "title"]

    @admin.display(description=_("caricato"))
    def loaded(self, edition: PlanEdition) -> str:
        return completeness(edition).statement


@admin.register(Axis)
class AxisAdmin(RegisterAdmin):
    list_display = ["code", "title", "short_tag", "pnrr_mission", "edition"]
    list_filter = ["edition"]
    search_fields = ["code", "title", "short_tag"]
    inlines = [AxisLayerInline]


@admin.register(Strategy)
class StrategyAdmin(RegisterAdmin):
    list_display = ["code", "title", "axis", "edition", "confidence"]
    list_filter = ["edition", "axis__code"]
    search_fields = ["code", "title"]
    list_select_related = ["axis", "edition"]
    autocomplete_fields = ["axis"]


@admin.register(Action)
class ActionAdmin(RegisterAdmin):
    list_display = ["code", "title", "gist_it", "strategy", "extent_kind", "competence", "edition"]
    list_filter = ["edition", "strategy__axis__code", "extent_kind", "competence"]
    search_fields = ["code", "title", "gist_it", "gist_en"]
    list_select_related = ["strategy", "edition"]
    autocomplete_fields = ["strategy"]
    inlines = [PlaceInline, ConnectionInline]


@admin.register(Intervention)
class InterventionAdmin(RegisterAdmin):
    list_display = ["code", "kind_it", "area_text", "programme", "axis", "outside_territory"]
    list_filter = ["axis__edition", "axis__code", "kind_it", "programme", "outside_territory"]
    search_fields = ["code", "kind_it", "kind_en", "area_text", "programme", "description_it"]
    list_select_related = ["axis"]
    autocomplete_fields = ["axis", "strategy", "action"]
    inlines = [PlaceInline, InterventionClaimInline]

    def has_change_permission(self, request: HttpRequest, obj: Intervention | None = None) -> bool:
        mine = obj is None or rights.may_edit_intervention(request.user, obj)
        return mine and super().has_change_permission(request, obj)


@admin.register(Claim)
class ClaimAdmin(RegisterAdmin):
    list_display = ["code", "kind", "amount_eur", "state", "as_printed", "as_of", "scope"]
    list_filter = ["kind", "state", "interventions__axis__code"]
    search_fields = ["code", "as_printed_it", "as_printed_en", "scope_it", "interventions__code"]
    date_hierarchy = "as_of_date"
    filter_horizontal = ["interventions", "actions"]

    def has_change_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        mine = obj is None or rights.may_edit_claim(request.user, obj)
        return mine and super().has_change_permission(request, obj)

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "interventions":
            kwargs["queryset"] = rights.editable_interventions(request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(CrosswalkEntry)
class CrosswalkEntryAdmin(RegisterAdmin):
    list_display = ["earlier", "relation", "later"]
    list_filter = ["relation"]
    search_fields = ["earlier__code", "later__code", "earlier__title", "later__title"]
    list_select_related = ["earlier", "later"]
    autocomplete_fields = ["earlier", "later"]


@admin.register(PlanPlace)
class PlanPlaceAdmin(RegisterAdmin):
    list_display = ["__str__", "kind", "precision", "municipality", "intervention", "action"]
    list_filter = ["kind", "precision"]
    search_fields = ["area_text_it", "municipality__name", "intervention__code", "action__code"]
    list_select_related = [*PlaceInline.autocomplete_fields, "zone", "intervention", "action"]
    autocomplete_fields = [*PlaceInline.autocomplete_fields, "intervention", "action"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return rights.may_edit_plan(request.user)

    def has_change_permission(self, request: HttpRequest, obj: PlanPlace | None = None) -> bool:
        return rights.may_edit_plan(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: PlanPlace | None = None) -> bool:
        return rights.may_edit_plan(request.user)


@admin.register(Connection)
class ConnectionAdmin(RegisterAdmin):
    list_display = ["action", "to_axis", "to_strategy", "to_action"]
    search_fields = ["action__code", "action__title"]
    list_select_related = ["action", "to_axis", "to_strategy", "to_action"]
    autocomplete_fields = ["action", "to_axis", "to_strategy", "to_action"]


@admin.register(AxisLayer)
class AxisLayerAdmin(ModelAdmin):
    list_display = ["axis", "layer", "order"]
    list_filter = ["axis__edition", "axis__code"]
    list_select_related = ["axis", "layer"]


@admin.register(Editorship)
class EditorshipAdmin(ModelAdmin):
    list_display = ["user", "municipality"]
    search_fields = ["user__username", "municipality__name"]
    autocomplete_fields = ["user", "municipality"]


class WrittenByLoaders(ModelAdmin):
    """Rows to be read: a loader writes them."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(SeedRow)
class SeedRowAdmin(WrittenByLoaders):
    list_display = ["table", "key", "taken_over"]
    list_filter = ["table", "taken_over"]
    search_fields = ["key"]


@admin.register(PnrrProject)
class PnrrProjectAdmin(WrittenByLoaders):
    list_display = ["cup", "local_code", "mission", "title", "total_eur", "updated_on"]
    list_filter = ["mission"]
    search_fields = ["cup", "local_code", "title", "implementer"]


@admin.register(PnrrLocalisation)
class PnrrLocalisationAdmin(WrittenByLoaders):
    list_display = ["cup", "local_code", "municipality", "mission", "extracted_on"]
    list_filter = ["mission"]
    list_select_related = ["municipality"]
    search_fields = ["cup", "local_code", "municipality__name"]
