"""Which version of a layer the world sees: publish, discard, roll back; each one step for readers."""

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from layers import limits, roles, store
from layers.errors import LayerNotFound, NothingToRollBack, VersionRefused
from layers.fields import Column
from layers.models import ImportRun, Layer, Publication, Version
from layers.views import point_view


@transaction.atomic
def publish(version: Version, *, who: str = "") -> Version:
    """Make a staged version the current one."""
    store.lock_view(version.layer.name)
    version.refresh_from_db()
    _check_base(version)
    return _made_current(version, Publication.Kind.PUBLISH, who)


@transaction.atomic
def discard(version: Version) -> None:
    """Drop a staged version and its table; the run that made it keeps its report."""
    store.lock_view(version.layer.name)
    version.refresh_from_db()
    if version.published is not None:
        raise VersionRefused(
            f"Expected a version that was never published, found {version.table_name}: roll the layer back instead."
        )
    version.runs.update(status=ImportRun.Status.DISCARDED)
    store.drop_table(version.table_name)
    version.delete()


@transaction.atomic
def rollback(layer: Layer, *, to: int | None = None, who: str = "") -> Version:
    """Make an earlier published version current again: the one named, or the one before the current."""
    store.lock_view(layer.name)
    current = layer.current
    earlier = layer.versions.filter(published__isnull=False)
    if to is not None:
        earlier = earlier.filter(number=to)
    elif current is not None:
        earlier = earlier.filter(number__lt=current.number)
    version = earlier.order_by("-number").first()
    if version is None or version == current:
        wanted = "an earlier published version" if to is None else f"another published version {to}"
        raise NothingToRollBack(
            f"Expected {wanted} of layer {layer.name}, found none: see the history of the layer."
        )
    return _made_current(version, Publication.Kind.ROLLBACK, who)


def layer_named(name: str) -> Layer:
    layer = Layer.objects.filter(name=name).first()
    if layer is None:
        raise LayerNotFound(f"Expected the name of a layer, found {name!r}: see the list of layers.")
    return layer


def staged_version(name: str, number: int | None = None) -> Version:
    """The version that waits to be published: the one named, or the newest."""
    waiting = layer_named(name).versions.filter(published=None)
    version = (waiting if number is None else waiting.filter(number=number)).first()
    if version is None:
        wanted = "a staged version" if number is None else f"a staged version {number}"
        raise VersionRefused(
            f"Expected {wanted} of layer {name}, found none: import a file without publishing it."
        )
    return version


def _check_base(version: Version) -> None:
    """What was added to one version must not take back another that came since."""
    current = version.layer.current
    if version.published is None and version.based_on is not None and version.based_on != current:
        found = "none" if current is None else f"version {current.number}"
        raise VersionRefused(
            f"Expected {version.table_name} to build on the current version, found version"
            f" {version.based_on.number} below it and {found} current: discard it and import the file again."
        )


def _made_current(version: Version, kind: Publication.Kind, who: str) -> Version:
    layer = version.layer
    layer.refresh_from_db()  # who sees it may have changed since it was read
    layer.versions.filter(is_current=True).update(is_current=False)
    version.is_current = True
    version.published = version.published or timezone.now()
    version.save(update_fields=["is_current", "published"])
    columns = [Column(**column) for column in version.columns]
    point_view(layer.name, version.table_name, columns)
    roles.follow(layer.name, public=layer.is_public)
    Publication.objects.create(layer=layer, version=version, kind=kind, who=who)
    version.runs.filter(status=ImportRun.Status.STAGED).update(status=ImportRun.Status.STORED)
    for path in limits.after_publication():
        import_string(path)(layer)
    return version
