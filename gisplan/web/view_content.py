"""What a page shows, for paper and files: its maps, its tables, and the choices that are in force."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from gisplan.maps.print_table import PrintTable
from gisplan.maps.spec import MapLayer, MapSpec, Source
from gisplan.maps.tables import layer_table
from gisplan.web.coverage import coverages_of
from gisplan.web.features import lang
from gisplan.web.map_view import MapView, as_asked
from gisplan.web.maps import source_of
from gisplan.web.street_ground import with_streets

#: Key of a layer of places -> the register that holds them.
REGISTER_OF_LAYER = {
    "stations": "stations",
    "hospitals": "hospitals",
    "health-sites": "health_sites",
    "schools": "schools",
}


@dataclass(frozen=True, kw_only=True)
class ViewContent:
    """A view without its page.

    The tables of the map's listed layers are added; `tables` are those that the page has beside them. `more_specs`
    are further maps. `own` names the layers that the page's script draws, which have no box to switch them.
    """

    title: str
    spec: MapSpec | None = None
    tables: tuple[PrintTable, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()
    sources: tuple[Source, ...] = ()
    notice: str = ""
    layer_tables: bool = True
    more_specs: tuple[MapSpec, ...] = ()
    own: frozenset[str] = frozenset()
    chosen: bool = False  # whether the reader said which layers are on

    @property
    def specs(self) -> tuple[MapSpec, ...]:
        return (self.spec, *self.more_specs) if self.spec else ()

    def data_layers(self, spec: MapSpec) -> list[MapLayer]:
        """The listed layers of a map; where the reader chose among them, those that are on."""
        return [layer for layer in spec.layers if layer.listed and (layer.visible or not self.chosen)]

    @property
    def layer_rows(self) -> tuple[PrintTable, ...]:
        listed = self.data_layers(self.spec) if self.spec and self.layer_tables else ()
        return tuple(layer_table(layer, lang()) for layer in listed if layer.features)

    @property
    def all_tables(self) -> tuple[PrintTable, ...]:
        return (*self.tables, *self.layer_rows)

    @property
    def all_sources(self) -> tuple[Source, ...]:
        found = [*self.sources]
        for spec in self.specs:
            found += [*spec.sources]
            if spec.attribution and not spec.sources:
                found.append(Source(spec.attribution))
                found += _of_registers(spec)
        return tuple(dict.fromkeys(found))

    @property
    def all_notices(self) -> str:
        return self.notice or (self.spec.notice if self.spec else "")

    def with_streets(self) -> "ViewContent":
        """With the ground that pages lay below their maps."""
        shown = tuple(map(with_streets, self.specs))
        return replace(self, spec=shown[0], more_specs=shown[1:]) if shown else self

    def as_asked(self, view: MapView) -> "ViewContent":
        """With the layers and the place that the reader chose on the page; what is off is named."""
        if self.spec is None or view.is_usual:
            return self
        shown = as_asked(self.specs, view, own=self.own)
        chosen = view.layers is not None
        off = [layer.title for spec in shown for layer in spec.layers if chosen and not layer.visible]
        told = ((_("Strati spenti"), ", ".join(dict.fromkeys(off))),) if off else ()
        return replace(
            self, spec=shown[0], more_specs=shown[1:], filters=(*self.filters, *told), chosen=chosen
        )


def _of_registers(spec: MapSpec) -> list[Source]:
    """The sources of the registers whose places the map shows."""
    shown = [REGISTER_OF_LAYER[layer.key] for layer in spec.layers if layer.key in REGISTER_OF_LAYER]
    return [source_of(one.row.source) for one in coverages_of(shown)] if shown else []


def shown_tables(tables: Sequence[dict[str, Any]]) -> tuple[PrintTable, ...]:
    """Tables as the pages of results show them (`column_names.shown_table`), for print."""
    return tuple(
        PrintTable(
            name=f"{k}",
            title=str(table["title"]),
            columns=tuple(map(str, table["names"])),
            rows=tuple(tuple(_value(cell) for cell in row) for row in table["rows"]),
        )
        for k, table in enumerate(tables, 1)
    )


def _value(cell: dict[str, Any]) -> Any:
    if "number" in cell:
        return round(cell["number"], cell["decimals"]) if cell["decimals"] else round(cell["number"])
    return None if cell.get("unknown") else str(cell["text"])
