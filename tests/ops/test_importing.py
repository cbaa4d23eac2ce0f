"""`xiaohu import lines`: progress, the list of bad rows, a stop in between, a report for machines."""

import csv
import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.registry.exports import edited, invented, written
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.ops import importing, watching
from xiaohu.ops.cli import app
from xiaohu.ops.error_file import COLUMNS
from xiaohu.registry import policies
from xiaohu.registry.importer import Reached
from xiaohu.registry.models import Line
from xiaohu.registry.rows import Flaw

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
REPORT = {
    "rows": int,
    "added": int,
    "changed": int,
    "unchanged": int,
    "bad": int,
    "reasons": dict,
    "errors": str | None,
    "dry_run": bool,
    "stopped": bool,
}


@pytest.fixture(autouse=True)
def _operator(db: None) -> None:
    policies.publish(
        operator="demo",
        toml=policies.shipped("generic-cn"),
        actor=Actor(ActorKind.ADMIN, "command line"),
        now=NOON,
    )


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Return a file of thirty invented lines, one of them bad."""
    path = written(tmp_path / "lines.csv", invented())
    return edited(path, 4, cash_yuan="=1+1", holder_name="张示例")


def run(path: Path, *more: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["import", "lines", str(path), "--lang", "en", *more])


def reported(result: Result) -> dict[str, Any]:
    """Return the report for machines, its shape checked."""
    document: dict[str, Any] = json.loads(result.stdout)
    assert set(document) == set(REPORT)
    for name, kind in REPORT.items():
        assert isinstance(document[name], kind)
    return document


def listed(path: Path) -> list[dict[str, str]]:
    """Return the list of bad rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_says_what_it_did_and_lists_what_was_bad(export: Path) -> None:
    result = run(export)
    assert result.exit_code == 6
    assert result.stdout.strip() == "29 added · 0 changed · 0 unchanged · 1 bad"
    errors = export.with_name("lines.errors.csv")
    assert str(errors) in result.stderr
    assert listed(errors) == [
        {
            "line": "5",
            "field": "cash_yuan",
            "code": "AMOUNT_REFUSED",
            "reason": "not an amount with at most two decimals",
        }
    ]
    # Neither a value of the row nor a name is in it.
    assert "1+1" not in errors.read_text(encoding="utf-8")
    assert "示例" not in errors.read_text(encoding="utf-8")


def test_a_list_of_old_goes_once_every_row_is_good(export: Path) -> None:
    run(export)
    result = run(edited(export, 4, cash_yuan="1.00"))
    assert result.exit_code == 0
    assert [path.name for path in export.parent.iterdir()] == ["lines.csv"]


def test_never_overwrites_what_is_no_list_of_errors(export: Path) -> None:
    before = export.read_bytes()
    result = run(export, "--errors", str(export))
    assert (result.exit_code, export.read_bytes()) == (5, before)
    assert "IMPORT_ERRORS_REFUSED" in result.stderr
    nowhere = run(export, "--errors", str(export.parent / "nowhere" / "errors.csv"))
    assert nowhere.exit_code == 5
    assert not Line.objects.exists()


def test_the_list_may_be_elsewhere(export: Path) -> None:
    elsewhere = export.parent / "bad.csv"
    for _ in range(2):
        assert run(export, "--errors", str(elsewhere)).exit_code == 6
    assert len(listed(elsewhere)) == 1
    assert not export.with_name("lines.errors.csv").exists()


def test_a_dry_run_reports_and_writes_nothing(export: Path) -> None:
    dry = run(export, "--dry-run", "--json")
    assert dry.exit_code == 6
    assert not Line.objects.exists()
    wet = run(export, "--json")
    assert reported(dry) == {**reported(wet), "dry_run": True}
    assert reported(wet)["reasons"] == {Flaw.AMOUNT_REFUSED: 1}


def test_a_mistyped_operator_is_refused(export: Path) -> None:
    result = run(export, "--operator", "dmeo")
    assert result.exit_code == 5
    assert "NO_POLICY" in result.stderr
    assert not Line.objects.exists()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere" / "lines.csv")
    assert (result.exit_code, result.stdout) == (5, "")
    assert "IMPORT_FILE_UNREADABLE" in result.stderr


@pytest.mark.parametrize("apart", [False, True])
def test_ctrl_c_stops_after_the_batch_and_the_same_command_goes_on(
    export: Path, monkeypatch: pytest.MonkeyPatch, *, apart: bool
) -> None:
    monkeypatch.setattr("xiaohu.registry.ahead.BATCH", 10)
    monkeypatch.setattr("xiaohu.registry.ahead.is_worth_a_process", lambda _: apart)
    reached = watching.Lines.reached

    def interrupted(self: watching.Lines, step: Reached) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        reached(self, step)

    monkeypatch.setattr(watching.Lines, "reached", interrupted)
    stopped = run(export, "--json")
    assert stopped.exit_code == 130
    assert (reported(stopped)["stopped"], reported(stopped)["rows"]) == (True, 10)
    assert "Run the same command again" in stopped.stderr
    monkeypatch.setattr(watching.Lines, "reached", reached)
    again = reported(run(export, "--json"))
    assert (again["added"], again["unchanged"]) == (20, 9)


def test_a_second_ctrl_c_breaks_off_and_keeps_earlier_batches(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaohu.registry.ahead.BATCH", 10)

    def twice(_: watching.Lines, __: Reached) -> None:
        for _number in range(2):
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(watching.Lines, "reached", twice)
    result = run(export)
    assert result.exit_code == 130
    assert Line.objects.count() == 9
    assert len(listed(export.with_name("lines.errors.csv"))) == 1


def test_one_plain_line_for_five_seconds_or_five_percent() -> None:
    said, now = list[str](), [0.0]
    lines = watching.Lines(said.append, clock=lambda: now[0])
    for share, seconds in ((0.01, 1), (0.04, 3), (0.045, 5.5), (0.06, 6), (0.1, 6.5), (0.5, 7)):
        now[0] = seconds
        lines.reached(Reached(round(share * 1000), share))
    assert [line.partition(" ")[0] for line in said] == ["已读", "已读", "已读"]
    assert len(said) == 3


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert isinstance(watching.watching("导入", print), watching.Bar)
    with watching.Bar("导入") as bar:
        bar.reached(Reached(10, 0.5))


def test_the_list_has_four_columns_and_none_for_values() -> None:
    assert COLUMNS == ("line", "field", "code", "reason")
    assert importing.SHOWN < 100
