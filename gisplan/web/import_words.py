"""Words for what an import did and found: phases, states, encodings, issues and refusals, each with what to do."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

PHASES = {
    "read": _("lettura"),
    "decode": _("decodifica dei testi"),
    "reproject": _("cambio di sistema di riferimento"),
    "repair": _("riparazione"),
    "check": _("controllo"),
    "store": _("salvataggio"),
    "publish": _("pubblicazione"),
}
STATES = {
    "waiting": _("in attesa"),
    "running": _("in corso"),
    "staged": _("pronto da pubblicare"),
    "discarded": _("scartato"),
    "stored": _("pubblicato"),
    "unchanged": _("nessun cambiamento"),
    "refused": _("rifiutato"),
    "failed": _("non riuscito"),
}
MODES = {
    "replace": _("sostituisce"),
    "append": _("aggiunge in coda"),
    "upsert": _("aggiorna o aggiunge per chiave"),
}
PUBLICATIONS = {"publish": _("pubblicata"), "rollback": _("ripristinata")}
KINDS = {
    "note": _("annotato"),
    "repair": _("riparato"),
    "drop": _("lasciato fuori"),
}
GEOMETRIES = {
    "Point": _("punti"),
    "MultiPoint": _("punti multipli"),
    "LineString": _("linee"),
    "MultiLineString": _("linee multiple"),
    "Polygon": _("poligoni"),
    "MultiPolygon": _("poligoni multipli"),
}
ENCODING_RULES = {
    ".cpg": _("lo dice il file .cpg"),
    ".cst": _("lo dice il file .cst"),
    "language byte": _("lo dice il byte della lingua nel .dbf"),
    "detection": _("riconosciuta dal testo"),
    "format": _("la fissa il formato"),
    "given by the user": _("scelta da te"),
}
SYSTEMS = {
    4326: _("gradi di longitudine e latitudine"),
    32632: _("metri della zona 32, a ovest di 12° E"),
    32633: _("metri della zona 33, a est di 12° E"),
    25832: _("cartografia regionale dell'Italia nord-occidentale"),
    25833: _("cartografia regionale dell'Italia orientale"),
    7791: _("il sistema nazionale di oggi, zona 32"),
    6707: _("il sistema nazionale di oggi, zona 32"),
    3003: _("Gauss-Boaga fuso ovest: carte italiane prima del 2012"),
    3004: _("Gauss-Boaga fuso est: carte italiane prima del 2012"),
    23032: _("fogli IGM degli anni Ottanta, a circa 200 m dagli altri"),
    3857: _("metri delle mappe in rete"),
    3035: _("griglie statistiche europee"),
}
ISSUES = {
    "crs_given": _("Il file non dichiara un sistema di riferimento: vale quello indicato da chi importa."),
    "crs_overridden": _("Vale il sistema indicato da chi importa, al posto di quello dichiarato."),
    "encoding_contradicted": _("La codifica dichiarata non legge i byte del file: vale la regola seguente."),
    "column_renamed": _("La colonna ha un nome nuovo, libero e sicuro nella banca dati."),
    "mixed_single_multi": _(
        "Ci sono geometrie singole e multiple insieme: sono tutte salvate come multiple."
    ),
    "text_cut": _("La larghezza del campo ha tagliato l'ultimo carattere: il resto è stato tolto."),
    "text_nul": _("Il testo conteneva caratteri NUL, che la banca dati non accetta: sono stati tolti."),
    "z_dropped": _("Le quote sono state tolte: gli strati sono in due dimensioni."),
    "m_dropped": _("Le misure sono state tolte: gli strati sono in due dimensioni."),
    "decimal_comma": _("I numeri della colonna sono scritti con la virgola decimale."),
    "column_name_cut": _("Il nome ha le dieci lettere che uno shapefile ammette: può mancarne la fine."),
    "key_repeated": _("Una colonna che si presenta come chiave ha valori ripetuti."),
    "number_as_text": _("La colonna di testo contiene solo numeri con la virgola: resta testo."),
    "date_as_text": _("La colonna di testo contiene solo date: resta testo."),
    "date_unreadable": _("La data non esiste nel calendario: il valore è vuoto."),
    "number_unreadable": _("Il numero non sta nel suo campo o non è un numero: il valore è vuoto."),
    "ring_closed": _("Un anello non finiva dove comincia: è stato chiuso."),
    "curve_linearised": _("Gli archi sono diventati spezzate di corde brevi, le superfici poligoni."),
    "collection_reduced": _("Della raccolta sono rimaste le parti del genere dello strato."),
    "repeated_vertices": _("I vertici uguali al precedente sono stati tolti."),
    "invalid_geometry": _("La geometria non era valida ed è stata resa valida."),
    "null_geometry": _("L'elemento non ha geometria ed è rimasto fuori."),
    "unreadable_geometry": _("I byte dell'elemento non sono una geometria: è rimasto fuori."),
    "empty_geometry": _("La geometria dell'elemento è vuota: è rimasto fuori."),
    "non_finite_coordinates": _("Le coordinate dell'elemento non sono numeri: è rimasto fuori."),
    "collapsed_geometry": _("Resa valida, la geometria non conserva nulla del suo genere: è rimasta fuori."),
    "feature_outside_italy": _("L'elemento è fuori dall'Italia ed è rimasto fuori dallo strato."),
}
REFUSALS = {
    "crs_missing": _(
        "Il file non dice in quale sistema di riferimento sono le coordinate: scegline uno. Nessuno viene indovinato."
    ),
    "crs_unknown": _("Il sistema di riferimento dichiarato non è nel registro EPSG: indica tu il numero."),
    "crs_no_operation": _(
        "Nessuna operazione precisa porta tutto lo strato nel sistema della banca dati: "
        "dividilo per zona, o indica un altro sistema."
    ),
    "encoding_refused": _("I testi non si leggono con questa codifica: scegline un'altra."),
    "layer_not_chosen": _("Il file contiene più strati: scegline uno."),
    "layer_outside_italy": _(
        "Con questo sistema di riferimento lo strato cade fuori dall'Italia: indicane un altro."
    ),
    "part_missing": _(
        "Manca una parte dello shapefile: servono .shp, .shx e .dbf insieme. Carica di nuovo tutti i file."
    ),
    "name_refused": _("Il nome può avere lettere minuscole, cifre e trattini bassi: scegline un altro."),
    "repair_refused": _(
        "Hai chiesto di non riparare nulla e qualcosa andrebbe riparato: correggi il file o togli la richiesta."
    ),
    "nothing_left": _("Nessun elemento ha una geometria che si possa usare: correggi il file."),
    "not_what_it_says": _("Il contenuto non è quello che il nome del file annuncia: esportalo di nuovo."),
    "format_not_read": _("Questo formato non si legge: converti il file in uno di quelli elencati."),
    "source_empty": _("Il file è vuoto: esportalo di nuovo."),
    "source_damaged": _("Il file è danneggiato e non si legge fino in fondo: esportalo di nuovo."),
    "source_too_large": _("Il file supera i limiti di questo sito: dividilo, o chiedi a chi lo amministra."),
    "value_refused": _("Un valore non entra nella banca dati: correggi il file."),
    "source_changed": _("Il file è cambiato durante la lettura: caricalo di nuovo."),
    "source_not_found": _("Il file non c'è più: caricalo di nuovo."),
    "table_refused": _("La tabella non si legge: indica separatore, decimali e colonne, o correggila."),
    "columns_not_chosen": _("Non è chiaro quali colonne dicono dov'è ogni riga: indicale."),
    "role_refused": _(
        "Il ruolo di lettura della banca dati non si può aggiornare: chiedi a chi la amministra."
    ),
    "archive_refused": _("L'archivio non si può aprire in sicurezza: rifallo con i soli file dello strato."),
    "geometry_refused": _("Lo strato mescola punti, linee e poligoni: dividilo."),
    "version_refused": _(
        "Lo strato è cambiato mentre preparavi questa versione: scartala "
        "e ripeti l'importazione sulla versione di oggi."
    ),
    "options_refused": _("Le scelte non stanno insieme: controllale."),
    "run_busy": _("Un'altra richiesta sta già facendo questa importazione: attendi la sua fine."),
    "key_refused": _(
        "La colonna chiave deve esserci nel file e nello strato, piena e senza ripetizioni: scegline un'altra."
    ),
    "columns_differ": _(
        "Colonne, geometria o sistema del file non vanno d'accordo con quelli dello strato: sostituiscilo,"
        " o correggi il file."
    ),
    "nothing_to_build_on": _("Lo strato non ha ancora una versione pubblicata: scegli di sostituire."),
    "view_in_use": _("Un'altra vista della banca dati dipende da questo strato: va tolta prima."),
    "tile_refused": _("La tessera chiesta non esiste: ricarica la pagina della mappa."),
    "style_refused": _("Lo stile non è fra quelli previsti: correggilo."),
    "nothing_to_roll_back": _("Non c'è una versione precedente da ripristinare."),
    "upload_refused": _("I file inviati non si possono tenere: controlla nomi, numero e dimensione."),
    "upload_not_found": _("I file caricati non ci sono più: caricali di nuovo."),
    "refused": _("La richiesta non si può eseguire così: leggi che cosa manca e riprova."),
    "source_refused": _("Il file non si può leggere così: leggi che cosa manca e riprova."),
    "layer_not_found": _("Lo strato non c'è: scegline uno dall'elenco."),
    "column_not_found": _("Lo strato non ha questa colonna: scegline una delle sue."),
    "target_refused": _("Il file chiesto non si può scrivere: scegli un altro nome o un altro posto."),
    "streets_refused": _("Il file non contiene strade che si possano leggere: scegline un altro."),
    "download_refused": _("Il file non si è potuto scaricare: scaricalo con un browser e caricalo da lì."),
    "network_unreachable": _(
        "L'indirizzo non risponde: riprova più tardi, o carica il file da un altro computer."
    ),
    "interrupted": _(
        "L'importazione è stata interrotta prima della fine: nulla "
        "è stato salvato e lo strato è com'era. I file sono ancora qui: ripetila."
    ),
}


def phase(code: str) -> str:
    return str(PHASES.get(code, code))


def state(code: str) -> str:
    return str(STATES.get(code, code))


def mode(code: str) -> str:
    return str(MODES.get(code, code))


def publication(code: str) -> str:
    return str(PUBLICATIONS.get(code, code))


def issue_kind(code: str) -> str:
    return str(KINDS.get(code, code))


def geometry(code: str | None) -> str:
    return str(GEOMETRIES.get(code or "", code or gettext("non noto")))


def encoding_rule(code: str | None) -> str:
    return str(ENCODING_RULES.get(code or "", code or ""))


def issue(code: str) -> str:
    return str(ISSUES.get(code, code))


def refusal(code: str | None) -> str:
    """What a refusal means and what to do; empty where only the sentence itself says it."""
    return str(REFUSALS.get(code or "", ""))


def system(srid: int) -> str:
    """Who uses a system; empty where this table does not know it."""
    return str(SYSTEMS.get(srid, ""))
