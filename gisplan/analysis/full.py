"""What `./scripts/demo --full` adds: the streets of the province, the census sections, the PNRR's files."""

from collections.abc import Callable, Iterator

from gisplan.analysis.errors import AnalysisError
from gisplan.analysis.registers import fetch_register, load_register, place_of, register_named
from gisplan.network.errors import NetworkError
from gisplan.territory.errors import TerritoryError
from gisplan.territory.standard.outcome import LoadRequest
from layers.downloads import DownloadProgress
from layers.errors import LayersError, NetworkUnreachable

#: Localisations before projects: of a national file only what acts here is kept.
FULL = ("osm_streets", "census_sections", "pnrr_localisations", "pnrr_projects")


def load_full(progress_of: Callable[[str], DownloadProgress | None]) -> Iterator[str]:
    """One line for each register; in a closed network one line for all that cannot be fetched."""
    closed: NetworkUnreachable | None = None
    missing = []
    for name in FULL:
        try:
            if closed is None:
                fetch_register(name, progress=progress_of(name))
        except NetworkUnreachable as error:
            closed = error
        except (AnalysisError, LayersError) as error:
            yield f"{name}: not fetched: {error}"
        if place_of(register_named(name)).is_file():
            yield _loaded(name)
        elif closed is not None:
            missing.append(name)
    if missing:
        yield f"Not fetched ({', '.join(missing)}): {closed}"


def _loaded(name: str) -> str:
    try:
        load = load_register(name, LoadRequest(place_of(register_named(name))))
    except (AnalysisError, LayersError, NetworkError, TerritoryError) as error:
        return f"{name}: not loaded: {error}"
    return "; ".join([str(load), *load.notes])
