"""What a page was made of, and the page itself, stay in memory while nothing in the database has changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from gisplan.territory.stamps import table_stamps

APPS = ("territory", "plan", "analysis", "layers")
UNSEEN = {"importissue", "importrun"}  # no page that is kept shows them, and they may be many
MOST = 128
#: Pages as they are sent: some 100 kB each.
MOST_PAGES = 200
#: Settings that a page shows.
SHOWN = ("TERRITORY_NAME", "OWNER", "REPORT_ADDRESS", "TILE_SERVER", "TILE_ATTRIBUTION")
NONCE_PLACE = "\0nonce\0"  # no page holds a NUL

View = Callable[..., HttpResponse]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Stamp:
    """The state of the database by app: equal while no row of these apps has changed."""

    database: str
    apps: tuple[tuple[str, int], ...]

    def of(self, *names: str) -> "Stamp":
        """That of some apps alone, for what stands on no other."""
        return Stamp(self.database, tuple(one for one in self.apps if one[0] in names))


class _Shelf(Generic[Made]):
    """The things that were last asked for."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Hashable, Made] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> Made | None:
        with self._lock:
            if key not in self._things:
                return None
            self._things.move_to_end(key)
            return self._things[key]

    def put(self, key: Hashable, made: Made) -> None:
        with self._lock:
            self._things[key] = made
            while len(self._things) > self._most:
                self._things.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._things.clear()


_shelf: _Shelf[tuple[Any]] = _Shelf(MOST)
pages: _Shelf[tuple[bytes, dict[str, str]]] = _Shelf(MOST_PAGES)
_last: dict[str, tuple[str, Stamp]] = {}


def kept(stamp: Stamp, key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` gave for this key, language, day and territory while the database had this stamp."""
    whole = (stamp, get_language(), timezone.localdate(), tuple(settings.TERRITORY), key)
    if (found := _shelf.find(whole)) is not None:
        one: Made = found[0]
        return one
    made = make()
    _shelf.put(whole, (made,))
    return made


def kept_page(view: View) -> View:
    """A page that says the same to all who are not signed in is kept as it was sent, but for its nonce.

    A request with a cookie is always answered anew, and so is what is no page: a file, a refusal.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if request.method != "GET" or request.COOKIES:
            return view(request, *args, **named)
        key = _page_key(request)
        nonce = str(getattr(request, "csp_nonce", ""))
        if (found := pages.find(key)) is not None:
            return _sent_again(found, nonce)
        response = view(request, *args, **named)
        if nonce and _may_be_kept(response):
            patch_vary_headers(response, ["Cookie"])
            headers = {name: value.replace(nonce, NONCE_PLACE) for name, value in response.items()}
            pages.put(key, (response.content.replace(nonce.encode(), NONCE_PLACE.encode()), headers))
        return response

    return answer


def _sent_again(page: tuple[bytes, dict[str, str]], nonce: str) -> HttpResponse:
    body, headers = page
    own = {name: value.replace(NONCE_PLACE, nonce) for name, value in headers.items()}
    return HttpResponse(body.replace(NONCE_PLACE.encode(), nonce.encode()), headers=own)


def _page_key(request: HttpRequest) -> Hashable:
    shown = tuple(getattr(settings, name) for name in SHOWN)
    address = (request.scheme, request.get_host(), request.get_full_path())
    return (data_stamp(), timezone.localdate(), tuple(settings.TERRITORY), shown, address)


def _may_be_kept(response: HttpResponse) -> bool:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    is_file = "Content-Disposition" in response.headers
    return (
        is_page
        and not is_file
        and not response.streaming
        and not response.cookies
        and response.status_code == HTTPStatus.OK
    )


def data_stamp() -> Stamp:
    """Changes with every row written or removed in the tables that pages show.

    While no transaction has been begun since, PostgreSQL's snapshot is the same and nothing need be read; a
    transaction of one's own is not in it. Otherwise the place and the transaction of each row are summed.
    """
    name = str(connection.settings_dict["NAME"])
    if connection.in_atomic_block:
        return Stamp(name, _rows())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        (snapshot,) = cursor.fetchone() or ("",)
    known = _last.get(name)
    if known is not None and known[0] == snapshot:
        return known[1]
    stamp = Stamp(name, _rows())
    if snapshot.endswith(":"):  # nobody's transaction was open: what was read is all that there is
        _last[name] = (snapshot, stamp)
    return stamp


def stamp_of(*models: type[Model]) -> Stamp:
    """That of some tables alone, read anew: for what takes long and stands on few of them."""
    rows = [(model._meta.label, hash(one)) for model, one in zip(models, table_stamps(models), strict=True)]
    return Stamp(str(connection.settings_dict["NAME"]), tuple(rows))


def _rows() -> tuple[tuple[str, int], ...]:
    """By app: all its tables but those that no page shows."""
    shown = [
        (app, model)
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model._meta.model_name not in UNSEEN
    ]
    stamps = list(zip(shown, table_stamps([model for _app, model in shown]), strict=True))
    return tuple((app, hash(tuple(one for (own, _), one in stamps if own == app))) for app in APPS)
