"""A new server process reads every public page once, so that its first reader does not wait for what is made once."""

import gc
import io
import logging
import threading
import time

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import DatabaseError, connections

from gisplan.web.public_pages import public_pages
from gisplan.web.urls import urlpatterns

#: Between two pages, for the readers who are there already.
PAUSE_S = 0.05

log = logging.getLogger(__name__)


def warm_up(handler: WSGIHandler) -> threading.Thread:
    """In a thread of its own with a connection of its own; the server answers meanwhile."""
    thread = threading.Thread(target=_warm, args=[handler], name="warm-up", daemon=True)
    thread.start()
    return thread


def read_pages(handler: WSGIHandler) -> int:
    """How many were read; without a database, or without its tables, none."""
    count = 0
    try:
        for address in [one for addresses in public_pages(urlpatterns).values() for one in addresses]:
            handler.get_response(_request(address)).close()
            count += 1
            time.sleep(PAUSE_S)
    except DatabaseError as error:
        log.info("The pages are not read ahead: %s", str(error).splitlines()[0])
    finally:
        connections.close_all()
    return count


def _warm(handler: WSGIHandler) -> None:
    """What is kept then lives long: looking through all of it for garbage took a fifth of a second of some reader."""
    read_pages(handler)
    gc.collect()
    gc.freeze()


def _request(address: str) -> WSGIRequest:
    """As a reader of this machine would ask."""
    path, _mark, query = address.partition("?")
    host = next((name for name in settings.ALLOWED_HOSTS if name not in ("*", "")), "localhost")
    return WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": host.lstrip("."),
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "0.0.0.0",  # noqa: S104 - no reader has it, so no reader's allowance is used
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
        }
    )
