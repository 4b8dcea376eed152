"""Every text that the maps themselves say, in Italian and English, and how they write a value."""

import datetime as dt
from typing import Literal

Lang = Literal["it", "en"]

TEXTS: dict[str, dict[Lang, str]] = {
    "zoom_in": {"it": "Ingrandisci la mappa", "en": "Zoom in"},
    "zoom_out": {"it": "Riduci la mappa", "en": "Zoom out"},
    "home": {"it": "Torna alla vista iniziale", "en": "Back to the first view"},
    "close": {"it": "Chiudi la scheda", "en": "Close the popup"},
    "map_of": {"it": "Mappa: {title}", "en": "Map: {title}"},
    "legend": {"it": "Legenda", "en": "Legend"},
    "show_layer": {"it": "Mostra il livello {title}", "en": "Show the layer {title}"},
    "table_of": {"it": "Tabella: {title}", "en": "Table: {title}"},
    "small_areas": {
        "it": "Le aree troppo piccole a questa scala sono un punto ogni quattro pixel: ingrandisci per vederle.",
        "en": "Areas too small at this scale are one dot for each four pixels: zoom in to see them.",
    },
    "many_here": {
        "it": "{count} elementi troppo vicini a questa scala: ingrandisci la mappa.",
        "en": "{count} features too close together at this scale: zoom in.",
    },
    "left_out": {
        "it": "Qui {count} elementi piccoli non sono disegnati: ingrandisci la mappa.",
        "en": "{count} small features are not drawn here: zoom in.",
    },
    "cluster": {"it": "{title}: {count} qui, ingrandisci", "en": "{title}: {count} here, zoom in"},
    "nearer": {"it": "Si vede da vicino.", "en": "Seen from nearer."},
    "zoom_here": {"it": "Ingrandisci qui", "en": "Zoom in here"},
    "not_answered": {
        "it": "Il sito non risponde: riprova, o cerca l'elemento nella tabella.",
        "en": "The site does not answer: try again, or look the feature up in the table.",
    },
    "not_in_file": {
        "it": "Questo livello ha {count} elementi ed è disegnato solo sul sito.",
        "en": "This layer has {count} features and is drawn on the site only.",
    },
    "data": {"it": "Dati della mappa", "en": "Data of the map"},
    "tables": {"it": "Tabelle", "en": "Tables"},
    "name": {"it": "Nome", "en": "Name"},
    "sources": {"it": "Fonti", "en": "Sources"},
    "licence": {"it": "licenza", "en": "licence"},
    "date": {"it": "Data: {date}", "en": "Date: {date}"},
    "no_script": {
        "it": "La mappa richiede JavaScript; gli stessi dati sono nella tabella.",
        "en": "The map needs JavaScript; the same data is in the table.",
    },
    "not_located": {
        "it": "{count} di {total} non hanno una posizione nota: sono solo in tabella.",
        "en": "{count} of {total} have no known position: they are only in the table.",
    },
    "printed": {"it": "Stampato il {date}.", "en": "Printed on {date}."},
    "scale": {"it": "Scala 1:{ratio} circa su {paper}", "en": "Scale about 1:{ratio} on {paper}"},
    "drawn_in": {
        "it": "Mappa disegnata in {system}; la freccia indica il nord della griglia.",
        "en": "Map drawn in {system}; the arrow shows grid north.",
    },
    "legend_more": {
        "it": "Altri livelli della mappa non entrano in questo foglio: {count}.",
        "en": "Further layers of the map do not fit this sheet: {count}.",
    },
    "more_rows": {
        "it": "Le prime {shown} righe di {total}: tutte nei file XLSX e GeoPackage.",
        "en": "The first {shown} rows of {total}: all of them in the XLSX and GeoPackage files.",
    },
    "off_map": {"it": "non sulla mappa", "en": "not on the map"},
    "empty_layer": {"it": "Nessun elemento.", "en": "No features."},
    "not_known": {"it": "non noto", "en": "not known"},
    "yes": {"it": "sì", "en": "yes"},
    "no": {"it": "no", "en": "no"},
}


def text(key: str, lang: Lang, **values: object) -> str:
    """Text `key` in `lang`, with its placeholders filled."""
    return TEXTS[key][lang].format(**values)


def format_value(value: object, lang: Lang, *, decimals: int | None = None) -> str:
    """Write a value as readers of `lang` do: 1.234,5 and 31/12/2023 in Italian; None becomes 'not known'.

    Without `decimals` a float keeps up to two; an infinite or undefined number is 'not known' too.
    """
    if value is None or (isinstance(value, float) and value - value != 0):
        return text("not_known", lang)
    if isinstance(value, bool):
        return text("yes" if value else "no", lang)
    if isinstance(value, int | float):
        return _number(value, lang, decimals)
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y" if lang == "it" else "%d %B %Y")
    if isinstance(value, list | tuple):
        return ", ".join(format_value(item, lang, decimals=decimals) for item in value)
    return str(value)


def with_unit(written: str, unit: str, lang: Lang) -> str:
    """A written value or range with its unit; the euro stands where the language puts it."""
    if unit == "€" and lang == "en":
        return f"€{written}"
    return f"{written} {unit}" if unit else written


def _number(value: float, lang: Lang, decimals: int | None) -> str:
    if decimals is None:
        written = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
    else:
        written = f"{value:,.{decimals}f}"
    return written.translate(str.maketrans(",.", ".,")) if lang == "it" else written
