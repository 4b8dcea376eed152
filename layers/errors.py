"""Refusals: one sentence each (expected, found, where, what to do) and a code of docs/issue_codes.md."""

from typing import Any


class LayersError(Exception):
    """A refusal; `report` is the report of the import that it ended, where there was one."""

    code = "refused"
    report: Any = None


class SourceRefused(LayersError, ValueError):
    code = "source_refused"


class SourceNotFound(LayersError, LookupError):
    code = "source_not_found"


class NotWhatItSays(SourceRefused):
    code = "not_what_it_says"


class FormatNotRead(SourceRefused):
    code = "format_not_read"


class PartMissing(SourceRefused):
    code = "part_missing"


class SourceEmpty(SourceRefused):
    code = "source_empty"


class SourceDamaged(SourceRefused):
    code = "source_damaged"


class SourceTooLarge(SourceRefused):
    code = "source_too_large"


class SourceChanged(SourceRefused):
    code = "source_changed"


class ArchiveRefused(SourceRefused):
    code = "archive_refused"


class LayerNotChosen(SourceRefused):
    code = "layer_not_chosen"


class EncodingRefused(SourceRefused):
    code = "encoding_refused"


class TableRefused(SourceRefused):
    code = "table_refused"


class ColumnsNotChosen(SourceRefused):
    code = "columns_not_chosen"


class CrsMissing(SourceRefused):
    """`candidates` are the systems in which the coordinates would lie in Italy, likeliest first."""

    code = "crs_missing"
    candidates: Any = ()


class CrsUnknown(SourceRefused):
    code = "crs_unknown"


class NoOperation(SourceRefused):
    code = "crs_no_operation"


class OutsideItaly(SourceRefused):
    code = "layer_outside_italy"


class GeometryRefused(SourceRefused):
    code = "geometry_refused"


class NothingLeft(SourceRefused):
    code = "nothing_left"


class ValueRefused(SourceRefused):
    code = "value_refused"


class RepairRefused(SourceRefused):
    code = "repair_refused"


class NameRefused(LayersError, ValueError):
    code = "name_refused"


class LayerNotFound(LayersError, LookupError):
    code = "layer_not_found"


class VersionRefused(LayersError, ValueError):
    code = "version_refused"


class NothingToRollBack(LayersError, LookupError):
    code = "nothing_to_roll_back"


class OptionsRefused(LayersError, ValueError):
    code = "options_refused"


class RunBusy(LayersError, RuntimeError):
    code = "run_busy"


class KeyRefused(SourceRefused):
    code = "key_refused"


class ColumnsDiffer(SourceRefused):
    code = "columns_differ"


class NothingToBuildOn(LayersError, LookupError):
    code = "nothing_to_build_on"


class ViewInUse(LayersError, RuntimeError):
    code = "view_in_use"


class RoleRefused(LayersError, PermissionError):
    code = "role_refused"


class StyleRefused(LayersError, ValueError):
    code = "style_refused"


class ColumnNotFound(LayersError, LookupError):
    code = "column_not_found"


class TargetRefused(LayersError, ValueError):
    code = "target_refused"


class StreetsRefused(SourceRefused):
    code = "streets_refused"


class DownloadRefused(LayersError):
    code = "download_refused"


class NetworkUnreachable(DownloadRefused):
    code = "network_unreachable"


class UploadRefused(LayersError, ValueError):
    code = "upload_refused"


class UploadNotFound(LayersError, LookupError):
    code = "upload_not_found"


class TileRefused(LayersError, ValueError):
    code = "tile_refused"
