"""Where an error on a page is reported, with the page's address written in."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.translation import gettext as _


def page_address(request: HttpRequest) -> str:
    """The whole address; its path alone where the host is refused, for that page has a frame, too."""
    try:
        return request.build_absolute_uri()
    except DisallowedHost:
        return request.get_full_path()


def report_link(request: HttpRequest) -> str:
    """A page that gets ?pagina=, or a mail with the address in its text; empty without a setting."""
    contact: str = settings.REPORT_ADDRESS
    if not contact:
        return ""
    address = page_address(request)
    if "://" in contact:
        return f"{contact}{'&' if '?' in contact else '?'}{urlencode({'pagina': address})}"
    words = {
        "subject": _("Errore in una pagina di gisplan"),
        "body": _("Pagina: %(address)s") % {"address": address},
    }
    return f"mailto:{contact}?{urlencode(words).replace('+', '%20')}"
