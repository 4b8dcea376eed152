"""The field maps of the PNRR's open data (Italia Domani): from rows to values, with what cannot be read told."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.conf import settings

from gisplan.territory.models import Municipality
from gisplan.territory.standard.merging import Values
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from gisplan.territory.standard.reading import Row, TableFile

CUP, LOCAL_CODE, SUBMEASURE = "CUP", "Codice Locale Progetto", "Codice Univoco Submisura"
PROJECT_COLUMNS = (CUP, LOCAL_CODE, "Missione", "Titolo progetto", "Finanziamento Totale")
PLACE_COLUMNS = (CUP, LOCAL_CODE, SUBMEASURE, "Descrizione Comune")
#: Field of a project -> column and length.
PROJECT_FIELDS = {
    "mission": ("Missione", 4),
    "component": ("Componente", 10),
    "submeasure": (SUBMEASURE, 40),
    "submeasure_title": ("Descrizione Submisura", 400),
    "title": ("Titolo progetto", 400),
    "summary": ("Sintesi progetto", 4_000),
    "implementer": ("Soggetto attuatore", 300),
    "cup_state": ("Stato CUP", 20),
}
AMOUNTS = {"total_eur": "Finanziamento Totale", "pnrr_eur": "Finanziamento PNRR"}
#: More rows than a province has: then what has no place here belongs elsewhere.
NATIONAL_ROWS = 50_000

Pair = tuple[str, str]  # CUP and local code


@dataclass(frozen=True)
class Place:
    """A localisation: a pair and a municipality's code, empty where the file names none."""

    pair: Pair
    istat_code: str


def projects(request: LoadRequest, load: RegisterLoad, localised: set[Pair]) -> dict[Pair, Values]:
    found: dict[Pair, Values] = {}
    rows = TableFile(request.path).rows(PROJECT_COLUMNS)
    for row in rows:
        pair = (row[CUP], row[LOCAL_CODE])
        if len(rows) > NATIONAL_ROWS and pair not in localised:
            load.elsewhere += 1
        elif not all(pair):
            load.refuse(row.line, "expected a CUP and a local code, found one of them empty")
        elif pair in found:
            load.refuse(
                row.line, f"the pair {' '.join(pair)} stands in an earlier row: its amount counts once"
            )
        else:
            values = _project(row, load)
            if values is not None:
                found[pair] = values
    return found


def _project(row: Row, load: RegisterLoad) -> Values | None:
    amounts = {}
    for field, column in AMOUNTS.items():
        amount = amount_eur(row[column])
        if amount is None and row[column]:
            load.refuse(row.line, f"{column}: expected an amount in euros, found {row[column]!r}")
            return None
        amounts[field] = amount
    texts = {field: row[column][:length] for field, (column, length) in PROJECT_FIELDS.items()}
    return {**texts, **amounts, "updated_on": day_of(row["Data aggiornamento"])}


def localisations(
    request: LoadRequest, load: RegisterLoad, known: dict[str, Municipality]
) -> dict[Place, Values]:
    """By pair and municipality; several addresses in one municipality are one localisation."""
    found: dict[Place, Values] = {}
    rows = TableFile(request.path).rows(PLACE_COLUMNS)
    for row in rows:
        code = istat_code(row)
        if _elsewhere(row, code, national=len(rows) > NATIONAL_ROWS):
            load.elsewhere += 1
        elif not row[CUP] or not row[LOCAL_CODE]:
            load.refuse(row.line, "expected a CUP and a local code, found one of them empty")
        elif code and code not in known:
            load.refuse(row.line, f"no municipality of the territory has the code {code}")
        else:
            _add(found, Place((row[CUP], row[LOCAL_CODE]), code), row, known)
    return found


def _add(found: dict[Place, Values], place: Place, row: Row, known: dict[str, Municipality]) -> None:
    address = row["Indirizzo"][:300]
    if place in found:
        there = found[place]["address"]
        if address and address not in there:
            found[place]["address"] = f"{there}; {address}".strip("; ")[:300]
        return
    municipality = known.get(place.istat_code)
    found[place] = {
        "municipality_id": municipality.pk if municipality else None,
        "address": address,
        "submeasure": row[SUBMEASURE][:40],
        "mission": row[SUBMEASURE][:2],
        "extracted_on": day_of(row["Data di Estrazione"] or row["Data di aggiornamento"]),
    }


def istat_code(row: Row) -> str:
    """The municipality's six digits, from the column that has them or from those of province and town."""
    if "cod_istat_comune" in row.cells:
        text = row["COD_ISTAT_COMUNE"].removesuffix(".0")
        return text.zfill(6) if text.isdigit() and int(text) else ""
    province = row.whole("Codice Provincia") or row.whole("Provincia")
    town = row.whole("Codice Comune") or row.whole("Comune")
    return f"{province:03d}{town:03d}" if province and town else ""


def _elsewhere(row: Row, code: str, *, national: bool) -> bool:
    if code:
        return code[:3] not in settings.TERRITORY
    province = row.whole("Codice Provincia") or row.whole("Provincia")
    return national if not province else f"{province:03d}" not in settings.TERRITORY


def amount_eur(text: str) -> Decimal | None:
    """47427.0, 3.049678e+06 and 47.427,00 are amounts; None where there is none."""
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return amount if amount >= 0 else None


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def intervention_code(pair: Pair) -> str:
    """Most local codes repeat the CUP."""
    cup, local = pair
    return f"pnrr-{cup}" if local == cup else f"pnrr-{cup}-{local}"


def claim_code(pair: Pair, day: date | None, amount: Decimal) -> str:
    """A figure is one of a project, a day and an amount: it is never written over."""
    digest = hashlib.sha256(" ".join((*pair, str(amount))).encode()).hexdigest()
    return f"pnrr-{pair[0]}-{day.isoformat() if day else 'undated'}-{digest[:12]}"
