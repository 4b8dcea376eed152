"""Django settings: every variable is read here, through gisplan.variables; docs/operations.md lists them."""

import csv
import os
import secrets
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from gisplan import variables
from gisplan.environment.state import State, unusable

BASE_DIR = Path(__file__).resolve().parent.parent
SEED_DIR = BASE_DIR / "shapefiles" / "seed"
VAR_DIR = variables.folder("GISPLAN_VAR", BASE_DIR / "var")

# GDAL and GEOS are the libraries inside the pyogrio and shapely wheels; a foreign PROJ breaks GDAL's.
os.environ.pop("PROJ_DATA", None)
os.environ.pop("PROJ_LIB", None)


def _wheel_library(package: str, pattern: str) -> str | None:
    """Found without importing the package, which takes longer than all of Django."""
    spec = find_spec(package)
    installed = Path(spec.origin).parent.parent if spec and spec.origin else Path()
    found = sorted((installed / f"{package}.libs").glob(pattern))
    return str(found[0]) if found else None


GDAL_LIBRARY_PATH = _wheel_library("pyogrio", "libgdal*")
GEOS_LIBRARY_PATH = _wheel_library("shapely", "libgeos_c*")

# --- The territory -------------------------------------------------------------------------------
TERRITORY = variables.province_codes("GISPLAN_TERRITORY", "001")


def _provinces() -> list[dict[str, str]]:
    with (SEED_DIR / "provinces.csv").open(encoding="utf-8") as file:
        chosen = [row for row in csv.DictReader(file) if row["code"] in TERRITORY]
    unknown = set(TERRITORY) - {row["code"] for row in chosen}
    if unknown:
        raise variables.VariableRefused(
            f"GISPLAN_TERRITORY expects codes of Italian provinces, found {', '.join(sorted(unknown))}: "
            "look the code up in shapefiles/seed/provinces.csv."
        )
    return chosen


PROVINCES = _provinces()
TERRITORY_NAME = ", ".join(row["name"] for row in PROVINCES)
# Metres of the UTM zone: 32 north west of 12 degrees east, 33 north east of it.
_CENTRE_LON = sum(float(row["centroid_lon"]) for row in PROVINCES) / len(PROVINCES)
STORED_SRID = 32632 if _CENTRE_LON < 12 else 32633
LAYERS_STORED_SRID = STORED_SRID
LAYERS_READER_ROLE = variables.role("GISPLAN_READER_ROLE", "gisplan_reader")
LAYERS_DATABASE_ADDRESS = variables.text("GISPLAN_DATABASE_ADDRESS")
TERRITORY_MARGIN_KM = 15

# --- Django --------------------------------------------------------------------------------------
DEBUG = variables.flag("GISPLAN_DEBUG")


def _secret_key() -> str:
    """GISPLAN_SECRET_KEY, or a key made once and kept in the state folder, readable by its owner only."""
    given = variables.text("GISPLAN_SECRET_KEY")
    if given:
        return given
    State(VAR_DIR).claim()
    path = VAR_DIR / "secret_key"
    try:
        if not path.exists():
            _make_key(path)
        return path.read_text().strip()
    except OSError as error:
        raise unusable(VAR_DIR, error) from error


def _make_key(path: Path) -> None:
    """Whole or not at all, and by the first of two that start together."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".secret_key-") as file:  # mode 0600
        file.write(secrets.token_urlsafe(50))
        file.flush()
        with suppress(FileExistsError):
            path.hardlink_to(file.name)


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = variables.words("GISPLAN_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = variables.words("GISPLAN_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "layers",
    "gisplan.territory",
    "gisplan.plan",
    "gisplan.analysis",
    "gisplan.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "gisplan.web.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "gisplan.web.middleware.NulMiddleware",
    "gisplan.web.middleware.RefusedMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gisplan.web.middleware.FileAskedMiddleware",
]

ROOT_URLCONF = "gisplan.urls"
WSGI_APPLICATION = "gisplan.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gisplan.web.context.page",
            ],
        },
    },
]

DATABASES = {"default": variables.database("GISPLAN_DATABASE_URL", "postgresql:///gisplan")}

LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "gisplan" / "web" / "locale"]
TIME_ZONE = "Europe/Rome"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("maps", BASE_DIR / "gisplan" / "maps" / "assets")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"

NETWORKS_DIR = VAR_DIR / "networks"
DOWNLOADS_DIR = VAR_DIR / "downloads"
REGISTERS_MIRROR = variables.text("GISPLAN_REGISTERS_MIRROR")

# Usual speeds on foot and by bicycle, where a question names none (docs/methods.md has their sources).
WALK_KMH = variables.number("GISPLAN_WALK_KMH", 4.8, least=1.0, most=10.0)
BIKE_KMH = variables.number("GISPLAN_BIKE_KMH", 12.0, least=4.0, most=45.0)

# Catchments that a visitor without an account may ask for in a minute; a dragged hub asks for several a second.
CATCHMENTS_PER_MINUTE = variables.whole_number("GISPLAN_CATCHMENTS_PER_MINUTE", 300)
# PDF, PNG and data files of the pages that a visitor without an account may ask for in a minute.
EXPORTS_PER_MINUTE = variables.whole_number("GISPLAN_EXPORTS_PER_MINUTE", 30)
# Who publishes the site, as its statements name it, and where "report an error here" leads: a mail address or a page.
OWNER = variables.text("GISPLAN_OWNER")
REPORT_ADDRESS = variables.contact("GISPLAN_REPORT_ADDRESS")
# Web servers of ours before this one: each adds the address it saw to X-Forwarded-For.
PROXIES = variables.whole_number("GISPLAN_PROXIES", 0, most=10)

# A ground of pictures below the maps, of a server that the owner names; without it the maps ask nobody for anything.
TILE_SERVER = variables.tile_template("GISPLAN_TILE_SERVER")
TILE_ATTRIBUTION = variables.text("GISPLAN_TILE_ATTRIBUTION")

# Named here, for layers know no pages: whoever publishes or rolls back (page, admin, command), the classes follow.
LAYERS_AFTER_PUBLICATION = ["gisplan.web.layer_classes.reclassified"]
LAYERS_TILES_DIR = VAR_DIR / "tiles"
LAYERS_UPLOADS_DIR = VAR_DIR / "uploads"
LAYERS_UPLOAD_BYTES = variables.whole_number("GISPLAN_UPLOAD_MB", 500, least=1) * 1_000_000
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "layers"
LOGOUT_REDIRECT_URL = "home"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
