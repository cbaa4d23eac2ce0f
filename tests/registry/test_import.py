"""Importing an operator's export: bad rows named, good rows kept, repeats harmless."""

from datetime import date
from pathlib import Path

import pytest

from tests.registry.exports import ADMIN, COUNT, NOON, bring_in, edited, invented, written
from tests.registry.workbooks import saved
from xiaohu.access.accounts import username_index
from xiaohu.access.models import SubscriberAccount
from xiaohu.core.applicants import HolderKind
from xiaohu.core.facts import LineStatus, RestrictionReason
from xiaohu.core.filings import FilingStatus, Purpose
from xiaohu.core.restrictions import AppealState, RestrictionSource
from xiaohu.registry import filings, importer, lines, restrictions, taking
from xiaohu.registry.files.refused import FileRefused
from xiaohu.registry.models import Holder, Line
from xiaohu.registry.rows import BadRow, Flaw
from xiaohu.trail.models import Event
from xiaohu.vault import keys, units

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
RESTRICTED = 10  # the row of the story of a restricted line


def line_at(place: int) -> Line:
    """Return the line of a row, counted from 1."""
    return Line.objects.get(subscription_id=f"SUB{place:08d}")


def test_brings_in_lines_holders_and_accounts(export: Path) -> None:
    brought = bring_in(export)
    assert (brought.counts, brought.bad) == ((COUNT, 0, 0), [])
    line = lines.find("demo", "+8613000000001")
    assert line is not None
    assert (line.status, line.balance_fen) == (LineStatus.ACTIVE, 12640 + 2000)
    assert lines.shown([line])[0].number == "130 **** 0001"
    assert lines.shown_holder(line).document.startswith("****")
    account = SubscriberAccount.objects.get(username_index=username_index("demo", "demo00001"))
    assert account.holder_id == line.holder_id


def test_brings_in_the_same_from_any_kind_of_file(tmp_path: Path) -> None:
    rows = invented()
    bring_in(written(tmp_path / "lines.csv", rows))
    other = written(tmp_path / "other.csv", rows, encoding="gb18030")
    assert bring_in(other).counts == (0, 0, COUNT)
    book = saved(tmp_path / "lines.xlsx", *(row.values() for row in rows), header=list(rows[0]))
    assert bring_in(book).counts == (0, 0, COUNT)


def test_again_changes_nothing(export: Path) -> None:
    bring_in(export)
    before = list(Line.objects.order_by("pk").values())
    assert bring_in(export).counts == (0, 0, COUNT)
    assert list(Line.objects.order_by("pk").values()) == before


def test_takes_in_what_changed(export: Path) -> None:
    bring_in(export)
    changes = {"cash_yuan": "7.00", "status": "stopped", "holder_name": "改示例"}
    assert bring_in(edited(export, 2, **changes)).counts == (0, 1, COUNT - 1)
    assert (line_at(2).status, lines.holder_name(line_at(2))) == (LineStatus.STOPPED, "改示例")


def test_a_document_of_a_firm_makes_its_holder_an_organisation(export: Path) -> None:
    bring_in(export)
    firm = Holder.objects.get(pk=line_at(7).holder_id)
    assert firm.kind == HolderKind.ORGANISATION
    assert Line.objects.filter(holder=firm).count() == 3
    assert Holder.objects.get(pk=line_at(1).holder_id).kind == HolderKind.INDIVIDUAL


def test_a_line_nobody_is_registered_for_has_a_holder_of_its_own(export: Path) -> None:
    nobody = {"holder_name": "", "document_kind": "", "document_number": "", "username": ""}
    edited(edited(export, 1, **nobody, realname="missing"), 2, **nobody, realname="missing")
    assert bring_in(export).bad == []
    first, second = (lines.find("demo", f"+861300000000{n}") for n in (1, 2))
    assert first is not None
    assert second is not None
    assert first.holder_id != second.holder_id
    assert lines.shown_holder(first) == lines.ShownHolder(name="—", document="—")
    again = bring_in(edited(export, 1, realname=""))
    assert [row.field for row in again.bad] == ["document_kind"]


