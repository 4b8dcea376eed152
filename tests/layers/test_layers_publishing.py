"""Staging, publishing, discarding and taking back versions."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from layers.errors import NothingToRollBack, VersionRefused
from layers.importing import import_layer
from layers.models import ImportRun, Layer, Publication, Version
from layers.publishing import discard, publish, rollback
from layers.serving.features import read_features

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
HERE = shapely.Point(7.6, 45.0)


def stored(write_geojson: Write, *names: str, publish: bool = True) -> Version:
    path = write_geojson([(HERE, {"nome": name}) for name in names])
    import_layer(path, name="luoghi", publish=publish)
    return Version.objects.filter(layer__name="luoghi").order_by("-number")[0]


def test_staged_version_is_seen_by_nobody_until_it_is_published(write_geojson: Write) -> None:
    stored(write_geojson, "a")
    staged = stored(write_geojson, "a", "b", publish=False)
    assert read_features("luoghi").columns["nome"] == ["a"]
    publish(staged, who="anna")
    assert read_features("luoghi").columns["nome"] == ["a", "b"]
    last = Publication.objects.first()
    assert last is not None
    assert (last.version, last.who) == (staged, "anna")


def test_discarded_version_leaves_no_table_and_its_run_says_so(write_geojson: Write) -> None:
    stored(write_geojson, "a")
    staged = stored(write_geojson, "b", publish=False)
    discard(staged)
    assert not Version.objects.filter(table_name="luoghi_v2").exists()
    assert ImportRun.objects.first().status == "discarded"  # type: ignore[union-attr]
    with pytest.raises(VersionRefused, match="Expected a version that was never published"):
        discard(Version.objects.get(table_name="luoghi_v1"))


def test_rollback_shows_the_version_before_and_can_be_undone(write_geojson: Write) -> None:
    stored(write_geojson, "a")
    stored(write_geojson, "b")
    layer = Layer.objects.get(name="luoghi")
    rollback(layer, who="anna")
    assert read_features("luoghi").columns["nome"] == ["a"]
    rollback(layer, to=2)
    assert read_features("luoghi").columns["nome"] == ["b"]
    with pytest.raises(NothingToRollBack):
        rollback(layer, to=7)
