"""Imported layers: the list, a page each with its history, and what their keepers may change."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gisplan.maps.spec import MapSpec, Source
from gisplan.plan.layer_axes import axes_of_layer, show_on_axes
from gisplan.plan.rights import may_import_layers
from gisplan.web import import_words, layer_maps, maps, refusal_sentences, view_exports
from gisplan.web.access import importers_only, name_of
from gisplan.web.feature_table import feature_table, number_of
from gisplan.web.layer_features import USUAL
from gisplan.web.layer_forms import LayerForm
from gisplan.web.layer_publishing import standing_of
from gisplan.web.refusals import read_only
from gisplan.web.view_content import ViewContent
from layers import access, publishing, styles
from layers.errors import LayersError, StyleRefused
from layers.models import ImportRun, Layer, Version

RUNS_SHOWN = 20


@dataclass(frozen=True)
class LayerRow:
    """One layer of the list, with the version that readers see."""

    layer: Layer
    current: Version | None


@read_only
def layer_list(request: HttpRequest) -> HttpResponse:
    """The public layers; for who imports, all of them and the imports that wait for a decision."""
    keeper = may_import_layers(request.user)
    current = {one.layer_id: one for one in Version.objects.filter(is_current=True)}
    rows = [LayerRow(layer, current.get(layer.pk)) for layer in _visible(request)]
    context = {
        "section": "layers",
        "rows": [row for row in rows if keeper or row.current is not None],
        "is_keeper": keeper,
        "drafts": _drafts() if keeper else [],
    }
    return render(request, "web/layers/list.html", context)


def _visible(request: HttpRequest) -> QuerySet[Layer]:
    return Layer.objects.all() if may_import_layers(request.user) else Layer.objects.filter(is_public=True)


def _drafts() -> list[ImportRun]:
    open_states = [ImportRun.Status.WAITING, ImportRun.Status.RUNNING, ImportRun.Status.STAGED]
    return list(ImportRun.objects.filter(status__in=open_states).select_related("layer", "version"))


def _layer_or_404(request: HttpRequest, name: str) -> Layer:
    """A private layer does not exist for a stranger."""
    layer = _visible(request).filter(name=name).first()
    if layer is None:
        raise Http404
    return layer


@read_only
def layer(request: HttpRequest, name: str) -> HttpResponse:
    """The map of a layer, what it is, how QGIS reads it, and its history."""
    found = _layer_or_404(request, name)
    keeper = may_import_layers(request.user)
    current = found.current
    if current is None and not keeper:
        raise Http404
    chosen = number_of(request.GET, "elemento")
    spec = layer_maps.layer_map(current, chosen=chosen) if current else None
    if file := view_exports.answer(request, partial(_content, found, spec)):
        return file
    context: dict[str, Any] = {
        "section": "layers",
        "layer": found,
        "version": current,
        "map": maps.page_map(spec),
        "features": feature_table(current, request.GET) if current else None,
        "standing": standing_of(found),
        "connection_text": access.connection_text(found) if current else "",
        "is_keeper": keeper,
        "publications": found.publications.select_related("version")[:RUNS_SHOWN],
        "can_roll_back": keeper and earlier_versions(found).exists(),
        "runs": found.runs.select_related("version")[:RUNS_SHOWN] if keeper else [],
        "versions": found.versions.filter(published__isnull=False)[:RUNS_SHOWN],
    }
    return render(request, "web/layers/layer.html", context)


def _content(found: Layer, spec: MapSpec | None) -> ViewContent:
    source = (Source(found.source, licence=found.licence),) if found.source else ()
    return ViewContent(title=str(found), spec=spec, sources=source)


def earlier_versions(found: Layer) -> QuerySet[Version]:
    """The published versions that the layer can be taken back to."""
    return found.versions.filter(published__isnull=False, is_current=False)


@read_only
def qml(request: HttpRequest, name: str) -> HttpResponse:
    return _style_file(request, name, "qml")


@read_only
def sld(request: HttpRequest, name: str) -> HttpResponse:
    return _style_file(request, name, "sld")


def _style_file(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    found = _layer_or_404(request, name)
    if found.current is None:
        raise Http404
    try:
        written = styles.qml(found) if kind == "qml" else styles.sld(found)
    except StyleRefused as error:  # the layer no longer has the column of its style
        raise Http404(str(error)) from error
    return HttpResponse(
        written,
        content_type="application/xml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.name}.{kind}"'},
    )


@importers_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """What is told of a layer, how it looks, who sees it, and which axes show it."""
    found = _layer_or_404(request, name)
    initial = LayerForm.initial_of(found, axes_of_layer(found))
    form = LayerForm(request.POST or None, layer=found, version=found.current, initial=initial)
    if request.method == "POST" and form.is_valid():
        _save(found, form.cleaned_data, found.style if form.style is None else form.style)
        messages.success(request, _("Le modifiche sono salvate."))
        return redirect("layer", name=name)
    return render(request, "web/layers/edit.html", {"section": "layers", "layer": found, "form": form})


def _save(found: Layer, data: dict[str, Any], style: dict[str, Any]) -> None:
    for field in ("title", "source", "licence", "reference_date", "owner", "is_public"):
        setattr(found, field, data[field])
    found.style = {**style, **{name: data[name] for name in USUAL}}
    found.save()
    access.sync_reader_role()
    show_on_axes(found, map(int, data["axes"]))


@importers_only
@require_POST
def open_to_all(request: HttpRequest, name: str) -> HttpResponse:
    """The one click after a publication that left the layer to its keepers."""
    found = _layer_or_404(request, name)
    found.is_public = True
    found.save(update_fields=["is_public"])
    messages.success(request, _("Ora lo strato lo vedono tutti."))
    return redirect("layer", name=name)


@importers_only
@require_http_methods(["GET", "HEAD", "POST"])
def rollback(request: HttpRequest, name: str) -> HttpResponse:
    """Ask first, then make an earlier version the one that readers see."""
    found = _layer_or_404(request, name)
    if request.method == "POST":
        number = request.POST.get("to", "")
        to = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0  # no version
        try:
            version = publishing.rollback(found, to=to, who=name_of(request))
        except LayersError as error:
            messages.error(
                request, f"{import_words.refusal(error.code)} ({refusal_sentences.sentence(str(error))})"
            )
        else:
            messages.success(
                request, _("Lo strato mostra di nuovo la versione %(number)s.") % {"number": version.number}
            )
        return redirect("layer", name=name)
    context = {
        "section": "layers",
        "layer": found,
        "version": found.current,
        "earlier": earlier_versions(found),
    }
    return render(request, "web/layers/rollback.html", context)
