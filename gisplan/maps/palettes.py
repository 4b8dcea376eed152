"""The one table of colours, marks and short labels: axes, SNAI classes, time bands, places, no data.

Every pair of a table stays apart for full, protan, deutan and tritan sight (Machado et al. 2009,
doi:10.1109/TVCG.2009.113); every mark reaches 3:1 on the ground and 4.5:1 under its text (WCAG 2.1, 1.4.11
and 1.4.3). tests/maps/test_palettes.py computes both. Shape or dash says the same as the colour, never less.
"""

from dataclasses import dataclass

from gisplan.maps.style import Style, Symbol

GROUND = "#e9eef2"
LAND = "#fbfaf6"
INK = "#17324d"
WHITE = "#ffffff"
GREY = "#5d6b78"

SQUARE = "M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z"
TRIANGLE = "M12 .8 23.6 21.6H.4z"
CIRCLE = "M12 1a11 11 0 1 1 0 22a11 11 0 1 1 0-22z"
DIAMOND = "M12 0 24 12 12 24 0 12z"
HEXAGON = "M6.2 1.6h11.6L23.6 12l-5.8 10.4H6.2L.4 12z"
CROSS = "M6 1h12v5h5v12h-5v5H6v-5H1V6h5z"
DIGITS = (
    "M10.2 9.2 12.7 7.5v9",
    "M9.3 12a2.8 2.8 0 0 1 5.5.2c0 1.3-.8 2.2-1.9 3.3L9.3 18.9h5.7",
    "M9.3 7.5h5.2l-3 3.5a2.8 2.8 0 1 1-2.5 4.2",
    "M13.3 16.5v-9L8.8 13.8h6.5",
    "M14.7 7.5H10l-.5 4.2a2.9 2.9 0 1 1-.4 3.6",
    "M14.2 7.5c-3 .9-4.9 3.2-4.9 6.1a2.8 2.8 0 1 0 2.8-2.8c-1.4 0-2.5.9-2.7 2.2",
)


@dataclass(frozen=True)
class Entry:
    """One line of a palette: its key, a short label per language and its style."""

    key: str
    it: str
    en: str
    style: Style

    def label(self, lang: str) -> str:
        """Short label in `lang`."""
        return self.en if lang == "en" else self.it


def _mark(fill: str, path: str, *, glyph: str = "", line: str = "") -> Style:
    return Style(fill=fill, stroke=WHITE, width_px=1.5, fill_opacity=1, symbol=Symbol(path, glyph, line))


def _area(fill: str, stroke: str, *, on_fill: str = INK, width_px: float = 1, dash: str = "") -> Style:
    return Style(fill=fill, stroke=stroke, on_fill=on_fill, width_px=width_px, dash=dash)


def _table(*entries: Entry) -> dict[str, Entry]:
    return {entry.key: entry for entry in entries}


# The order is the plan's; the words are short tags for a map, the titles are in the register.
AXES = _table(
    Entry("1", "Digitale e cultura", "Digital and culture", _mark("#6342c5", SQUARE, line=DIGITS[0])),
    Entry("2", "Transizione ecologica", "Green transition", _mark("#2d8453", TRIANGLE, line=DIGITS[1])),
    Entry("3", "Mobilità", "Mobility", _mark("#08579e", CIRCLE, line=DIGITS[2])),
    Entry("4", "Istruzione e ricerca", "Education and research", _mark("#9b6b00", DIAMOND, line=DIGITS[3])),
    Entry("5", "Inclusione e coesione", "Inclusion and cohesion", _mark("#c0227a", HEXAGON, line=DIGITS[4])),
    Entry("6", "Salute", "Health", _mark("#901e15", CROSS, line=DIGITS[5])),
)

SNAI = _table(
    Entry("A", "A Polo", "A Pole", _area("#123a6b", WHITE, on_fill=WHITE)),
    Entry("B", "B Polo intercomunale", "B Intermunicipal pole", _area("#3f78b5", WHITE, on_fill=WHITE)),
    Entry("C", "C Cintura", "C Belt", _area("#d3e3ee", GREY)),
    Entry("D", "D Intermedio", "D Intermediate", _area("#f6c667", GREY)),
    Entry("E", "E Periferico", "E Peripheral", _area("#e28a45", GREY)),
    Entry("F", "F Ultraperiferico", "F Outermost", _area("#7a2211", WHITE, on_fill=WHITE)),
)

# The larger the time the lighter the fill and the shorter the dash.
BANDS_MIN = _table(
    Entry("5", "5 minuti", "5 minutes", _area("#2b5f8a", "#17324d", on_fill=WHITE, width_px=2)),
    Entry("10", "10 minuti", "10 minutes", _area("#6fa5cc", "#2b5f8a", width_px=2, dash="8 4")),
    Entry("15", "15 minuti", "15 minutes", _area("#bcd7ea", "#2b5f8a", width_px=2, dash="2 4")),
)

# Classes from low to high, for choropleths of up to seven classes.
RAMP = ("#eef4e6", "#cfe3c4", "#a3cdaa", "#6fb096", "#3f8c84", "#226570", "#123f57")
# Differences from the slightest to the greatest, for up to three classes a side; equal is LAND.
LESS = ("#f9c98f", "#d97a1f", "#8c3b00")
MORE = ("#a9cdea", "#4c8fc9", "#123f80")
# Values with no order (Okabe and Ito 2008): beyond eight no reader tells colours apart.
KINDS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#5a5a5a")

