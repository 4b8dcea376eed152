"""The content security policy of the public pages (own files, one inline script with a nonce); no NUL gets in."""

import secrets
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gisplan.web.context import ADMIN_PREFIX
from gisplan.web.refusals import BadQuestion, Refused, bad_request, refused
from gisplan.web.view_exports import without_view


def content_security_policy(nonce: str) -> str:
    """Own files, what has the page's nonce, and the pictures of the tile server where the settings name one."""
    images = " ".join(["'self' data:", *tile_server_origin()])
    return (
        "default-src 'self'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        f"img-src {images}; font-src 'self' data:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )


def tile_server_origin() -> list[str]:
    """As a policy names it: https://tiles.example.org; a server of several names is *.example.org."""
    if not settings.TILE_SERVER:
        return []
    parts = urlsplit(settings.TILE_SERVER)
    return [f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"]


class ContentSecurityPolicyMiddleware:
    """Give each request a nonce and each public page its policy; the admin keeps Django's own scripts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        if not request.path.startswith(ADMIN_PREFIX):
            response.headers.setdefault("Content-Security-Policy", content_security_policy(nonce))
        return response


class RefusedMiddleware:
    """What a page does not answer becomes a page that says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refused(request, exception) if isinstance(exception, Refused) else None


class NulMiddleware:
    """Refuse an address that holds a NUL: PostgreSQL stores none, so no page can have it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "\0" in unquote(request.META.get("QUERY_STRING", "")):
            return bad_request(request)
        return self.get_response(request)


class FileAskedMiddleware:
    """Where a file is asked for, a page that has none says so, instead of answering with itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(ADMIN_PREFIX) or not without_view(request, response):
            return response
        message = _("Questa pagina non ha una mappa o tabelle da scaricare: togli «formato» dall'indirizzo.")
        return refused(request, BadQuestion(message))
