"""The registers of the PNRR's open data."""

from gisplan.plan.pnrr import SOURCE_URL, load_localisations, load_projects
from gisplan.plan.pnrr_reading import PLACE_COLUMNS, PROJECT_COLUMNS
from gisplan.territory.standard.catalogue import StandardRegister

_OPEN_DATA = "https://www.italiadomani.gov.it/content/dam/sogei-ng/opendata"
_WHOLE = {"Range": "bytes=0-"}  # the portal answers nothing without

REGISTERS = (
    StandardRegister(
        "pnrr_localisations",
        "PNRR, localizzazioni dei progetti",
        "Italia Domani / ReGiS",
        "CC BY 4.0",
        load_localisations,
        (PLACE_COLUMNS,),
        f"{_OPEN_DATA}/PNRR_Localizzazione.csv",
        SOURCE_URL,
        _WHOLE,
    ),
    StandardRegister(
        "pnrr_projects",
        "PNRR, progetti",
        "Italia Domani / ReGiS",
        "CC BY 4.0",
        load_projects,
        (PROJECT_COLUMNS,),
        f"{_OPEN_DATA}/PNRR_Progetti.csv",
        SOURCE_URL,
        _WHOLE,
    ),
)
