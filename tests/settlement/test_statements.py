"""The provider's statement: taken as a whole and compared, or put aside with a reason."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, OperationalError
from django.utils import translation

from tests.settlement.books import REFUNDABLE_FEN, on_its_way, reserved
from tests.stories import NOON, OPERATOR
from xiaohu.core.calendar import start_of
from xiaohu.core.findings import FindingKind
from xiaohu.core.money import Money
from xiaohu.ops import statements as folder
from xiaohu.registry.rows import Flaw
from xiaohu.settlement import ledger, statements
from xiaohu.settlement.models import Finding, StatementPayment
from xiaohu.settlement.statements import StatementRefused

pytestmark = pytest.mark.django_db
ENGLISH = "our_reference,provider_reference,amount_yuan,currency,state,paid_on"
CHINESE = "商户订单号,平台流水号,金额,币种,状态,日期"
DAY = "2026-11-23"
YUAN = Money(REFUNDABLE_FEN).yuan()


def paid() -> UUID:
    """Return a payment a machine made and booked."""
    closing_id, effect_id = on_its_way()
    ledger.post_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    return effect_id


def row(key: object = "x", **other: object) -> str:
    """Return a row of a statement."""
    said = {
        "key": key,
        "reference": "PAY-000001",
        "amount": YUAN,
        "currency": "CNY",
        "state": "paid",
        "on": DAY,
    } | other
    return ",".join(str(value) for value in said.values())


def write(path: Path, *rows: str, header: str = ENGLISH, encoding: str = "utf-8") -> Path:
    """Write a statement that nobody writes to any more."""
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    os.utime(path, (1, 1))
    return path


def take(path: Path) -> list[FindingKind]:
    """Read a statement and return what differs."""
    found = statements.take(operator=OPERATOR, rows=statements.read(path), now=NOON)
    return [one.kind for one in found]


@pytest.mark.parametrize(
    ("header", "encoding", "words"),
    [
        (ENGLISH, "utf-8", {}),
        (ENGLISH, "utf-8-sig", {}),
        (CHINESE, "utf-8", {"currency": "人民币", "state": "成功"}),
        (CHINESE, "gb18030", {"currency": "人民币", "state": "成功"}),
    ],
)
def test_a_statement_that_agrees_leaves_nothing(
    tmp_path: Path, header: str, encoding: str, words: dict[str, str]
) -> None:
    key = paid()
    file = write(tmp_path / "s.csv", row(key, **words), header=header, encoding=encoding)
    assert take(file) == []
    assert StatementPayment.objects.get().key == key
    assert not Finding.objects.exists()


K = FindingKind


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"amount": "1.00"}, K.WRONG_AMOUNT),
        ({"currency": "USD"}, K.WRONG_CURRENCY),
        ({"state": "returned"}, K.CHARGEBACK),
        ({"state": "退回"}, K.CHARGEBACK),
    ],
)
def test_each_difference_is_left_to_people_once(
    tmp_path: Path, changed: dict[str, str], kind: FindingKind
) -> None:
    file = write(tmp_path / "s.csv", row(paid(), **changed))
    for _ in range(2):
        assert take(file) == [kind]
    assert Finding.objects.get().kind == kind


@pytest.mark.parametrize("key", ["", "ORDER-7", str(UUID(int=5))])
def test_a_payment_unknown_to_us_is_found(tmp_path: Path, key: str) -> None:
    assert take(write(tmp_path / "s.csv", row(key))) == [K.UNKNOWN_TO_US]


def test_a_payment_that_is_not_listed_is_missing_once_it_must_be(tmp_path: Path) -> None:
    paid()
    early = write(tmp_path / "a.csv", row("x", on="2026-11-20"))
    assert take(early) == [K.UNKNOWN_TO_US]
    late = write(tmp_path / "b.csv", row("y", reference="PAY-2", on=DAY))
    assert take(late) == [K.UNKNOWN_TO_US, K.MISSING_AT_PROVIDER]


def test_what_an_earlier_statement_told_is_not_missing(tmp_path: Path) -> None:
    key = paid()
    assert take(write(tmp_path / "a.csv", row(key))) == []
    other = write(tmp_path / "b.csv", row("y", reference="PAY-2", on="2026-11-24"))
    assert take(other) == [K.UNKNOWN_TO_US]


def test_paid_and_returned_on_one_statement_is_one_return(tmp_path: Path) -> None:
    key = paid()
    file = write(tmp_path / "s.csv", row(key), row(key, reference="R-1", state="returned"))
    assert take(file) == [K.CHARGEBACK]


def test_one_payment_made_twice_is_found(tmp_path: Path) -> None:
    key = paid()
    assert take(write(tmp_path / "s.csv", row(key), row(key, reference="P2"))) == [K.PAID_TWICE]


def test_one_payment_made_twice_is_found_over_two_statements(tmp_path: Path) -> None:
    key = paid()
    assert take(write(tmp_path / "a.csv", row(key))) == []
    again = write(tmp_path / "b.csv", row(key, reference="P2", on="2026-11-24"))
    assert take(again) == [K.PAID_TWICE]


def test_two_payments_under_one_reference_are_both_kept(tmp_path: Path) -> None:
    for number in (5, 6):
        take(write(tmp_path / "s.csv", row(UUID(int=number))))
    kept = StatementPayment.objects.values_list("key", flat=True)
    assert set(kept) == {UUID(int=5), UUID(int=6)}
    assert Finding.objects.count() == 2


def test_a_payment_unknown_to_us_that_came_back_went_out_once(tmp_path: Path) -> None:
    file = write(tmp_path / "s.csv", row(UUID(int=5), state="returned"))
    assert take(file) == [K.UNKNOWN_TO_US]


def test_a_day_to_come_makes_nothing_missing(tmp_path: Path) -> None:
    rows = (row(), row(reference="P2", on="2099-12-31"))
    with pytest.raises(StatementRefused) as refused:
        statements.read(write(tmp_path / "s.csv", *rows), today=NOON.date())
    assert [(bad.line, bad.reason) for bad in refused.value.bad] == [(3, Flaw.IN_THE_FUTURE)]
    tomorrow = write(tmp_path / "t.csv", row(on=NOON.date() + timedelta(days=1)))
    assert len(statements.read(tomorrow, today=NOON.date())) == 1


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a missing column": (lambda p: write(p, row(), header=ENGLISH[4:]), "column_missing"),
    "a doubled column": (
        lambda p: write(p, f"{row()},1", header=f"{ENGLISH},金额"),
        "column_twice",
    ),
    "a doubled row": (lambda p: write(p, row(), row()), "rows"),
    "no row": (write, "empty"),
    "nothing": (lambda p: _bytes(p, b""), "unreadable"),
    "another encoding": (lambda p: write(p, row(), encoding="utf-16"), "unreadable"),
    "bytes of nothing": (lambda p: _bytes(p, b"\xff\xfe\x00" * 99), "unreadable"),
    "no file": (lambda p: p, "unreadable"),
    "a folder": (lambda p: _made(p, Path.mkdir), "unreadable"),
    "a pipe nobody writes to": (lambda p: _made(p, os.mkfifo), "unreadable"),
}


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    os.utime(path, (1, 1))
    return path


def _made(path: Path, make: Callable[[Path], None]) -> Path:
    make(path)
    return path


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_as_a_whole(tmp_path: Path, name: str) -> None:
    make, why = BAD[name]
    with pytest.raises(StatementRefused) as refused:
        statements.read(make(tmp_path / "s.csv"))
    assert refused.value.params["why"] == why


@pytest.mark.parametrize(
    ("changed", "flaw"),
    [
        ({"amount": "1.234"}, Flaw.AMOUNT_REFUSED),
        ({"amount": "１２"}, Flaw.AMOUNT_REFUSED),
        ({"amount": "-1.00"}, Flaw.NEGATIVE),
        ({"amount": ""}, Flaw.AMOUNT_REFUSED),
        ({"on": "23.11.2026"}, Flaw.NOT_A_DATE),
        ({"state": "maybe"}, Flaw.NOT_IN_THE_LIST),
        ({"currency": "￥"}, Flaw.NOT_IN_THE_LIST),
        ({"currency": "CURRENCYX"}, Flaw.NOT_IN_THE_LIST),
        ({"reference": ""}, Flaw.EMPTY),
        ({"reference": "P" * 65}, Flaw.TOO_LONG),
        ({"reference": "张三"}, Flaw.CONTROL_CHARACTER),
        ({"more": "x"}, Flaw.TOO_MANY_FIELDS),
        ({"reference": '"'}, Flaw.NOT_CSV),
    ],
)
def test_a_row_that_cannot_be_read_is_named(
    tmp_path: Path, changed: dict[str, str], flaw: Flaw
) -> None:
    file = write(tmp_path / "s.csv", row(), row(**{"reference": "P2", **changed}))
    with pytest.raises(StatementRefused) as refused:
        statements.read(file)
    assert [(bad.line, bad.reason) for bad in refused.value.bad] == [(3, flaw)]


def test_the_longest_name_and_currency_are_read(tmp_path: Path) -> None:
    (read,) = statements.read(
        write(tmp_path / "s.csv", row(reference="P" * 64, currency="renminbi"))
    )
    assert (read.payment.reference, read.payment.currency) == ("P" * 64, "RENMINBI")


def test_a_row_with_too_few_fields_is_named(tmp_path: Path) -> None:
    short = row().rpartition(",")[0]
    with pytest.raises(StatementRefused) as refused:
        statements.read(write(tmp_path / "s.csv", short))
    assert [bad.reason for bad in refused.value.bad] == [Flaw.TOO_FEW_FIELDS]


def test_a_statement_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "s.csv", row())
    monkeypatch.setattr(statements, "LARGEST", file.stat().st_size)
    assert len(statements.read(file)) == 1
    monkeypatch.setattr(statements, "LARGEST", file.stat().st_size - 1)
    with pytest.raises(StatementRefused) as refused:
        statements.read(file)
    assert refused.value.params["why"] == "too_large"


def watched(tmp_path: Path) -> dict[str, list[str]]:
    """Let the folder be read, and return what lies where."""
    folder.take_folder(tmp_path, operator=OPERATOR, now=NOON)
    return {
        place: sorted(file.name for file in (tmp_path / place).glob("*") if file.is_file())
        for place in ("", "done", "refused")
    }


def test_the_folder_is_emptied(tmp_path: Path) -> None:
    write(tmp_path / "good.csv", row(paid()))
    write(tmp_path / "坏.csv", row(amount="1.234 张三"))
    (tmp_path / "notes.txt").write_text("not mine")
    lies = watched(tmp_path)
    assert lies == {
        "": ["notes.txt"],
        "done": ["good.csv"],
        "refused": ["坏.csv", "坏.csv.reason.txt"],
    }
    reason = (tmp_path / "refused" / "坏.csv.reason.txt").read_text(encoding="utf-8")
    assert "第 2 行" in reason
    assert "amount_yuan" in reason
    assert "张三" not in reason
    assert Finding.objects.get().kind == K.STATEMENT_REFUSED
    assert Finding.objects.get().reference.startswith("-.csv-")


def test_a_second_bad_file_of_a_name_is_told_as_well(tmp_path: Path) -> None:
    for amount in ("1.234", "x", "x"):
        write(tmp_path / "statement.csv", row(amount=amount))
        watched(tmp_path)
    kinds = list(Finding.objects.values_list("kind", flat=True))
    assert kinds == [K.STATEMENT_REFUSED, K.STATEMENT_REFUSED]


def test_a_second_file_of_a_name_overwrites_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        write(tmp_path / "good.csv", row(paid()))
        lies = watched(tmp_path)
    assert lies["done"] == ["good-2.csv", "good.csv"]


def first_fails(folder: Path, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]) -> None:
    """Put two files into a folder, of which the first fails in some way."""
    write(folder / "a.csv", row(UUID(int=5)))
    write(folder / "b.csv", row(paid()))
    take_one = statements.take

    def fails(*, rows: list[statements.Row], **asked: Any) -> object:
        if rows[0].payment.key == UUID(int=5):
            raise failure
        return take_one(rows=rows, **asked)

    monkeypatch.setattr(statements, "take", fails)


@pytest.mark.parametrize("failure", [RuntimeError, DataError])
def test_a_file_that_fails_unforeseen_is_put_aside_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    first_fails(tmp_path, monkeypatch, failure)
    lies = watched(tmp_path)
    assert (lies[""], lies["done"]) == ([], ["b.csv"])
    assert "a.csv" in lies["refused"]
    assert Finding.objects.get().kind == K.STATEMENT_REFUSED
    why = (tmp_path / "refused" / "a.csv.reason.txt").read_text(encoding="utf-8")
    assert "系统读取时出错" in why
    assert watched(tmp_path)[""] == []


def test_a_file_waits_while_the_database_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_fails(tmp_path, monkeypatch, OperationalError)
    lies = watched(tmp_path)
    assert (lies[""], lies["done"]) == (["a.csv"], ["b.csv"])
    assert not Finding.objects.exists()


def test_a_file_still_written_and_a_link_are_left_alone(tmp_path: Path) -> None:
    fresh = write(tmp_path / "fresh.csv", row())
    os.utime(fresh)
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    assert watched(tmp_path)[""] == ["fresh.csv", "link.csv"]


def test_the_command_says_six_where_something_differs(tmp_path: Path) -> None:
    said: list[str] = []

    def run(file: Path, **asked: Any) -> int:
        return folder.reconcile(
            file, operator=OPERATOR, as_json=False, say=said.append, out=said.append, **asked
        )

    with translation.override("zh-hans"):
        key = paid()
        assert run(write(tmp_path / "a.csv", row(key))) == 0
        assert run(write(tmp_path / "b.csv", row(key, amount="1.00"))) == 6
        assert any("金额不符" in line for line in said)
        with pytest.raises(StatementRefused):
            run(write(tmp_path / "c.csv", row(amount="x")))
    assert "第 2 行" in said[-1]


def test_a_file_that_was_put_aside_is_noted_by_as_much_of_its_name_as_fits() -> None:
    long = "s" * 99
    statements.note_refused(operator=OPERATOR, name=long, now=NOON)
    statements.note_refused(operator=OPERATOR, name=long, digest="0123456789abcdef", now=NOON)
    names = Finding.objects.values_list("reference", flat=True)
    assert set(names) == {"s" * 64, f"{'s' * 51}-0123456789ab"}


@pytest.mark.parametrize(
    ("hours", "must_stand"), [(0.9, False), (1, True), (22.9, True), (23, False), (24.5, False)]
)
def test_an_hour_at_either_end_of_a_statement_is_left_out(
    tmp_path: Path, hours: float, *, must_stand: bool
) -> None:
    closing_id, effect_id = reserved()
    at = start_of(NOON.date()) + timedelta(hours=hours)
    ledger.post_refund(closing_id=closing_id, effect_id=effect_id, now=at)
    assert statements.covered(OPERATOR) == frozenset()
    take(write(tmp_path / "s.csv", row()))
    assert statements.covered(OPERATOR) == ({effect_id} if must_stand else frozenset())
