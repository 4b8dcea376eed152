"""What siting, equity and trends call their columns, tables and values, and how they say what they refuse."""

from django.utils.translation import gettext_lazy as _

from gisplan.analysis.errors import AnalysisError, RequestRefused

COLUMNS = {
    "date": _("Data"),
    "edition": _("Edizione del territorio"),
    "municipalities": _("Comuni"),
    "people_first": _("Residenti all'inizio"),
    "people_last": _("Residenti alla fine"),
    "change": _("Variazione"),
    "change_pct": _("Variazione (%)"),
    "people_0_14_first": _("0–14 anni all'inizio"),
    "people_0_14_last": _("0–14 anni alla fine"),
    "people_15_64_first": _("15–64 anni all'inizio"),
    "people_15_64_last": _("15–64 anni alla fine"),
    "people_65_plus_first": _("65 anni e oltre all'inizio"),
    "people_65_plus_last": _("65 anni e oltre alla fine"),
    "old_age_index": _("Indice di vecchiaia"),
    "old_age_first": _("Indice di vecchiaia all'inizio"),
    "old_age_last": _("Indice di vecchiaia alla fine"),
    "density_per_km2": _("Residenti per km²"),
    "small": _("Piccolo"),
    "sparse": _("Poco denso"),
    "falling": _("In calo"),
    "old": _("Anziano"),
    "signs": _("Segni di debolezza (0–4)"),
    "side": _("Quando"),
    "people_left_out": _("Persone senza valore"),
    "mean": _("Media"),
    "gini": _("Gini (0–1)"),
    "palma": _("Palma"),
    "theil": _("Theil"),
    "grouping": _("Gruppi"),
    "group": _("Gruppo"),
    "between": _("Theil fra i gruppi"),
    "within": _("Theil dentro i gruppi"),
    "share_between": _("Quota fra i gruppi"),
    "share_people": _("Quota di persone"),
    "share_value": _("Quota dell'accessibilità"),
}
TABLES = {
    "trends_by_municipality": _("Andamento per comune"),
    "trends_by_zone": _("Andamento per zona omogenea"),
    "trends_by_snai_class": _("Andamento per classe SNAI"),
    "people_by_date": _("Residenti a ogni data caricata"),
    "people_by_municipality_and_date": _("Residenti di ogni comune a ogni data"),
    "equity": _("Indici di disuguaglianza"),
    "theil_parts": _("Disuguaglianza fra i gruppi e dentro i gruppi"),
    "theil_groups": _("Ogni gruppo"),
    "lorenz": _("Curva di Lorenz"),
}
METHODS = {"trends": _("Andamento demografico"), "equity": _("Equità")}
WHOLE = _("Tutto il territorio")
VALUES = {"today": _("oggi"), "then": _("dopo")}
CODED = {"small", "sparse", "falling", "old", "side", "grouping"}
PARAMETERS = {
    "first_date": _("Data iniziale"),
    "last_date": _("Data finale"),
    "small_people": _("Piccolo: residenti fino a"),
    "sparse_per_km2": _("Poco denso: residenti per km² fino a"),
    "run": _("Esecuzione"),
    "run_then": _("Esecuzione dopo"),
    "column": _("Misura"),
}
SENTENCES = {
    "dates": _(
        "Per un andamento servono i residenti di %(expected)s date, e ci sono %(found)s: carica un'altra edizione."
    ),
    "years": _("Gli anni devono essere due, in ordine, fra %(expected)s, non %(found)s: scegline altri."),
    "column": _("La misura dev'essere una fra %(expected)s, non %(found)s: scegline una."),
    "values": _(
        "La disuguaglianza di %(found)s non è definita: nessuno ha un valore sopra lo zero, o un valore è negativo."
    ),
    "places": _("I due calcoli devono riguardare gli stessi luoghi: calcolali per la stessa domanda."),
}


def sentence(error: AnalysisError) -> str:
    """The refusal in the reader's language; what has no words here is said as the command says it."""
    if isinstance(error, RequestRefused) and error.field in SENTENCES:
        return str(SENTENCES[error.field] % {"found": error.found, "expected": error.expected})
    return str(error)
