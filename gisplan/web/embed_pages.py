"""A municipality's light page for the site of the municipality itself: any site may frame it, no cookie, no header."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt

from gisplan.web.kept import data_stamp, kept, kept_page
from gisplan.web.middleware import content_security_policy
from gisplan.web.refusals import read_only
from gisplan.web.territory_pages import municipality_content, municipality_context
from gisplan.web.view_exports import answer


@xframe_options_exempt
@read_only
@kept_page
def embed(request: HttpRequest, istat_code: str) -> HttpResponse:
    """What the page of the municipality shows first, with a link to the rest."""
    context = kept(
        data_stamp(), ("municipality", istat_code, ""), lambda: municipality_context(istat_code, "")
    )
    if file := answer(request, partial(municipality_content, context)):
        return file
    response = render(request, "web/embed.html", context)
    policy = content_security_policy(getattr(request, "csp_nonce", ""))
    response.headers["Content-Security-Policy"] = policy.replace(
        "frame-ancestors 'self'", "frame-ancestors *"
    )
    return response
