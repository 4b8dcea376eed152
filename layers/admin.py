from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from layers import styles
from layers.admin_import import ImportForm, import_upload
from layers.errors import LayersError
from layers.models import ImportIssue, ImportRun, Layer, Publication, Version
from layers.publishing import discard, publish, rollback

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]  # generic for the type checker only
    TabularInline = admin.TabularInline[Any, Any]
    LayerForm = forms.ModelForm[Layer]
else:
    ModelAdmin, TabularInline, LayerForm = admin.ModelAdmin, admin.TabularInline, forms.ModelForm


class _ReadOnly:
    """Rows that only an import writes: the tables behind them must never disagree with them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _WrittenByImports(_ReadOnly, ModelAdmin):
    pass


class _History(_ReadOnly, TabularInline):
    extra = 0
    show_change_link = True


class VersionsOfLayer(_History):
    model = Version
    fields = ("number", "mode", "feature_count", "geometry_type", "is_current", "created", "published")
    readonly_fields = fields


class PublicationsOfLayer(_History):
    model = Publication
    fields = ("at", "kind", "version", "who")
    readonly_fields = fields
    show_change_link = False


class RunsOfLayer(_History):
    model = ImportRun
    fields = ("started", "file_name", "status", "who", "version")
    readonly_fields = fields


class StyledLayerForm(LayerForm):
    """A style that could not be drawn is an error of its field."""

    def clean_style(self) -> dict[str, Any]:
        style: dict[str, Any] = self.cleaned_data["style"] or {}
        current = self.instance.current
        try:
            styles.check_style(style, [column["name"] for column in current.columns] if current else [])
        except LayersError as error:
            raise ValidationError(str(error)) from error
        return style


@admin.register(Layer)
class LayerAdmin(ModelAdmin):
    list_display = ("name", "title", "source", "licence", "reference_date", "is_public")
    list_filter = ("is_public",)
    search_fields = ("name", "title", "source")
    readonly_fields = ("name", "created")
    form = StyledLayerForm
    inlines = (VersionsOfLayer, PublicationsOfLayer, RunsOfLayer)
    actions = ("take_back",)
    change_list_template = "admin/layers/layer/change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Layer | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="layers_layer_import"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        label = {"import_label": _("Import a file")}
        return super().changelist_view(request, {**(extra_context or {}), **label})

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """A file becomes the next version of a layer, by the same function as everywhere."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data.pop("file")
            try:
                report = import_upload(file, form.cleaned_data, who=request.user.get_username())
            except LayersError as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, _summary(report), messages.SUCCESS)
                layer = Layer.objects.get(name=report.name)
                return HttpResponseRedirect(reverse("admin:layers_layer_change", args=[layer.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a file"),
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/layers/layer/import.html", context)

    @admin.action(description=_("Show the version before again"), permissions=["change"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[Layer]) -> None:
        for layer in chosen:
            try:
                version = rollback(layer, who=request.user.get_username())
            except LayersError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, f"{layer.name}: {version.table_name}", messages.SUCCESS)


def _summary(report: Any) -> str:
    counts = report.difference
    text = f"{report.name}: {report.status}, {report.features_stored} / {report.features_read}"
    if counts and counts["against"] is not None:
        text += (
            " (" + ", ".join(f"{counts[kind]} {kind}" for kind in ("added", "changed", "gone", "same")) + ")"
        )
    return text


@admin.register(Version)
class VersionAdmin(_WrittenByImports):
    list_display = (
        "table_name",
        "layer",
        "number",
        "mode",
        "geometry_type",
        "feature_count",
        "is_current",
        "created",
        "published",
    )
    list_filter = ("is_current", "mode", "layer")
    search_fields = ("table_name",)
    actions = ("show", "drop")

    @admin.action(description=_("Publish, or show again"))
    def show(self, request: HttpRequest, chosen: QuerySet[Version]) -> None:
        self._each(request, chosen, self._publish)

    @admin.action(description=_("Discard what was never published"))
    def drop(self, request: HttpRequest, chosen: QuerySet[Version]) -> None:
        self._each(request, chosen, lambda version, who: discard(version))

    def _publish(self, version: Version, who: str) -> None:
        if version.published is None:
            publish(version, who=who)
        else:
            rollback(version.layer, to=version.number, who=who)

    def _each(self, request: HttpRequest, chosen: QuerySet[Version], do: Any) -> None:
        if not request.user.has_perm("layers.change_layer"):
            raise PermissionDenied
        for version in chosen.select_related("layer"):
            table = version.table_name
            try:
                do(version, request.user.get_username())
            except LayersError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, table, messages.SUCCESS)


@admin.register(ImportRun)
class ImportRunAdmin(_WrittenByImports):
    list_display = ("file_name", "status", "layer", "who", "started", "finished", "reason")
    list_filter = ("status",)
    search_fields = ("file_name", "who")
    fields = (
        "file_name",
        "status",
        "reason",
        "layer",
        "version",
        "who",
        "started",
        "finished",
        "issues",
        "options",
    )
    readonly_fields = fields

    @admin.display(description=_("reason"))
    def reason(self, run: ImportRun) -> str:
        return str(run.report.get("reason") or "")

    @admin.display(description=_("issues"))
    def issues(self, run: ImportRun) -> str:
        address = reverse("admin:layers_importissue_changelist") + f"?run__id__exact={run.pk}"
        return format_html('<a href="{}">{}</a>', address, run.issues.count())


@admin.register(ImportIssue)
class ImportIssueAdmin(_WrittenByImports):
    list_display = ("code", "feature", "before", "after", "run")
    list_filter = ("code", ("run", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("run",)
