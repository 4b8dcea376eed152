import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gisplan.network import StreetNetwork, build_network, load_network, save_network, service_areas
from gisplan.network.errors import BadNetworkFile
from gisplan.network.synthetic import CityPlan, generate_city


@pytest.fixture
def network() -> StreetNetwork:
    return build_network(generate_city(CityPlan(columns=8, rows=8), seed=1))[0]


def test_saved_network_comes_back_mapped_and_equal(network: StreetNetwork, tmp_path: Path) -> None:
    save_network(network, tmp_path)
    loaded = load_network(tmp_path, verify=True)
    assert loaded.digest == network.digest
    assert isinstance(loaded.coords_m.base, np.memmap)
    origin_m = [[100.0, 100.0]]
    before, after = (service_areas(one, origin_m, minutes=[5], mode="bike")[0] for one in (network, loaded))
    assert after.bands[0].polygon == before.bands[0].polygon


def test_saving_again_changes_nothing_and_another_network_is_refused(
    network: StreetNetwork, tmp_path: Path
) -> None:
    save_network(network, tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    save_network(network, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps
    other = build_network(generate_city(CityPlan(columns=8, rows=8), seed=2))[0]
    with pytest.raises(BadNetworkFile, match=network.digest[:12]):
        save_network(other, tmp_path)


def rewrite(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "network.json").read_text())
    (folder / "network.json").write_text(json.dumps(manifest | changes))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder: (folder / "network.json").unlink(), "found no network.json"),
        (lambda folder: (folder / "network.json").write_text("{"), "Expected JSON"),
        (lambda folder: (folder / "network.json").write_text("[]"), "Expected a manifest"),
        (lambda folder: rewrite(folder, format=99), "format 1, found 99"),
        (lambda folder: rewrite(folder, arrays={}), "arrays of a network"),
        (lambda folder: (folder / "edge_head.npy").unlink(), "edge_head.npy"),
        (lambda folder: np.save(folder / "edge_head.npy", np.zeros(3, np.int32)), r"of \[3\]"),
    ],
)
def test_damaged_network_is_refused_with_what_is_wrong(
    network: StreetNetwork, tmp_path: Path, damage: Callable[[Path], object], says: str
) -> None:
    save_network(network, tmp_path)
    damage(tmp_path)
    with pytest.raises(BadNetworkFile, match=says):
        load_network(tmp_path)


def test_changed_content_is_found_when_asked_for(network: StreetNetwork, tmp_path: Path) -> None:
    save_network(network, tmp_path)
    np.save(tmp_path / "node_x_m.npy", network.node_x_m + 1)
    with pytest.raises(BadNetworkFile, match="Expected content"):
        load_network(tmp_path, verify=True)
