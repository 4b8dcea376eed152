"""The import wizard: files are sent, choices made, the import watched, its report read, its version published."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisplan.plan.layer_axes import axes_of_layer, axes_that_may_show
from gisplan.web import import_words, layer_maps, maps, refusal_sentences
from gisplan.web.access import importers_only, name_of
from gisplan.web.import_report import current_number, progress_of, report_context
from gisplan.web.layer_classes import lost_classes
from gisplan.web.layer_forms import TABLE_FIELDS, ChooseForm, PublishForm
from gisplan.web.layer_publishing import publish_as_decided, standing_of
from layers import limits, publishing, running, uploads
from layers.errors import LayersError, UploadNotFound, UploadRefused
from layers.looking import Look, look
from layers.models import ImportRun, Layer
from layers.tables import TableOptions
from layers.tasks import import_upload
from layers.uploads import Upload

GOING = {ImportRun.Status.WAITING, ImportRun.Status.RUNNING}
ISSUES_ON_A_PAGE = 50
_FORM_BYTES = 100_000  # what a form adds to its files


@csrf_exempt
def upload(request: HttpRequest) -> HttpResponse:
    """What is too large is refused by its announced length, before the form's token makes Django read it all."""
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.method == "POST" and announced > limits.upload_bytes() + _FORM_BYTES:
        _drain(request)
        return _upload_refused(request, uploads.too_large())
    return _upload(request)


