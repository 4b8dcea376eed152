"""One HTML file that holds a whole map and opens with no network."""

import base64
import hashlib
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import jinja2

from gisplan.maps.errors import AssetError
from gisplan.maps.folium_map import OWN_ASSETS, build_map
from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapLayer, MapSpec
from gisplan.maps.tables import feature_table, value_table
from gisplan.maps.texts import Lang, format_value, text

HERE = Path(__file__).parent
PAGES = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True)


def standalone_html(
    spec: MapSpec,
    asset_files: Mapping[str, Path],
    *,
    more_specs: Sequence[MapSpec] = (),
    map_titles: Sequence[str] = (),
    more_tables: Sequence[PrintTable] = (),
) -> str:
    """Write maps as one HTML page; positions in degrees (EPSG:4326), sizes in CSS pixels.

    The page holds styles, scripts, images and data, and forbids itself any request (Content-Security-Policy).
    Links of the features and a tile server are left out: neither works without the site and a network.

    Parameters
    ----------
    spec : MapSpec
        The map; its title, sources, notice and date are printed round it. Without layers it is words alone.
    asset_files : mapping of str to Path
        File of `leaflet.css` and `leaflet.js` (1.9), with the images of the stylesheet beside it.
    more_specs : sequence of MapSpec
        Further maps, each with a key of its own.
    map_titles : sequence of str
        What stands above each map, where there are several.
    more_tables : sequence of PrintTable
        What the view says beside the map, in the map's language; it stands above the tables of the layers.

    Returns
    -------
    str
        The page.

    Raises
    ------
    AssetError
        A file is not given or cannot be read.
    MapInputError
        There is nothing to fit.
    """
    files = {**OWN_ASSETS, **asset_files}
    drawn = [_offline(one) for one in (spec, *more_specs) if one.layers]
    maps = [build_map(one, {name: name for name in files}) for one in drawn]
    used = dict.fromkeys(name for parts in maps for name in parts.css)
    styles = [*(_style(files[name]) for name in used), _style(HERE / "assets" / "standalone.css")]
    scripts = [_script(files[name]) for name in dict.fromkeys(name for parts in maps for name in parts.js)]
    scripts += [parts.script for parts in maps]
    return PAGES.get_template("standalone.html").render(
        spec=spec,
        maps=list(zip_longest(maps, map_titles, fillvalue="")),
        styles=styles,
        scripts=scripts,
        policy=_policy(styles, scripts),
        tables=[
            *(value_table(table, spec.lang) for table in more_tables),
            *(feature_table(layer, spec.lang) for one in drawn[:1] for layer in one.layers if layer.listed),
        ],
        text=text,
        format_value=format_value,
    )


def _offline(spec: MapSpec) -> MapSpec:
    layers = tuple(_layer_offline(layer, spec.lang) for layer in spec.layers)
    return replace(spec, layers=layers, tiles=None)


def _layer_offline(layer: MapLayer, lang: Lang) -> MapLayer:
    """Without links, and without tiles, which the legend says."""
    if layer.tiles is None:
        return replace(layer, link_field="", shapes_url="", table_url="")
    count = format_value(layer.tiles.count, lang)
    note = " ".join([layer.note, text("not_in_file", lang, count=count)]).strip()
    return replace(
        layer, link_field="", table_url="", tiles=None, note=note, classes=(), class_field="", listed=False
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"The export needs the file {path.name!r}, which cannot be read: run the setup."
        raise AssetError(message) from error


def _read_text(path: Path) -> str:
    """Text with the line ends that a browser sees, for on those the digest is taken."""
    return _read(path).decode().replace("\r\n", "\n")


def _style(path: Path) -> str:
    """A stylesheet with its images inside and without comments, some of which name addresses."""
    content = re.sub(r"/\*.*?\*/", "", _read_text(path), flags=re.S)
    return re.sub(r"url\(([^)#:]+)\)", lambda match: _data_uri(path.parent / match[1].strip("'\"")), content)


def _data_uri(path: Path) -> str:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"url(data:{kind};base64,{base64.b64encode(_read(path)).decode()})"


def _script(path: Path) -> str:
    """A script that may stand in a page; addresses in notices and defaults keep their bare name."""
    content = re.sub(r"^//# sourceMappingURL=.*$", "", _read_text(path), flags=re.M)
    content = re.sub(r"https?://(?!www\.w3\.org/)", "", content)
    return content.replace("</script", "<\\/script")


def _policy(styles: list[str], scripts: list[str]) -> str:
    """No request at all, and only the styles and scripts that were written here."""
    return (
        f"default-src 'none'; img-src data:; style-src {_hashes(styles)}; script-src {_hashes(scripts)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hashes(contents: list[str]) -> str:
    digests = (hashlib.sha256(content.encode()).digest() for content in contents)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