def test_all_statuses_are_taken(tmp_path: Path) -> None:
    rows = invented(len(LineStatus))
    for row, status in zip(rows, LineStatus, strict=True):
        row["status"] = status.value
    brought = bring_in(written(tmp_path / "lines.csv", rows))
    assert brought.bad == []
    assert set(Line.objects.values_list("status", flat=True)) == set(LineStatus)


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
        ("cash_yuan", "１２", "AMOUNT_REFUSED"),
        ("cash_yuan", "-1", "NEGATIVE"),
        ("points", "1.5", "NOT_A_WHOLE_NUMBER"),
        ("contract_end_on", "2026-02-30", "NOT_A_DATE"),
        ("contract_end_on", "２０２６-01-01", "NOT_A_DATE"),
        ("contract_end_on", "20260101", "NOT_A_DATE"),
        ("contract_end_on", "2026-W01-1", "NOT_A_DATE"),
        ("holder_name", "x" * 201, "TOO_LONG"),
        ("holder_name", "nul\x00", "CONTROL_CHARACTER"),
        ("number", "13000000003", "TWICE_IN_FILE"),
        ("subscription_id", "SUB00000003", "TWICE_IN_FILE"),
        ("legal_hold", "perhaps", "NOT_IN_THE_LIST"),
        ("realname", "somebody", "NOT_IN_THE_LIST"),
        ("instalment_yuan", "much", "AMOUNT_REFUSED"),
        ("vanity_end_on", "soon", "NOT_A_DATE"),
        ("restriction", "dislike", "NOT_IN_THE_LIST"),
        ("restriction_grade", "4", "NOT_IN_THE_LIST"),
        ("operator", "another", "OTHER_OPERATOR"),
    ],
)
def test_names_the_line_field_and_reason_and_goes_on(
    export: Path, field: str, value: str, reason: str
) -> None:
    row = 4
    brought = bring_in(edited(export, row, **{field: value}))
    assert brought.bad == [BadRow(row + 1, field, Flaw(reason))]
    assert brought.report.reasons == {Flaw(reason): 1}
    assert brought.report.added == COUNT - 1


@pytest.mark.parametrize(
    ("changes", "bad"),
    [
        ({"filing_purposes": "survey spam"}, ("filing_purposes", Flaw.NOT_IN_THE_LIST)),
        ({"filing_region": "浙江省 13000000001"}, ("filing_region", Flaw.NOT_A_REGION)),
        ({"filing_daily_cap": "many"}, ("filing_daily_cap", Flaw.NOT_A_WHOLE_NUMBER)),
        ({"restriction": "complaints", "restricted_on": ""}, ("restricted_on", Flaw.EMPTY)),
    ],
)
def test_names_what_is_wrong_with_a_filing_or_restriction(
    export: Path, changes: dict[str, str], bad: tuple[str, Flaw]
) -> None:
    assert bring_in(edited(export, 1, filing="yes", **changes)).bad == [BadRow(2, *bad)]


def test_full_width_digits_and_spaces_are_understood(export: Path) -> None:
    brought = bring_in(edited(export, 1, number="＋86 １３０ 0000 0001", product=" 套餐 "))
    assert brought.bad == []
    line = lines.find("demo", "+8613000000001")
    assert line is not None
    assert line.product == "套餐"


def test_a_number_of_another_open_line_is_refused(export: Path) -> None:
    bring_in(export)
    brought = bring_in(edited(export, 1, subscription_id="SUB-NEW"))
    assert brought.bad == [BadRow(2, "number", Flaw.NUMBER_TAKEN)]


def test_a_number_given_up_above_may_be_taken_below(export: Path) -> None:
    bring_in(export)
    edited(export, 1, number="13000000099")
    brought = bring_in(edited(export, 2, number="13000000001"))
    assert (brought.bad, brought.report.changed) == ([], 2)
    taken = lines.find("demo", "+8613000000001")
    assert taken is not None
    assert taken.pk == line_at(2).pk


