"""Addresses that depend on the territory."""

from urllib.parse import quote

from django.conf import settings

OSM_EXTRACTS = "https://osmit-estratti.wmcloud.org/output/pbf/province"
CENSUS = "http://www.istat.it/storage/cartografia/basi_territoriali/2021"
#: The regions by their ISTAT code, as the files of the census are named.
REGIONS = (
    *("Piemonte", "Valle d'Aosta", "Lombardia", "Trentino-Alto Adige", "Veneto", "Friuli-Venezia Giulia"),
    *("Liguria", "Emilia-Romagna", "Toscana", "Umbria", "Marche", "Lazio", "Abruzzo", "Molise", "Campania"),
    *("Puglia", "Basilicata", "Calabria", "Sicilia", "Sardegna"),
)


def streets_url() -> str:
    """The OpenStreetMap extract of the first province of the territory."""
    province = settings.PROVINCES[0]
    name = quote(province["name"].split("/")[0].replace(" ", "_"))
    return f"{OSM_EXTRACTS}/{province['code']}_{name}.osm.pbf"


def census_url() -> str:
    """The census sections of the region of the territory; none where the region is written in another way."""
    region = settings.PROVINCES[0]["region"].split("/")[0]
    return f"{CENSUS}/R{REGIONS.index(region) + 1:02d}_21.zip" if region in REGIONS else ""
