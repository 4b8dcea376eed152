from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from layers.models import ImportIssue, ImportRun, Layer, Version

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]  # generic for the type checker only
else:
    ModelAdmin = admin.ModelAdmin


class _WrittenByImports(ModelAdmin):
    """Rows that only an import writes: the tables behind them must never disagree with them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Layer)
class LayerAdmin(ModelAdmin):
    list_display = ("name", "title", "source", "licence", "reference_date", "is_public")
    list_filter = ("is_public",)
    search_fields = ("name", "title", "source")
    readonly_fields = ("name", "created")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Layer | None = None) -> bool:
        return False


@admin.register(Version)
class VersionAdmin(_WrittenByImports):
    list_display = (
        "table_name",
        "layer",
        "number",
        "geometry_type",
        "feature_count",
        "is_current",
        "created",
    )
    list_filter = ("is_current",)
    search_fields = ("table_name",)


@admin.register(ImportRun)
class ImportRunAdmin(_WrittenByImports):
    list_display = ("file_name", "status", "layer", "who", "started", "finished")
    list_filter = ("status",)
    search_fields = ("file_name", "who")


@admin.register(ImportIssue)
class ImportIssueAdmin(_WrittenByImports):
    list_display = ("code", "feature", "before", "after", "run")
    list_filter = ("code",)
