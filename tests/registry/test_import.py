"""Importing an operator's export: bad rows named, good rows kept, repeats harmless."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from xiaohu.access.accounts import username_index
from xiaohu.access.models import SubscriberAccount
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.facts import LineStatus
from xiaohu.registry import demo_data, importer, lines
from xiaohu.registry.importer import FileRefused, Report
from xiaohu.registry.models import Holder, Line
from xiaohu.registry.rows import BadRow, Flaw

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ADMIN = Actor(ActorKind.ADMIN, "command line")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Return a file of thirty invented lines."""
    path = tmp_path / "lines.csv"
    demo_data.write(path=path, lines=30, seed=1, today=date(2026, 11, 23))
    return path


def bring_in(path: Path) -> Report:
    """Import a file for the demo operator."""
    return importer.import_lines(
        path=path, operator="demo", actor=ADMIN, now=NOON, progress=lambda _: None
    )


def edited(path: Path, row: int, **changes: str) -> Path:
    """Change fields of one row, counted from 1."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row - 1].update(changes)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_brings_in_lines_holders_and_accounts(export: Path) -> None:
    report = bring_in(export)
    assert (report.added, report.bad) == (30, [])
    line = lines.find("demo", "+8613000000001")
    assert line is not None
    assert (line.status, line.balance_fen) == (LineStatus.ACTIVE, 12640 + 2000)
    assert lines.shown([line])[0].number == "130 **** 0001"
    account = SubscriberAccount.objects.get(username_index=username_index("demo", "demo00001"))
    assert account.holder_id == line.holder_id


def test_again_changes_nothing(export: Path) -> None:
    bring_in(export)
    before = list(Line.objects.order_by("pk").values())
    again = bring_in(export)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 30)
    assert list(Line.objects.order_by("pk").values()) == before


def test_takes_in_what_changed(export: Path) -> None:
    bring_in(export)
    report = bring_in(edited(export, 2, cash_yuan="7.00", status="stopped"))
    assert (report.added, report.changed) == (0, 1)
    assert Line.objects.get(subscription_id="SUB00000002").status == LineStatus.STOPPED


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("number", "12345", "NUMBER_NO_SUCH_RANGE"),
        ("number", "", "EMPTY"),
        ("iccid", "1234", "ICCID_REFUSED"),
        ("status", "asleep", "NOT_IN_THE_LIST"),
        ("document_number", "999999199001010000", "DOCUMENT_CHECK_CHARACTER"),
        ("document_number", "999999199013010000", "DOCUMENT_BIRTH_DATE"),
        ("cash_yuan", "1.234", "AMOUNT_REFUSED"),
        ("cash_yuan", "-1", "NEGATIVE"),
        ("points", "1.5", "NOT_A_WHOLE_NUMBER"),
        ("contract_end_on", "2026-02-30", "NOT_A_DATE"),
        ("holder_name", "x" * 201, "TOO_LONG"),
        ("holder_name", "nul\x00", "CONTROL_CHARACTER"),
        ("number", "13000000003", "TWICE_IN_FILE"),
    ],
)
def test_names_the_line_field_and_reason_and_goes_on(
    export: Path, field: str, value: str, reason: str
) -> None:
    row = 4
    report = bring_in(edited(export, row, **{field: value}))
    assert report.bad == [BadRow(row + 1, field, Flaw(reason))]
    assert report.added == 29


def test_full_width_digits_and_spaces_are_understood(export: Path) -> None:
    report = bring_in(edited(export, 1, number="＋86 １３０ 0000 0001"))
    assert report.bad == []
    assert lines.find("demo", "+8613000000001") is not None


def test_a_number_of_another_open_line_is_refused(export: Path) -> None:
    bring_in(export)
    report = bring_in(edited(export, 1, subscription_id="SUB-NEW"))
    assert report.bad == [BadRow(2, "number", Flaw.NUMBER_TAKEN)]


def test_a_user_name_of_somebody_else_is_reported(export: Path) -> None:
    report = bring_in(edited(export, 3, username="demo00001"))
    assert report.bad == [BadRow(4, "username", Flaw.USERNAME_TAKEN)]
    assert report.added == 29
    owner = SubscriberAccount.objects.get(username_index=username_index("demo", "demo00001"))
    line = lines.find("demo", "+8613000000001")
    assert line is not None
    assert owner.holder_id == line.holder_id
    again = bring_in(export)
    assert (again.bad, again.unchanged) == (report.bad, 29)


@pytest.mark.parametrize("text", ["number,iccid\n", "", "\xff\xfe"])
def test_refuses_a_file_without_its_columns(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(FileRefused):
        bring_in(path)
    assert not Holder.objects.exists()


def test_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileRefused):
        bring_in(tmp_path / "nowhere.csv")


def test_a_closed_line_stays_closed_whatever_the_export_says(export: Path) -> None:
    bring_in(export)
    line = lines.find("demo", "+8613000000001")
    assert line is not None
    lines.rest(line=line, days=90, now=NOON)
    bring_in(edited(export, 1, cash_yuan="9.00"))
    assert lines.find("demo", "+8613000000001") is None
    line.refresh_from_db()
    assert (line.status, line.closed_at) == (LineStatus.CLOSED, NOON)
