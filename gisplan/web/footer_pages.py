"""What every public site must say: how accessible it is, what it keeps of a reader."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gisplan.web.refusals import read_only


@read_only
def accessibility(request: HttpRequest) -> HttpResponse:
    """A statement for the owner to complete: what was tested and by what, what was not."""
    return render(request, "web/accessibility.html", {"owner": settings.OWNER})


@read_only
def privacy(request: HttpRequest) -> HttpResponse:
    """No cookie before sign-in; the two of who signs in; nothing asked of other sites."""
    context = {
        "owner": settings.OWNER,
        "session_days": settings.SESSION_COOKIE_AGE // 86_400,
        "tile_server": getattr(settings, "TILE_URL", ""),
    }
    return render(request, "web/privacy.html", context)
