"""POST /analysis/catchment: the catchment of a position while it is dragged. Nothing is stored, no cookie is set."""

import logging
import math

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from gisplan.accessibility.errors import AccessibilityError
from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.analysis.hubs import hub_catchment
from gisplan.network.errors import NetworkError
from gisplan.web.hub_question import from_json, sentence
from gisplan.web.rate_limit import RateLimit, address_of
from gisplan.web.refusals import too_many

LOG = logging.getLogger(__name__)
limit = RateLimit()


@csrf_exempt  # it changes nothing, and an anonymous visitor has no cookie to prove
def catchment(request: HttpRequest) -> HttpResponse:
    """GeoJSON with the columns of `bands` and the fields of a Run; a refusal is {"error": {type, field, message}}."""
    if request.method != "POST":
        response = refusal("method", _("Qui si chiede con POST."), status=405)
        response.headers["Allow"] = "POST"
        return response
    if not request.user.is_authenticated:
        wait_s = limit.wait_s(address_of(request), per_minute=settings.CATCHMENTS_PER_MINUTE)
        if wait_s:
            return _too_many(math.ceil(wait_s))
    try:
        asked = from_json(request.body)
        found = hub_catchment(asked.lon, asked.lat, asked.request)
    except RequestRefused as error:
        return refusal("request", sentence(error), field=error.field, status=400)
    except AnalysisError:
        return refusal(
            "not_loaded", _("Nessun territorio è caricato: non c'è nulla da misurare."), status=503
        )
    except (NetworkError, AccessibilityError):
        LOG.exception("The engine refused a catchment that was checked")
        return refusal(
            "engine", _("Il motore di calcolo non ha potuto rispondere: riprova più tardi."), status=500
        )
    return HttpResponse(
        found.as_geojson(), content_type="application/geo+json", headers={"Cache-Control": "no-store"}
    )


def refusal(kind: str, message: str, *, status: int, field: str = "") -> JsonResponse:
    return JsonResponse({"error": {"type": kind, "field": field, "message": message}}, status=status)


def _too_many(wait_s: int) -> JsonResponse:
    response = refusal("rate", too_many(wait_s), status=429)
    response.headers["Retry-After"] = str(wait_s)
    return response
