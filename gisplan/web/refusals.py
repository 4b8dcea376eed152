"""The pages of what went wrong: in the reader's language, and without a query, which may be what failed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from gisplan.web.context import frame

View = Callable[..., HttpResponse]


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("400.html", frame(request)), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("500.html", frame(request)), status=500)


def read_only(view: View) -> View:
    """A page for GET and HEAD: any other method is a 405, before Django asks it for a form's token."""
    return csrf_exempt(require_safe(view))
