"""The commands around versions: what they print, and one refusal each."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from django.core.management import call_command

from layers.errors import LayerNotFound, LayersError, NothingToRollBack, VersionRefused
from layers.terminal import Bars, user_name

pytestmark = pytest.mark.django_db
Write = Callable[..., Path]
Said = pytest.CaptureFixture[str]


@pytest.fixture
def files(write_geojson: Write) -> list[str]:
    rows = [[("a", 1), ("b", 2)], [("a", 1), ("b", 3), ("c", 4)]]
    return [
        str(
            write_geojson(
                [(shapely.Point(7.6, 45), {"cod": cod, "n": n}) for cod, n in row], f"luoghi{number}.geojson"
            )
        )
        for number, row in enumerate(rows)
    ]


def said(capsys: Said, *words: str) -> str:
    call_command(*words)
    return capsys.readouterr().out


def test_a_version_is_staged_published_and_taken_back(files: list[str], capsys: Said) -> None:
    said(
        capsys,
        "import_layer",
        files[0],
        "--name",
        "luoghi",
        "--owner",
        "Ufficio",
        "--reference-date",
        "2026-01-31",
    )
    out = said(
        capsys,
        "import_layer",
        files[1],
        "--name",
        "luoghi",
        "--mode",
        "upsert",
        "--key",
        "cod",
        "--no-publish",
    )
    assert out.startswith("staged: 3 of 3 features of luoghi1.geojson as luoghi_v2")
    assert "upsert by cod against version 1: 1 added, 1 changed, 0 gone, 1 same" in out
    assert said(capsys, "layers") == (f"luoghi: {_line(capsys, 'luoghi_v1')}; not public, 1 staged\n")
    assert said(capsys, "publish_layer", "luoghi") == "published: luoghi_v2, 3 features\n"
    assert said(capsys, "rollback_layer", "luoghi") == "current: luoghi_v1, 2 features\n"
    assert said(capsys, "rollback_layer", "luoghi", "--to", "2") == "current: luoghi_v2, 3 features\n"
    with pytest.raises(VersionRefused, match="Expected a staged version of layer luoghi, found none"):
        call_command("publish_layer", "luoghi")


def _line(capsys: Said, table: str) -> str:
    return next(line for line in said(capsys, "layers", "luoghi").splitlines() if line.startswith(table))


def test_a_staged_version_is_discarded(files: list[str], capsys: Said) -> None:
    said(capsys, "import_layer", files[0], "--name", "luoghi", "--no-publish")
    assert said(capsys, "layers") == "luoghi: nothing published; not public, 1 staged\n"
    assert said(capsys, "discard_layer", "luoghi", "--number", "1") == "discarded: luoghi_v1\n"
    with pytest.raises(NothingToRollBack):
        call_command("rollback_layer", "luoghi")


def test_dry_run_prints_the_difference(files: list[str], capsys: Said) -> None:
    said(capsys, "import_layer", files[0], "--name", "luoghi")
    out = said(capsys, "import_layer", files[1], "--name", "luoghi", "--dry-run")
    assert out.startswith("dry_run: 3 of 3")
    assert "replace against version 1: 2 added, 0 changed, 1 gone, 1 same" in out
    assert len(said(capsys, "layers", "luoghi").splitlines()) == 1


@pytest.mark.parametrize("command", ["publish_layer", "discard_layer", "rollback_layer", "layers"])
def test_unknown_layer_is_refused(command: str) -> None:
    with pytest.raises(LayerNotFound, match="found 'nowhere'"):
        call_command(command, "nowhere")


def test_date_that_is_none_is_refused(files: list[str]) -> None:
    with pytest.raises(LayersError, match="Expected a date such as 2026-01-31, found '31/01/2026'"):
        call_command("import_layer", files[0], "--reference-date", "31/01/2026")


def test_bars_are_shown_when_asked_for_and_silent_where_nobody_watches(
    files: list[str], capsys: Said
) -> None:
    call_command("import_layer", files[0], "--name", "luoghi")
    assert capsys.readouterr().err == ""
    call_command("import_layer", files[1], "--name", "luoghi", "--progress")
    shown = capsys.readouterr().err
    for phase in ("read", "decode", "reproject", "repair", "check", "store", "publish"):
        assert f"{phase:<9}: 100%" in shown
    assert "3.00/3.00" in shown


def test_bars_follow_rows(capsys: Said) -> None:
    with Bars(always=True) as bars:
        for rows in (0, 250, 500):
            bars("store", rows, 1000)
    assert "store    :  50%" in capsys.readouterr().err


def test_user_without_a_name_has_a_number() -> None:
    def nameless() -> str:
        raise KeyError("uid not found")

    assert user_name(nameless).startswith("uid ")
