"""A network on disk: one .npy file an array, memory-mapped on reading, and a manifest written last."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from gisplan.network.errors import BadNetworkFile
from gisplan.network.graph import FORMAT, StreetNetwork

MANIFEST = "network.json"


def save_network(network: StreetNetwork, directory: Path) -> None:
    """Write the network's arrays (metres, km/h) into a folder of its own; workers may map it while it lives.

    Saving the same network again changes nothing.

    Raises
    ------
    BadNetworkFile
        The folder holds another network: files that a worker has mapped are never overwritten.
    """
    manifest = directory / MANIFEST
    if manifest.exists():
        held = str(_read_manifest(directory).get("digest", ""))
        if held == network.digest:
            return
        raise BadNetworkFile(
            f"Expected an empty folder, found network {held[:12]} in {directory}; choose another."
        )
    directory.mkdir(parents=True, exist_ok=True)
    arrays = network.arrays()
    for name, array in arrays.items():
        np.save(directory / f"{name}.npy", array, allow_pickle=False)
    shapes = {name: [array.dtype.str, list(array.shape)] for name, array in arrays.items()}
    manifest.write_text(
        json.dumps({"format": FORMAT, "digest": network.digest, "arrays": shapes}, indent=2), encoding="utf-8"
    )


def load_network(directory: Path, *, verify: bool = False) -> StreetNetwork:
    """Map a saved network (metres, km/h) read-only into memory; `verify` reads all and checks the digest.

    Raises
    ------
    BadNetworkFile
        No network there, another version of the format, a missing or changed file.
    """
    manifest = _read_manifest(directory)
    if manifest.get("format") != FORMAT:
        raise BadNetworkFile(
            f"Expected network format {FORMAT}, found {manifest.get('format')} in {directory}; save it again."
        )
    arrays = {
        name: _map(directory / f"{name}.npy", *declared) for name, declared in manifest["arrays"].items()
    }
    try:
        network = StreetNetwork(**arrays)
    except TypeError as error:
        raise BadNetworkFile(
            f"Expected the arrays of a network, found others in {directory}; save it again."
        ) from error
    if verify and network.digest != manifest["digest"]:
        raise BadNetworkFile(
            f"Expected content {manifest['digest'][:12]}, found {network.digest[:12]} in {directory}; "
            "save it again."
        )
    return network


def _read_manifest(directory: Path) -> dict[str, Any]:
    try:
        found = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadNetworkFile(
            f"Expected a saved network, found no {MANIFEST} in {directory}; save one there."
        ) from error
    except ValueError as error:
        raise BadNetworkFile(
            f"Expected JSON, found something else in {directory / MANIFEST}; save it again."
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("arrays", {}), dict):
        raise BadNetworkFile(
            f"Expected a manifest, found something else in {directory / MANIFEST}; save it again."
        )
    return found


def _map(path: Path, dtype: str, shape: list[int]) -> Any:
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadNetworkFile(
            f"Expected the array {path.name}, found no readable file at {path}; save it again."
        ) from error
    if mapped.dtype.str != dtype or list(mapped.shape) != shape:
        raise BadNetworkFile(
            f"Expected {path.name} as {dtype} of shape {shape}, found {mapped.dtype.str} of "
            f"{list(mapped.shape)}; save it again."
        )
    return np.asarray(mapped)