def test_a_user_name_of_somebody_else_is_reported(export: Path) -> None:
    brought = bring_in(edited(export, 3, username="demo00001"))
    assert brought.bad == [BadRow(4, "username", Flaw.USERNAME_TAKEN)]
    assert brought.report.added == COUNT - 1
    owner = SubscriberAccount.objects.get(username_index=username_index("demo", "demo00001"))
    line = lines.find("demo", "+8613000000001")
    assert line is not None
    assert owner.holder_id == line.holder_id
    again = bring_in(export)
    assert (again.bad, again.report.unchanged) == (brought.bad, COUNT - 1)


@pytest.mark.parametrize("other_first", [False, True])
def test_what_comes_twice_is_noticed_over_many_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, other_first: bool
) -> None:
    monkeypatch.setattr("xiaohu.registry.ahead.BATCH", 4)
    rows = invented()
    rows[20] |= {"number": rows[0]["number"]}
    rows[25] |= {"subscription_id": rows[1]["subscription_id"]}
    rows[29] |= {"username": rows[2]["username"]}
    path = written(tmp_path / "lines.csv", rows)
    if other_first:
        assert bring_in(path, dry_run=True).report.bad == 3
    brought = bring_in(path)
    assert brought.bad == [
        BadRow(22, "number", Flaw.TWICE_IN_FILE),
        BadRow(27, "subscription_id", Flaw.TWICE_IN_FILE),
        BadRow(31, "username", Flaw.USERNAME_TAKEN),
    ]
    assert bring_in(path).bad == brought.bad


def test_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileRefused):
        bring_in(tmp_path / "nowhere.csv")
    assert not Event.objects.exists()


def test_a_closed_line_stays_closed_whatever_the_export_says(export: Path) -> None:
    bring_in(export)
    line = lines.find("demo", "+8613000000001")
    assert line is not None
    lines.rest(line=line, days=90, now=NOON)
    assert bring_in(edited(export, 1, cash_yuan="9.00")).counts == (0, 0, COUNT)
    assert lines.find("demo", "+8613000000001") is None
    line.refresh_from_db()
    assert (line.status, line.closed_at) == (LineStatus.CLOSED, NOON)


def test_a_holder_who_is_just_being_erased_is_left_for_the_next_import(export: Path) -> None:
    bring_in(export)
    keys.destroy("demo", [units.holder(line_at(1).holder_id)])
    brought = bring_in(edited(export, 1, cash_yuan="9.00"))
    assert brought.bad == [BadRow(2, "", Flaw.HOLDER_BEING_ERASED)]


def test_keeps_filing_and_restriction(export: Path) -> None:
    changes = {
        "filing": "是",
        "filing_purposes": "survey, after_sales",
        "filing_daily_cap": "300",
        "filing_region": "四川省",
        "filing_valid_until": "2027-01-31",
        "restriction_appeal": "open",
    }
    bring_in(edited(export, RESTRICTED, **changes))
    filing = filings.of_line(line_at(RESTRICTED))
    assert filing is not None
    assert filing.purposes == (Purpose.AFTER_SALES, Purpose.SURVEY)
    assert (filing.daily_cap, filing.region) == (300, "四川省")
    assert (filing.valid_until, filing.status) == (date(2027, 1, 31), FilingStatus.ACTIVE)
    restriction = restrictions.of_line(line_at(RESTRICTED))
    assert restriction is not None
    assert restriction.reason is RestrictionReason.COMPLAINTS
    assert (restriction.source, restriction.grade) == (RestrictionSource.OPERATOR, 2)
    assert (restriction.since, restriction.appeal) == (date(2026, 11, 3), AppealState.OPEN)


