"""What siting, equity and trends call their columns, tables and values, and how they say what they refuse."""

from django.utils.translation import gettext_lazy as _

from gisplan.analysis.errors import AnalysisError, RequestRefused
from gisplan.web.wording import NOT_COMPUTED

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
    "site_kind": _("Sito"),
    "site": _("Codice del sito"),
    "name": _("Nome"),
    "x_m": _("Est (m)"),
    "y_m": _("Nord (m)"),
    "placed_at": _("Posizione"),
    "cost_eur": _("Costo (€)"),
    "spent_eur": _("Spesa (€)"),
    "people_nearest": _("Persone per cui è il più vicino"),
    "covered_today": _("Persone coperte oggi"),
    "covered_then": _("Persone coperte dopo"),
    "covered": _("Persone coperte"),
    "minutes_today": _("Minuti oggi"),
    "minutes_then": _("Minuti dopo"),
    "mean_min_today": _("Minuti medi oggi"),
    "mean_min_then": _("Minuti medi dopo"),
    "longest_min_today": _("Minuti più lunghi oggi"),
    "longest_min_then": _("Minuti più lunghi dopo"),
    "not_served": _("Persone che nessun sito può servire"),
    "problem": _("Problema"),
    "sites_new": _("Siti nuovi"),
    "sites_existing": _("Siti di oggi"),
    "sites_candidate": _("Siti candidati"),
    "sites_today": _("Siti oggi"),
    "sites_then": _("Siti dopo"),
    "objective_unit": _("Unità dell'obiettivo"),
    "objective": _("Obiettivo"),
    "bound": _("Limite provato"),
    "gap": _("Scarto provato"),
    "optimal": _("Ottimo provato"),
    "greedy": _("Metodo goloso"),
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
    "sites": _("Siti nuovi e di oggi"),
    "candidates": _("Siti candidati"),
    "proof": _("Prova"),
    "covered_by_municipality": _("Persone coperte per comune"),
    "covered_by_zone": _("Persone coperte per zona omogenea"),
    "covered_by_snai_class": _("Persone coperte per classe SNAI"),
    "minutes_by_municipality": _("Minuti per comune"),
}
METHODS = {
    "trends": _("Andamento demografico"),
    "equity": _("Equità"),
    "siting": _("Localizzazione di servizi"),
}
PROBLEM_NAMES = {
    "mclp": _("Coprire più persone possibile"),
    "lscp": _("Coprire tutti con meno siti possibile"),
    "p-median": _("Accorciare il tempo medio"),
    "p-center": _("Accorciare il tempo più lungo"),
}
UNIT_NAMES = {
    "people": _("persone"),
    "sites": _("siti"),
    "person-minutes": _("minuti per persona, sommati"),
    "min": _("minuti"),
    "€": "€",
}
WHOLE = _("Tutto il territorio")
#: Columns whose figure has no value by its own definition where something is 0, which is not "not known".
UNDEFINED = {"palma": _("infinito: il 40 per cento peggio servito non ha nulla")}
VALUES = {
    "municipalities": _("comuni"),
    "today": _("oggi"),
    "then": _("dopo"),
    "existing": _("di oggi"),
    "new": _("nuovo"),
    "own_position": _("la sua"),
    "municipal_centre": _("il centro del comune"),
    **PROBLEM_NAMES,
}
CODED = {
    "small",
    "sparse",
    "falling",
    "old",
    "side",
    "grouping",
    "site_kind",
    "placed_at",
    "problem",
    "optimal",
}
PARAMETERS = {
    "first_date": _("Data iniziale"),
    "last_date": _("Data finale"),
    "small_people": _("Piccolo: residenti fino a"),
    "sparse_per_km2": _("Poco denso: residenti per km² fino a"),
    "run": _("Esecuzione"),
    "run_then": _("Esecuzione dopo"),
    "column": _("Misura"),
    "problem": _("Problema"),
    "candidates": _("Siti candidati"),
    "number": _("Siti nuovi al più"),
    "budget_eur": _("Budget (€)"),
    "cost_field": _("Colonna del costo"),
    "time_limit_s": _("Tempo massimo (s)"),
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
    "problem": _("Il problema dev'essere uno dell'elenco, non %(found)s: scegline uno."),
    "service": _("Il servizio dev'essere uno dell'elenco, non %(found)s: scegline uno."),
    "candidates": _(
        "Non c'è un sito candidato libero e localizzato: scegli i comuni o uno strato pubblicato."
    ),
    "candidates_layer": _(
        "I siti candidati devono essere i comuni o uno strato pubblicato, non %(found)s: scegli uno dell'elenco."
    ),
    "mode": _("Il modo dev'essere uno fra %(expected)s, non %(found)s: scegline uno."),
    "demand": _("I minuti in auto si conoscono fra comuni: per le celle scegli a piedi o in bicicletta."),
    "minutes": _("I minuti devono essere un numero intero (%(expected)s), non %(found)s: correggili."),
    "number": _("I siti nuovi devono essere un numero intero (%(expected)s), non %(found)s: correggilo."),
    "time_limit": _(
        "Il tempo massimo dev'essere in secondi interi (%(expected)s), non %(found)s: correggilo."
    ),
    "group": _("Le età devono essere %(expected)s o altre da 0 a 100, non %(found)s: scegline una."),
    "allowance": _("Serve un numero di siti nuovi oppure un budget, uno solo dei due: correggi la domanda."),
    "amount": _("Il budget dev'essere un importo in euro sopra lo zero, non %(found)s: correggilo."),
    "budget": _(
        "Il budget dev'essere sopra lo zero, con la colonna del costo dei candidati: indicali entrambi."
    ),
    "cost_field": _(
        "La colonna del costo dev'essere dello strato dei candidati (%(expected)s), non %(found)s."
    ),
    "cost": _("Ogni candidato deve avere un costo, nella colonna %(expected)s: completala."),
    "nobody": _("Nessuno nel territorio ha queste età (%(found)s): scegline altre."),
    "plan": _(
        "Nessuna scelta di siti raggiunge tutti quelli che si possono raggiungere entro il numero, il budget o il "
        "tempo: aumentali, o chiedi quanti siti servono per coprire tutti."
    ),
    "nothing_new": _("Non è stato scelto nessun sito nuovo: non c'è uno scenario da salvare."),
    "scenario_of": _("Uno scenario si salva da un calcolo di localizzazione: scegline uno."),
    "service_change": _(
        "In uno scenario di un servizio si aggiungono solo siti del territorio: togli il resto."
    ),
    "places": _("I due calcoli devono riguardare gli stessi luoghi: calcolali per la stessa domanda."),
}


def sentence(error: AnalysisError) -> str:
    """The refusal in the reader's language; what has no words here, in general."""
    if isinstance(error, RequestRefused) and error.field in SENTENCES:
        return str(SENTENCES[error.field] % {"found": error.found, "expected": error.expected})
    return str(NOT_COMPUTED)
