"""The commands of the plan: counts on stdout, refusals in one sentence on stderr, exit codes."""

from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from gisplan.__main__ import DONE, USER_INPUT, main
from gisplan.plan.accounts import create_admin
from gisplan.plan.errors import AdminNotCreated
from gisplan.plan.models import PlanEdition

from .conftest import EditSeeds

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


def test_load_plan_prints_the_counts_of_each_table(edition: PlanEdition, capsys: Captured) -> None:
    assert main(["load_plan"]) == DONE
    assert "interventions: 0 created, 0 updated, 70 unchanged\n" in capsys.readouterr().out


def test_load_plan_says_that_another_territory_has_no_plan(
    edition: PlanEdition, settings: object, capsys: Captured
) -> None:
    settings.TERRITORY, settings.TERRITORY_NAME = ["037"], "Bologna"  # type: ignore[attr-defined]
    assert main(["load_plan"]) == DONE
    assert capsys.readouterr().out == "No plan is loaded for Bologna: the seeds hold none.\n"


def test_a_wrong_seed_row_ends_with_one_sentence_and_code_2(
    edition: PlanEdition, edit_seeds: EditSeeds, capsys: Captured
) -> None:
    folder = edit_seeds("actions", "class_of_places", "everywhere")
    assert main(["load_plan", "--seeds", str(folder)]) == USER_INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("actions.csv, row 2, column extent_kind: expected one of whole_area")
    assert printed.err.count("\n") == 1


def test_import_plan_imports_a_table(edition: PlanEdition, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "plan_edition,code,title,axis_code,source_url,confidence\n"
        "psm-2021-2023,1.6,Una strategia,1,https://example.org/delibera,verbatim\n"
    )
    assert main(["import_plan", "--table", "strategies", str(path), "--dry-run"]) == DONE
    assert main(["import_plan", "--table", "strategies", str(path)]) == DONE
    assert capsys.readouterr().out == (
        "strategies: 1 created, 0 updated, 0 unchanged (dry run: nothing stored)\n"
        "strategies: 1 created, 0 updated, 0 unchanged\n"
    )
    assert main(["import_plan", "--table", "strategy", str(path)]) == USER_INPUT
    assert "found 'strategy': choose one" in capsys.readouterr().err


def test_create_admin_writes_a_password_that_only_its_owner_reads(db: None, tmp_path: Path) -> None:
    path = tmp_path / "state" / "admin_password.txt"
    assert create_admin(path).created
    assert path.stat().st_mode & 0o777 == 0o600
    password = path.read_text().strip()
    assert len(password) >= 20
    user = authenticate(username="admin", password=password)
    assert isinstance(user, User)
    assert user.is_superuser


def test_create_admin_again_changes_nothing(db: None, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "admin_password.txt"
    assert main(["create_admin", "--password-file", str(path)]) == DONE
    before = (path.read_text(), User.objects.get(username="admin").password)
    assert main(["create_admin", "--password-file", str(path)]) == DONE
    assert (path.read_text(), User.objects.get(username="admin").password) == before
    assert capsys.readouterr().out == (
        f"Created admin; the password is in {path}\nadmin exists; the first password is in {path}\n"
    )
    path.unlink()
    assert main(["create_admin", "--password-file", str(path)]) == DONE
    assert "`gisplan changepassword admin` sets a new password" in capsys.readouterr().out


def test_no_admin_is_made_whose_password_nobody_can_read(db: None, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AdminNotCreated, match="name another place with --password-file"):
        create_admin(tmp_path / "file" / "admin_password.txt")
    assert not User.objects.filter(username="admin").exists()