def _drain(request: HttpRequest) -> None:
    """Read what comes, up to a point, or the browser would see a broken connection in place of the sentence."""
    for _turn in range(4 * limits.upload_bytes() // 1_000_000):
        if not request.read(1_000_000):
            return


@csrf_protect
@importers_only
@require_http_methods(["GET", "HEAD", "POST"])
def _upload(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "web/layers/upload.html", _upload_context())
    parts = [(file.name or "", file.chunks()) for file in request.FILES.getlist("files")]
    try:
        received = uploads.receive_parts(parts, who=name_of(request))
    except UploadRefused as error:
        return _upload_refused(request, error)
    address = reverse("import_choose", args=[received.token])
    return JsonResponse({"url": address}) if _by_script(request) else redirect(address)


def _upload_refused(request: HttpRequest, error: LayersError) -> HttpResponse:
    words = import_words.refusal(error.code)
    if _by_script(request):
        return JsonResponse({"error": words, "sentence": refusal_sentences.sentence(str(error))}, status=400)
    context = _upload_context() | {"error": words, "sentence": refusal_sentences.sentence(str(error))}
    return render(request, "web/layers/upload.html", context, status=400)


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _upload_context() -> dict[str, Any]:
    limit = limits.upload_bytes()
    return {
        "section": "layers",
        "limit_bytes": limit,
        "limit_mb": limit // 1_000_000,
        "days": limits.upload_days(),
    }


@importers_only
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """What the file holds and how it is to be read; `run` in the address fills the form as that run was asked."""
    found = _upload_or_404(token)
    asked = request.POST if request.method == "POST" else request.GET
    looked = look(
        found.path,
        source_layer=asked.get("source_layer") or None,
        encoding=asked.get("encoding") or None,
        table=_table_options(asked),
    )
    if request.method == "POST":
        form = ChooseForm(request.POST, look=looked, initial={"name": found.stem})
        if "look" not in request.POST and form.is_valid() and not _system_is_missing(form, looked):
            return _start(request, found, form)
    else:
        form = ChooseForm(look=looked, initial=_initial(request, found, looked))
    return render(request, "web/layers/choose.html", _choose_context(found, looked, form))


def _table_options(asked: QueryDict) -> TableOptions:
    x, y, wkt, delimiter, decimal = (asked.get(name) or None for name in TABLE_FIELDS)
    return TableOptions(x, y, wkt, delimiter, decimal)


def _upload_or_404(token: str) -> Upload:
    try:
        return uploads.find(token)
    except UploadNotFound as error:
        raise Http404(str(error)) from error


def _initial(request: HttpRequest, found: Upload, looked: Look) -> dict[str, Any]:
    number = request.GET.get("run", "")
    run = ImportRun.objects.filter(pk=number).first() if number.isascii() and number.isdigit() else None
    if run is not None and run.options.get("upload") == found.token:
        asked = {
            name: value for name, value in run.options.items() if name not in {"upload", "notes", "table"}
        }
        return {**asked, **(run.options.get("table") or {}), **run.options.get("notes", {})}
    initial: dict[str, Any] = {"name": found.stem, "encoding": request.GET.get("encoding", "")}
    initial["source_layer"] = looked.layer or request.GET.get("source_layer", "")
    layer = Layer.objects.filter(name=found.stem).first()
    if layer is not None:
        told = ("title", "source", "licence", "reference_date", "owner")
        initial |= {name: getattr(layer, name) for name in told}
        initial["axes"] = [str(axis.pk) for axis in axes_of_layer(layer)]
    return initial


def _system_is_missing(form: ChooseForm, looked: Look) -> bool:
    if not looked.crs_missing or form.chosen_srid() is not None:
        return False
    form.add_error("srid", _("Scegli un sistema di riferimento: il file non dice quale sia."))
    return True


def _choose_context(found: Upload, looked: Look, form: ChooseForm) -> dict[str, Any]:
    existing = list(Layer.objects.values_list("name", flat=True))
    spec = layer_maps.candidates_map(looked.candidates) if looked.candidates else None
    return {
        "section": "layers",
        "upload": found,
        "look": looked,
        "form": form,
        "existing": existing,
        "is_table": looked.kind == "table",
        "table_fields": [form[name] for name in TABLE_FIELDS],
        "problem": import_words.refusal(looked.problem_code),
        "candidates": layer_maps.candidate_rows(looked.candidates),
        "map": maps.page_map(spec),
        "days": limits.upload_days(),
    }


def _start(request: HttpRequest, found: Upload, form: ChooseForm) -> HttpResponse:
    run = running.start(found, form.given(), who=name_of(request), notes={"axes": form.cleaned_data["axes"]})
    if running.runs_inline(found):
        running.run_import(run.pk)
    else:
        import_upload.defer(run=run.pk)
    return redirect("import_run", number=run.pk)


@importers_only
@require_safe
def run(request: HttpRequest, number: int) -> HttpResponse:
    """An import while it goes on, and its report afterwards."""
    found = running.settle(get_object_or_404(ImportRun.objects.select_related("layer", "version"), pk=number))
    return _page_of_run(request, found)


def _page_of_run(request: HttpRequest, found: ImportRun, form: PublishForm | None = None) -> HttpResponse:
    context: dict[str, Any] = {"section": "layers", "run": found, "upload": uploads.upload_of(found)}
    if found.status in GOING:
        return render(request, "web/layers/running.html", context | {"progress": progress_of(found)})
    page = Paginator(found.issues.all(), ISSUES_ON_A_PAGE).get_page(request.GET.get("page"))
    context |= report_context(found) | {"issues": page, "map": maps.page_map(layer_maps.report_map(found))}
    return render(request, "web/layers/report.html", context | _decision(found, form))


def _decision(found: ImportRun, form: PublishForm | None) -> dict[str, Any]:
    """The form of a version that waits, filled as the layer is; of a published one, where its layer is to be seen."""
    version = found.version
    if version is None:
        return {}
    if found.status != ImportRun.Status.STAGED:
        return {"standing": standing_of(version.layer)} if version.is_current else {}
    noted = set(map(str, found.options.get("notes", {}).get("axes", ())))
    chosen = [axis for axis in axes_that_may_show() if str(axis.pk) in noted]
    axes = {*axes_of_layer(version.layer), *chosen}
    initial = PublishForm.seen_initial(version.layer, version, axes)
    return {
        "seen": current_number(version.layer),
        "form": form or PublishForm(layer=version.layer, version=version, initial=initial),
        "lost": lost_classes(version),
    }


@importers_only
@require_safe
def state(request: HttpRequest, number: int) -> JsonResponse:
    """The same while it goes on, for the page's script."""
    found = running.settle(get_object_or_404(ImportRun, pk=number))
    return JsonResponse(
        {"going": found.status in GOING, **progress_of(found)}, headers={"Cache-Control": "no-store"}
    )


@importers_only
@require_POST
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Show the version to readers, and its layer as the form says."""
    found = get_object_or_404(ImportRun.objects.select_related("version__layer"), pk=number)
    if found.version is None:
        return _settled_already(request, found)
    if request.POST.get("seen", "") != current_number(found.version.layer):
        messages.error(
            request,
            _(
                "Intanto qualcuno ha pubblicato un'altra versione: guarda di nuovo che cosa cambia, poi decidi."
            ),
        )
        return redirect("import_run", number=number)
    form = PublishForm(request.POST, layer=found.version.layer, version=found.version)
    if not form.is_valid():
        return _page_of_run(request, found, form)
    try:
        version = publish_as_decided(found.version, form, who=name_of(request))
    except LayersError as error:
        messages.error(
            request, f"{import_words.refusal(error.code)} ({refusal_sentences.sentence(str(error))})"
        )
        return redirect("import_run", number=number)
    messages.success(request, _("La versione %(number)s è pubblicata.") % {"number": version.number})
    return redirect("layer", name=version.layer.name)


@importers_only
@require_POST
def discard(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(ImportRun.objects.select_related("version__layer"), pk=number)
    if found.version is None:
        return _settled_already(request, found)
    try:
        publishing.discard(found.version)
    except LayersError as error:
        messages.error(
            request, f"{import_words.refusal(error.code)} ({refusal_sentences.sentence(str(error))})"
        )
    else:
        messages.success(request, _("La versione è scartata: lo strato è com'era."))
    return redirect("import_run", number=number)


def _settled_already(request: HttpRequest, found: ImportRun) -> HttpResponse:
    messages.error(request, _("Questa importazione non ha più una versione da pubblicare o scartare."))
    return redirect("import_run", number=found.pk)
