"""The pages of what went wrong: in the reader's language, and without a query, which may be what failed."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from gisplan.web.context import frame

View = Callable[..., HttpResponse]
_STATION = _("Nessuna stazione caricata ha il codice «%(asked)s»: scegline una dall'elenco.")
_MUNICIPALITY = _("Nessun comune caricato ha il codice ISTAT «%(asked)s»: cercalo per nome nell'elenco.")
_LAYER = _("Nessuno strato pubblicato si chiama «%(asked)s»: scegline uno dall'elenco.")
_AXIS = _("Il piano caricato non ha un asse «%(asked)s»: scegline uno dalla panoramica.")
_RUN = _("Nessuna esecuzione ha il numero «%(asked)s»: scegline una dall'elenco.")
#: Name of the address -> what is not there, and the page to look for it.
NOT_FOUND = {
    "axis": (_AXIS, "home"),
    "axis_answers": (_AXIS, "home"),
    "edition": (
        _("Nessuna edizione caricata del piano ha il codice «%(asked)s»: parti dalla panoramica."),
        "home",
    ),
    "edition_axis": (
        _("Nessuna edizione caricata ha questo asse («%(asked)s»): parti dalla panoramica."),
        "home",
    ),
    "municipality": (_MUNICIPALITY, "municipalities"),
    "embed": (_MUNICIPALITY, "municipalities"),
    "station": (_STATION, "stations"),
    "station_profile": (_STATION, "stations"),
    "run": (_RUN, "analyses"),
    "run_csv": (_RUN, "analyses"),
    "run_xlsx": (_RUN, "analyses"),
    "run_gpkg": (_RUN, "analyses"),
    "scenario": (_("Nessuno scenario ha il numero «%(asked)s»: scegline uno dall'elenco."), "scenarios"),
    "siting_job": (_("Nessun calcolo ha il numero «%(asked)s»: fanne un altro."), "siting"),
    "layer": (_LAYER, "layers"),
    "layer_qml": (_LAYER, "layers"),
    "layer_sld": (_LAYER, "layers"),
}
NO_PAGE = (_("Nessuna pagina ha l'indirizzo «%(asked)s»: parti da una di queste."), "home")
_SHOWN_LETTERS = 60
_LISTED = 12


class Refused(Exception):
    """What a page does not answer, as a sentence for its reader; the middleware makes a page of it."""

    status = HTTPStatus.BAD_REQUEST

    def headers(self) -> dict[str, str]:
        return {}


class BadQuestion(Refused, ValueError):
    """The address asks for something that cannot be chosen."""


class TooManyRequests(Refused):
    """This visitor must wait."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, wait_s: int) -> None:
        super().__init__(too_many(wait_s))
        self.wait_s = wait_s

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.wait_s)}


class Busy(Refused):
    """The site makes as many files as it can."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    wait_s = 10

    def __init__(self) -> None:
        super().__init__(
            gettext("Il sito sta preparando altri file: riprova fra %(seconds)d s.")
            % {"seconds": self.wait_s}
        )

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.wait_s)}


def too_many(wait_s: int) -> str:
    return gettext("Troppe richieste da questo indirizzo: riprova fra %(seconds)d s.") % {"seconds": wait_s}


def chosen(name: str, written: str, known: Sequence[str]) -> str:
    """The value of the address where it can be chosen; an empty one chooses nothing."""
    if written and written not in known:
        raise BadQuestion(
            gettext("«%(name)s» nell'indirizzo dev'essere uno fra %(known)s, non «%(found)s»: correggilo.")
            % {"name": name, "known": _listed(known), "found": written[:_SHOWN_LETTERS]}
        )
    return written


def _listed(known: Sequence[str]) -> str:
    return ", ".join([*known[:_LISTED], *(["…"] if len(known) > _LISTED else [])]) or "–"


def whole(name: str, written: str, *, digits: int) -> int | None:
    """The number of the address; None where it is empty."""
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) <= digits):
        raise BadQuestion(
            gettext("«%(name)s» nell'indirizzo dev'essere un numero intero, non «%(found)s»: correggilo.")
            % {"name": name, "found": written[:_SHOWN_LETTERS]}
        )
    return int(written)


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    context = {"message": str(error), "later": "Retry-After" in error.headers()}
    response = render(request, "web/refused.html", context, status=error.status)
    for name, value in error.headers().items():
        response.headers[name] = value
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Says what was looked for, as it was written, and where to look for it."""
    match = request.resolver_match
    kind = match.url_name or "" if match else ""
    message, where = NOT_FOUND.get(kind, NO_PAGE)
    asked = next(iter(match.kwargs.values()), "") if match and kind in NOT_FOUND else request.path
    edition = match.kwargs.get("edition") if match else None
    if kind == "edition_axis" and match:
        asked = f"{edition}: {match.kwargs['code']}"
    context = {"message": message % {"asked": str(asked)[:_SHOWN_LETTERS]}, "where": where}
    return render(request, "404.html", context, status=HTTPStatus.NOT_FOUND)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("400.html", frame(request)), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("500.html", frame(request)), status=500)


def read_only(view: View) -> View:
    """A page for GET and HEAD: any other method is a 405, before Django asks it for a form's token."""
    return csrf_exempt(require_safe(view))
