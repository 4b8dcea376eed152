"""Where the speeds and classes of a method come from, in the reader's language: the engine speaks English."""

from django.utils.translation import gettext_lazy as _

from gisplan.accessibility.hub_quality import DEFAULT_TABLE
from gisplan.network.profiles import SPEED_SOURCES
from gisplan.web.column_names import VALUES

SOURCES = {
    SPEED_SOURCES["walk"]: _(
        "4,8 km/h: mezzo miglio in dieci minuti; sulle scale un terzo (Fujiyama e Tyler 2010); pendenza secondo "
        "Tobler (1993)"
    ),
    SPEED_SOURCES["bike"]: _("12 km/h, meno sui fondi sconnessi (OSRM, bicycle.lua)"),
    SPEED_SOURCES["car"]: _(
        "0,8 del limite indicato, altrimenti secondo la classe della strada (OSRM, car.lua)"
    ),
    DEFAULT_TABLE.source: _(
        "classi ÖV-Güteklassen (ARE, Svizzera) nella variante di GOAT; fra i tram anche gli autobus rapidi in sede "
        "propria"
    ),
}


def source_words(english: str) -> str:
    """A source that this table does not know, as an older run may have kept it, stays as it is."""
    return str(SOURCES.get(english, english))


def speed_kind(kind: str) -> tuple[str, str]:
    """Of "bike on gravel" the mode in words and OpenStreetMap's own name of where."""
    mode, _on, where = kind.partition(" on ")
    return str(VALUES.get(mode, mode)), where