def test_a_later_export_ends_the_filing_and_lifts_the_restriction(export: Path) -> None:
    bring_in(edited(export, RESTRICTED, filing="yes"))
    bring_in(edited(export, RESTRICTED, filing="no", restriction="", status="active"))
    filing = filings.of_line(line_at(RESTRICTED))
    assert filing is not None
    assert (filing.status, filing.ended_at) == (FilingStatus.ENDED, NOON)
    assert restrictions.of_line(line_at(RESTRICTED)) is None
    bring_in(edited(export, RESTRICTED, filing="yes", filing_region="全国"))
    filing = filings.of_line(line_at(RESTRICTED))
    assert filing is not None
    assert (filing.status, filing.region) == (FilingStatus.ACTIVE, "全国")


def test_a_file_that_says_nothing_of_them_changes_none(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    rows = invented()
    rows[RESTRICTED - 1]["filing"] = "yes"
    bring_in(written(path, rows))
    silent = [
        {name: value for name, value in row.items() if not name.startswith(("filing", "restrict"))}
        for row in rows
    ]
    bring_in(written(path, silent))
    filing = filings.of_line(line_at(RESTRICTED))
    assert filing is not None
    assert filing.status is FilingStatus.ACTIVE
    assert restrictions.of_line(line_at(RESTRICTED)) is not None


def test_a_dry_run_says_the_same_and_changes_nothing(export: Path) -> None:
    edited(export, 3, cash_yuan="much")
    edited(export, 5, number="13000000001")
    dry = bring_in(export, dry_run=True)
    assert not Line.objects.exists()
    assert not Holder.objects.exists()
    assert not Event.objects.exists()
    wet = bring_in(export)
    assert (dry.report, dry.bad) == (wet.report, wet.bad)


def test_goes_on_where_it_was_stopped(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaohu.registry.ahead.BATCH", 8)
    stopped = bring_in(export, stop_after=2)
    assert stopped.report.stopped
    assert (Line.objects.count(), stopped.report.rows) == (16, 16)
    assert Event.objects.get().reason == "stopped"
    assert bring_in(export).counts == (COUNT - 16, 0, 16)


def test_a_batch_that_fails_leaves_nothing_behind(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaohu.registry.ahead.BATCH", 8)
    write, times = taking._write_restrictions, list[int]()

    def fails_the_second_time(*arguments: object) -> None:
        times.append(1)
        if len(times) == 2:
            raise RuntimeError("the last step fails")
        write(*arguments)  # type: ignore[arg-type] # whatever it was given

    monkeypatch.setattr(taking, "_write_restrictions", fails_the_second_time)
    with pytest.raises(RuntimeError):
        bring_in(export)
    assert (Line.objects.count(), Holder.objects.count()) == (8, 7)
    monkeypatch.setattr(taking, "_write_restrictions", write)
    assert bring_in(export).counts == (COUNT - 8, 0, 8)


def test_a_large_file_is_read_by_a_process_of_its_own_with_the_same_result(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaohu.registry.ahead.BATCH", 7)
    edited(export, 4, cash_yuan="much")
    here = bring_in(export, dry_run=True)
    monkeypatch.setattr("xiaohu.registry.ahead.is_worth_a_process", lambda _: True)
    apart = bring_in(export, dry_run=True)
    assert (apart.report, apart.bad) == (here.report, here.bad)
    assert bring_in(export, stop_after=1).counts == (6, 0, 0)
    assert bring_in(export).counts == (COUNT - 1 - 6, 0, 6)


def test_what_fails_in_that_process_is_raised_here(
    export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaohu.registry.ahead.is_worth_a_process", lambda _: True)

    def fails(*_: object) -> None:
        raise RuntimeError("reading fails")

    monkeypatch.setattr("xiaohu.registry.ahead.Reading._indexed", fails)
    with pytest.raises(RuntimeError, match="reading fails"):
        bring_in(export)


def test_tells_how_far_it_is(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaohu.registry.ahead.BATCH", 10)
    reached = list[importer.Reached]()
    importer.import_lines(
        path=export,
        operator="demo",
        actor=ADMIN,
        now=NOON,
        progress=reached.append,
    )
    assert [step.rows for step in reached] == [10, 20, 30]
    shares = [step.share for step in reached]
    assert shares == sorted(shares)
    assert (0 < shares[0] < 1, shares[-1]) == (True, 1.0)
