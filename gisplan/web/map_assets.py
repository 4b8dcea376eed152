"""Leaflet's files for maps that travel: those of gisplan.maps are in the package."""

from pathlib import Path

from django.contrib.staticfiles import finders

from gisplan.environment.errors import EnvironmentFault
from gisplan.web.maps import ASSETS


def asset_files() -> dict[str, Path]:
    """Leaflet's own files; those of gisplan.maps travel with it."""
    names = {name: path for name, path in ASSETS.items() if name.startswith("leaflet.")}
    found = {name: finders.find(path) for name, path in names.items()}
    if missing := [names[name] for name, path in found.items() if path is None]:
        raise EnvironmentFault(
            f"The map needs {', '.join(missing)} in the static files: run `./scripts/setup`."
        )
    return {name: Path(str(path)) for name, path in found.items()}
