"""Every standard register of the territory: what it is, where it comes from, how a file of it is known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from gisplan.territory.models import Source
from gisplan.territory.standard import boundaries, hospitals, municipalities, schools, small_areas, stations
from gisplan.territory.standard.addresses import census_url
from gisplan.territory.standard.outcome import LoadRequest, RegisterLoad
from gisplan.territory.standard.places import source_of

Loader = Callable[[LoadRequest, Source, RegisterLoad], None]
ISTAT, MIM, OSM = "ISTAT", "Ministero dell'istruzione e del merito", "OpenStreetMap contributors"


@dataclass(frozen=True)
class StandardRegister:
    """`columns` are sets of columns, any of which marks a file of this register; `url` may be empty."""

    name: str
    title: str
    publisher: str
    licence: str
    loader: Loader
    columns: tuple[tuple[str, ...], ...] = ()
    url: str = ""
    page: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_layer: bool = False  # vector files, recognised by the columns of their layers

    def load(self, request: LoadRequest) -> RegisterLoad:
        """Whole or not at all; a second load of the same file changes nothing."""
        load = RegisterLoad(self.name, request.path.name)
        with transaction.atomic():
            source = source_of(
                request,
                code=self.name,
                title=self.title,
                publisher=self.publisher,
                licence=self.licence,
                url=self.page or self.url,
            )
            self.loader(request, source, load)
        return load

    def matches(self, columns: Iterable[str]) -> bool:
        found = {" ".join(name.split()).lower() for name in columns}
        return any({name.lower() for name in marking} <= found for marking in self.columns)


_MIM_PAGE = "https://dati.istruzione.it/opendata/"
_GISCO = "https://ec.europa.eu/eurostat/web/gisco/geodata/reference-data/healthcare-services"

REGISTERS = (
    StandardRegister(
        "istat_boundaries",
        "Confini dei comuni",
        ISTAT,
        "CC BY",
        boundaries.load_boundaries,
        (("PRO_COM_T", "COMUNE"), ("com_istat_code", "com_catasto_code", "name")),
        "https://www.istat.it/storage/cartografia/confini_amministrativi/generalizzati/2026/Limiti01012026_g.zip",
        is_layer=True,
    ),
    StandardRegister(
        "population",
        "Popolazione per età e sesso",
        ISTAT,
        "CC BY",
        municipalities.load_population,
        (municipalities.PEOPLE,),
        page="https://demo.istat.it",
    ),
    StandardRegister(
        "altitudes",
        "Altitudini dei comuni",
        ISTAT,
        "CC BY",
        municipalities.load_altitudes,
        (municipalities.ALTITUDES,),
        page="https://www.istat.it",
    ),
    StandardRegister(
        "istat_classification",
        "Classificazioni statistiche dei comuni",
        ISTAT,
        "CC BY",
        municipalities.load_classification,
        (municipalities.CLASSIFICATION,),
        page="https://www.istat.it",
    ),
    StandardRegister(
        "snai_classes",
        "Classi delle aree interne",
        "ISTAT / NUVAP",
        "CC BY",
        municipalities.load_snai_classes,
        (municipalities.SNAI,),
        page="https://www.coesione.gov.it/it/aree-interne/",
    ),
    StandardRegister(
        "mim_schools",
        "Anagrafe delle scuole",
        MIM,
        "IODL 2.0",
        schools.load_schools,
        (schools.COLUMNS,),
        "https://dati.istruzione.it/opendata/opendata/catalogo/elements1/SCUANAGRAFESTAT20222320220901.csv",
        _MIM_PAGE,
    ),
    StandardRegister(
        "mim_pupils",
        "Alunni per sede",
        MIM,
        "CC BY",
        schools.load_pupils,
        (schools.PUPIL_COLUMNS,),
        page=_MIM_PAGE,
    ),
    StandardRegister(
        "eurostat_hospitals",
        "Healthcare services, Italia",
        "Eurostat / GISCO",
        "Attribution (Eurostat)",
        hospitals.load_hospitals,
        (hospitals.COLUMNS,),
        page=_GISCO,
    ),
    StandardRegister(
        "osm_stations",
        "Stazioni ferroviarie di OpenStreetMap",
        OSM,
        "ODbL 1.0",
        stations.load_stations,
        (stations.COLUMNS,),
        page="https://www.datiopen.it",
    ),
    StandardRegister(
        "census_sections",
        "Sezioni di censimento 2021",
        ISTAT,
        "CC BY",
        small_areas.load_people_layer,
        url=census_url(),
        is_layer=True,
    ),
    StandardRegister(
        "grid_cells",
        "Celle di popolazione di 1 km",
        "Eurostat / JRC",
        "Attribution (Eurostat)",
        small_areas.load_people_layer,
        page="https://ec.europa.eu/eurostat/web/gisco/geodata/population-distribution/geostat",
        is_layer=True,
    ),
    StandardRegister(
        "gtt_stops",
        "Fermate GTT",
        "GTT",
        "CC BY",
        small_areas.load_points,
        (("ID", "name", "location", "type", "lat", "lon"),),
        page="https://www.gtt.to.it",
    ),
)
