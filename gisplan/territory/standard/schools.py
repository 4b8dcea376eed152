"""Schools and pupils of the Ministry of education (MIM)."""

from gisplan.territory.models import Municipality, Precision, School, Source
from gisplan.territory.queries import in_territory
from gisplan.territory.standard.merging import Target, Values, merge, seed_values
from gisplan.territory.standard.names import Municipalities
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from gisplan.territory.standard.places import state_coverage
from gisplan.territory.standard.reading import Row, TableFile

#: Field of a school -> column of the register; the state's has no column of addresses in some editions.
FIELDS = {
    "name": "DENOMINAZIONESCUOLA",
    "address": "INDIRIZZOSCUOLA",
    "type_as_printed": "DESCRIZIONETIPOLOGIAGRADOISTRUZIONESCUOLA",
}
CODE, TOWN, CADASTRAL = "CODICESCUOLA", "DESCRIZIONECOMUNE", "CODICECOMUNESCUOLA"
PROVINCE = "PROVINCIA"
STATE_ONLY = "CODICEISTITUTORIFERIMENTO"  # a column of the register of state schools alone
COLUMNS = (CODE, "DENOMINAZIONESCUOLA", TOWN, FIELDS["type_as_printed"])
PUPIL_COLUMNS = (CODE, "NUMEROSTUDENTI")
STATE, NON_STATE = "mim_schools_state", "mim_schools_non_state"  # a file holds one of the two
NOT_STATED = "NON DISPONIBILE"
#: Words of the printed type -> level, the first that fits; seats of institutes hold no class of their own.
LEVELS = (
    ("INFANZIA", School.Level.INFANZIA),
    ("PRIMARIA", School.Level.PRIMARIA),
    ("PRIMO GRADO", School.Level.SECONDARIA_I),
    ("SECONDO GRADO", School.Level.SECONDARIA_II),
    ("LICEO", School.Level.SECONDARIA_II),
    ("IST PROF", School.Level.SECONDARIA_II),
    ("ISTITUTO PROFESSIONALE", School.Level.SECONDARIA_II),
    ("IST TEC", School.Level.SECONDARIA_II),
    ("ISTITUTO TECNICO", School.Level.SECONDARIA_II),
    ("ISTITUTO MAGISTRALE", School.Level.SECONDARIA_II),
    ("ISTITUTO D'ARTE", School.Level.SECONDARIA_II),
)
_LENGTHS = {"name": 200, "address": 200, "type_as_printed": 120}


def load_schools(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    table = TableFile(request.path)
    rows = table.rows(COLUMNS)
    is_state = STATE_ONLY.lower() in (name.lower() for name in table.columns)
    municipalities = Municipalities()
    wanted: dict[str, Values] = {}
    for row in rows:
        found = _municipality(row, municipalities)
        if found is None:
            _refuse_or_skip(row, municipalities, load)
        elif not row[CODE]:
            load.refuse(row.line, "the school has no code")
        elif row[CODE] in wanted:
            load.refuse(row.line, f"the code {row[CODE]} stands in an earlier row")
        else:
            wanted[row[CODE]] = {**_values(row, is_state), "municipality_id": found.pk}
    new = {"precision": Precision.MUNICIPALITY.value}
    merge(
        Target(STATE if is_state else NON_STATE, School, base=seed_values(School), source=source, new=new),
        wanted,
        load,
    )
    load.not_located = School.objects.filter(code__in=wanted, location__isnull=True).count()
    _state_coverage(source)


def load_pupils(request: LoadRequest, source: Source, load: RegisterLoad) -> None:
    """A number for each site; one that is not told exactly ("<=3") is kept as printed."""
    wanted: dict[str, Values] = {}
    for row in TableFile(request.path).rows(PUPIL_COLUMNS):
        printed, pupils = row["NUMEROSTUDENTI"], row.whole("NUMEROSTUDENTI")
        if row[CODE] in wanted:
            load.refuse(row.line, f"the code {row[CODE]} stands in an earlier row")
        elif pupils is None and not printed.startswith("<"):
            load.refuse(
                row.line, f"NUMEROSTUDENTI: expected a whole number or such as <=3, found {printed!r}"
            )
        else:
            exact = pupils is not None and pupils >= 0
            wanted[row[CODE]] = {
                "pupils": pupils if exact else None,
                "pupils_as_printed": "" if exact else printed,
            }
    known = set(School.objects.filter(code__in=wanted).values_list("code", flat=True))
    of_known = {code: values for code, values in wanted.items() if code in known}
    merge(Target(load.register, School, base=seed_values(School)), of_known, load)
    if without := len(set(wanted) - known):
        load.notes.append(f"{without:,} rows name a school that is not loaded: load its register first")


def level_of(printed: str) -> School.Level:
    words = printed.upper()
    return next((level for word, level in LEVELS if word in words), School.Level.OTHER)


def _values(row: Row, is_state: bool) -> Values:
    values: Values = {
        field: "" if row[column].upper() == NOT_STATED else row[column][: _LENGTHS[field]]
        for field, column in FIELDS.items()
    }
    if not row.cells.get(FIELDS["address"].lower()):
        del values["address"]  # a register without addresses says nothing of them
    return {**values, "level": level_of(row[FIELDS["type_as_printed"]]).value, "is_state": is_state}


def _municipality(row: Row, municipalities: Municipalities) -> Municipality | None:
    by_code = municipalities.of_cadastral_code(row[CADASTRAL]) if row[CADASTRAL] else None
    return by_code or municipalities.named(row[TOWN], row[PROVINCE])


def _refuse_or_skip(row: Row, municipalities: Municipalities, load: RegisterLoad) -> None:
    """Of a province of the territory the municipality should be known; of another it need not."""
    if not row[PROVINCE] or municipalities.knows_province(row[PROVINCE]):
        where = f"{row[TOWN]} {row[CADASTRAL]}".strip()
        load.refuse(row.line, f"no municipality of the territory is {where!r}")
    else:
        load.elsewhere += 1


def _state_coverage(source: Source) -> None:
    day = source.reference_date or "data non indicata"
    for level, _label in School.Level.choices:
        here = in_territory(School).filter(level=level)
        state, others = here.filter(is_state=True).count(), here.filter(is_state=False).count()
        if state or others:
            state_coverage(
                "schools",
                level,
                (
                    f"{others} scuole non statali e {state} statali, ultimo registro del Ministero: {day}; non è"
                    " dichiarato che siano tutte. Posizione nota solo per comune.",
                    f"{others} non-state schools and {state} state ones, latest register of the ministry: {day};"
                    " they are not declared to be all. Position known by municipality only.",
                ),
                source,
            )