TRAIN = (
    "M8 6h8a1.6 1.6 0 0 1 1.6 1.6v7A1.6 1.6 0 0 1 16 16.2H8a1.6 1.6 0 0 1-1.6-1.6v-7A1.6 1.6 0 0 1 8 6z"
    "M8.2 8v3.6h7.6V8zM8.4 13h1.8v1.6H8.4zM13.8 13h1.8v1.6h-1.8z"
    "M8 16.8h1.6L8.4 19H6.8zM14.4 16.8H16l1.2 2.2h-1.6z"
)
LETTER_H = "M7.5 6h2.6v4.7h3.8V6h2.6v12h-2.6v-4.8h-3.8V18H7.5z"
PLUS = "M10.4 6h3.2v4.4H18v3.2h-4.4V18h-3.2v-4.4H6v-3.2h4.4z"
CAP = "M12 6l8 3.8-8 3.8-8-3.8zM7 12.8l5 2.4 5-2.4v3.2l-5 2.4-5-2.4z"

PLACES = _table(
    Entry("station", "Stazione", "Station", _mark(INK, CIRCLE, glyph=TRAIN)),
    Entry("hospital", "Ospedale", "Hospital", _mark(INK, SQUARE, glyph=LETTER_H)),
    Entry("health_site", "Presidio sanitario", "Health site", _mark(INK, SQUARE, glyph=PLUS)),
    Entry("school", "Scuola", "School", _mark(INK, HEXAGON, glyph=CAP)),
    Entry("intervention", "Intervento", "Intervention", _mark(INK, DIAMOND)),
)

HATCHED = Style(fill=WHITE, stroke=GREY, on_fill=INK, hatched=True)

# Who reaches a service: where the register is not complete, not reached is not known.
COVERAGE = _table(
    Entry("covered", "Coperto", "Covered", _area("#1f6f78", "#0d4047", on_fill=WHITE)),
    Entry("not_covered", "Non coperto", "Not covered", _area("#f2b36b", "#8a4b08")),
    Entry("not_known", "Non noto", "Not known", HATCHED),
)


def _pair(key: str, it: str, en: str, fill: str, *, on_fill: str = INK) -> Entry:
    return Entry(key, it, en, Style(fill=fill, stroke=GREY, on_fill=on_fill, fill_opacity=1, width_px=0.7))


# Need by row (orange), what the plan does by column (blue): where need is high and the plan does nothing, orange stands
# alone. The key is both steps, from 0.
BIVARIATE = _table(
    _pair("00", "Bisogno basso, nessun intervento", "Low need, no intervention", "#f1f1f1"),
    _pair("01", "Bisogno basso, pochi interventi", "Low need, few interventions", "#a9c8e8"),
    _pair(
        "02", "Bisogno basso, più interventi", "Low need, more interventions", "#4f8fd0", on_fill="#000000"
    ),
    _pair("10", "Bisogno medio, nessun intervento", "Middle need, no intervention", "#f6cf9f"),
    _pair("11", "Bisogno medio, pochi interventi", "Middle need, few interventions", "#a39f9c"),
    _pair("12", "Bisogno medio, più interventi", "Middle need, more interventions", "#4a6f97", on_fill=WHITE),
    _pair("20", "Bisogno alto, nessun intervento", "High need, no intervention", "#ee8a2a"),
    _pair("21", "Bisogno alto, pochi interventi", "High need, few interventions", "#9c5f35", on_fill=WHITE),
    _pair("22", "Bisogno alto, più interventi", "High need, more interventions", "#1f2d3d", on_fill=WHITE),
)

NO_DATA = Entry("no_data", "Dato mancante", "No data", HATCHED)
BOUNDARY = Entry(
    "boundary",
    "Comuni",
    "Municipalities",
    Style(fill=LAND, stroke="#8b95a0", on_fill=INK, fill_opacity=1, width_px=0.7),
)
OUTSIDE = Entry(
    "outside",
    "Fuori dal territorio",
    "Outside the territory",
    Style(fill="#f0f1f1", stroke="#b3bac2", on_fill=INK, fill_opacity=1, width_px=0.7),
)
# Streets as a ground: seen where one looks for them, and never louder than what lies on them.
STREETS = Entry("streets", "Strade", "Streets", Style(fill=LAND, stroke="#c3c9cf", width_px=1))
STREET_WIDTHS_PX = (2.2, 1.1, 0.6)  # main, other, not for cars
RAILWAYS = _table(
    Entry("train", "Ferrovie", "Railways", Style(fill=LAND, stroke="#4a5560", width_px=1.6, dash="7 3")),
    Entry("city", "Metropolitane e tram", "Metros and trams", Style(fill=LAND, stroke="#4a5560", dash="2 3")),
)
FOCUS = Entry(
    "focus",
    "Comune scelto",
    "Chosen municipality",
    Style(fill="#ffe9a8", stroke=INK, on_fill=INK, fill_opacity=0.7, width_px=2.5),
)


def ramp_colours(count: int) -> list[str]:
    """`count` colours of the ramp from light to dark, spread over all of it."""
    step = (len(RAMP) - 1) / max(1, count - 1)
    return [RAMP[round(position * step)] for position in range(count)]
