"""When a line is closed: after cooling-off, after what was chosen, never in a freeze."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.lines import facts
from tests.core.test_profile import FREEZE, changed
from xiaohu.core import checks, freezes
from xiaohu.core.calendar import Deadline, WorkingCalendar, day_of, start_of
from xiaohu.core.checks import CheckCode, Finding
from xiaohu.core.choices import Choice
from xiaohu.core.facts import RequestFacts
from xiaohu.core.profile import Bilingual, Freeze, Profile
from xiaohu.core.profile_reading import parse_profile
from xiaohu.core.schedule import (
    after_freeze,
    answer_until,
    decision_due,
    execution,
    execution_time,
    fees_stop_on,
    moved,
    next_promise,
    not_before,
    promised_by,
    refund_due,
)

WORDS = {"zh": "每月最后一天和 1 至 6 日不办理", "en": "No closing from the last day to day 6"}
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def frozen(**span: Any) -> Profile:
    """Return the generic rules with one freeze."""
    return parse_profile(changed(FREEZE, [{**span, "words": WORDS}], calendar__freezes=True))


BILLING = frozen(from_day=-1, to_day=6)


@pytest.mark.parametrize(
    ("accepted", "closed"),
    [
        (datetime(2026, 11, 23, 4, tzinfo=UTC), datetime(2026, 11, 26, 4, tzinfo=UTC)),
        (datetime(2026, 11, 26, 4, tzinfo=UTC), datetime(2026, 11, 29, 4, tzinfo=UTC)),
        # The last day of November, in China, until the end of 6 December.
        (datetime(2026, 11, 26, 17, tzinfo=UTC), datetime(2026, 12, 6, 16, tzinfo=UTC)),
        (datetime(2026, 12, 3, 4, tzinfo=UTC), datetime(2026, 12, 6, 16, tzinfo=UTC)),
        (datetime(2026, 12, 4, 4, tzinfo=UTC), datetime(2026, 12, 7, 4, tzinfo=UTC)),
        (datetime(2027, 2, 25, 4, tzinfo=UTC), datetime(2027, 3, 6, 16, tzinfo=UTC)),
        (datetime(2028, 2, 25, 4, tzinfo=UTC), datetime(2028, 2, 28, 4, tzinfo=UTC)),
    ],
)
def test_a_freeze_moves_the_time_to_its_end(accepted: datetime, closed: datetime) -> None:
    planned = execution(BILLING, accepted_at=accepted)
    assert planned.at == closed
    assert (planned.freeze is not None) == (closed - accepted > timedelta(days=3))


def test_dates_freeze_as_well_as_days_of_the_month() -> None:
    rules = frozen(from_on=date(2026, 12, 31), to_on=date(2027, 1, 3))
    late = execution_time(rules, accepted_at=datetime(2026, 12, 28, 4, tzinfo=UTC))
    assert late == start_of(date(2027, 1, 4))
    year_on = datetime(2027, 12, 28, 4, tzinfo=UTC)
    assert execution_time(rules, accepted_at=year_on) == year_on + timedelta(days=3)


def test_a_freeze_may_begin_with_the_first_day_of_a_month() -> None:
    (first,) = frozen(from_day=1, to_day=3).calendar.freezes
    days = [date(2026, 11, 30), *(date(2026, 12, day) for day in (1, 3, 4))]
    assert [freezes.covers(first, day) for day in days] == [False, True, True, False]


def test_a_freeze_that_is_half_said_freezes_nothing() -> None:
    words = Bilingual(**WORDS)
    halves: list[dict[str, Any]] = [{}, {"from_day": 1}, {"to_day": 28}]
    halves += [{"from_on": date(2026, 1, 1)}, {"to_on": date(2026, 12, 31)}]
    for said in halves:
        assert not freezes.covers(Freeze(**said, words=words), date(2026, 6, 15))


def test_what_comes_due_late_is_not_closed_in_a_freeze_either() -> None:
    assert after_freeze(BILLING, datetime(2026, 12, 1, 1, tzinfo=UTC)) == start_of(
        date(2026, 12, 7)
    )
    assert after_freeze(BILLING, NOON) == NOON


@given(
    st.integers(min_value=0, max_value=1000 * 24).map(lambda hours: NOON + timedelta(hours=hours)),
    st.integers(min_value=-3, max_value=3).filter(bool),
    st.integers(min_value=1, max_value=6),
)
def test_nothing_is_ever_closed_in_a_freeze_or_before_cooling_off(
    accepted: datetime, first: int, length: int
) -> None:
    last = first + length if first > 0 else (first + length if first + length < 0 else length)
    rules = frozen(from_day=first, to_day=last)
    at = execution_time(rules, accepted_at=accepted)
    assert freezes.on(rules.calendar.freezes, day_of(at)) is None
    assert at >= accepted + timedelta(days=3)
    assert at - accepted <= timedelta(days=3 + freezes.LONGEST_FREEZE_DAYS + 1)


def test_the_longest_freeze_counts_runs_over_the_turn_of_the_month() -> None:
    assert freezes.longest(BILLING.calendar.freezes, years=(2027,)) == 7
    two: list[Freeze] = [*BILLING.calendar.freezes, *frozen(from_day=7, to_day=9).calendar.freezes]
    assert freezes.longest(two, years=(2027,)) == 10


@pytest.mark.parametrize(("years", "days"), [((2026,), 2), ((2027,), 2), ((2026, 2027), 4)])
def test_the_longest_freeze_counts_runs_over_the_turn_of_the_year(
    years: tuple[int, ...], days: int
) -> None:
    turn = frozen(from_on=date(2026, 12, 30), to_on=date(2027, 1, 2)).calendar.freezes
    assert freezes.longest(turn, years=years) == days
    assert freezes.longest((), years=years) == 0


def found(choice: Choice, **said: Any) -> tuple[Finding, ...]:
    """Judge a line about which the same is chosen for contract and special number."""
    return checks.evaluate(
        facts=facts(**said),
        request=RequestFacts(),
        choices={CheckCode.CONTRACT_TERM: choice, CheckCode.VANITY_MIN_SPEND: choice},
        today=date(2026, 11, 23),
    )


def test_waiting_for_the_end_of_a_contract_is_carried_out_by_the_date() -> None:
    end = date(2026, 12, 31)
    waits = not_before(found(Choice.WAIT_FOR_CONTRACT_END, contract_end_on=end))
    assert waits == date(2027, 1, 1)
    generic = parse_profile(changed("cooling_off.days", 3))
    planned = execution(generic, accepted_at=NOON, not_before=waits)
    assert (planned.at, planned.not_before) == (start_of(date(2027, 1, 1)), waits)
    assert not_before(found(Choice.PAY_EXIT_FEE, contract_end_on=end)) is None


def test_the_later_of_contract_and_special_number_decides() -> None:
    said = {"contract_end_on": date(2026, 12, 31), "vanity_end_on": date(2027, 6, 30)}
    assert not_before(found(Choice.WAIT_FOR_CONTRACT_END, **said)) == date(2027, 7, 1)


def test_a_contract_that_ends_within_cooling_off_changes_nothing() -> None:
    generic = parse_profile(changed("cooling_off.days", 3))
    planned = execution(generic, accepted_at=NOON, not_before=date(2026, 11, 25))
    assert (planned.at, planned.not_before) == (NOON + timedelta(days=3), None)
    midnight = start_of(date(2026, 11, 26))
    at_once = execution(
        generic, accepted_at=midnight - timedelta(days=3), not_before=date(2026, 11, 26)
    )
    assert (at_once.at, at_once.not_before) == (midnight, None)


def test_waiting_for_a_contract_may_end_in_a_freeze_and_goes_on_after_it() -> None:
    planned = execution(BILLING, accepted_at=NOON, not_before=date(2027, 1, 1))
    assert planned.at == start_of(date(2027, 1, 7))
    assert planned.freeze is not None


def test_fees_stop_with_the_request_or_the_disconnection() -> None:
    later = NOON + timedelta(days=3)
    generic = parse_profile(changed("fees.stop", "disconnection"))
    assert fees_stop_on(generic, requested_at=NOON, stops_at=later) == date(2026, 11, 26)
    kinder = parse_profile(changed("fees.stop", "request"))
    assert fees_stop_on(kinder, requested_at=NOON, stops_at=later) == date(2026, 11, 23)


@given(st.dates(), st.dates(), st.booleans())
def test_a_deadline_never_moves_beyond_what_was_promised(
    promised: date, counted: date, provisional: bool
) -> None:
    again = moved(promised, Deadline(on=counted, provisional=provisional))
    assert again.on <= promised
    assert again.on in {promised, counted}
    assert again.provisional == provisional


WEEKDAYS = WorkingCalendar(working={}, official_years=frozenset())


def test_a_decision_is_owed_in_working_days_after_the_day_of_the_request() -> None:
    rules = parse_profile(changed("review.working_days", 5))
    assert decision_due(rules, WEEKDAYS, requested_at=NOON).on == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("counted_from", "consumer", "on"),
    [
        ("request", False, date(2026, 12, 14)),
        ("request", True, date(2026, 12, 8)),
        ("final_bill", False, date(2026, 12, 16)),
        ("final_bill", True, date(2026, 12, 10)),
    ],
)
def test_a_consumer_waits_fifteen_days_at_most_for_a_refund(
    counted_from: str, on: date, *, consumer: bool
) -> None:
    profile = parse_profile(changed("refund.counted_from", counted_from))
    slow = profile.model_copy(
        update={"refund": profile.refund.model_copy(update={"working_days": 15})}
    )
    billed = NOON + timedelta(days=2)
    due = refund_due(slow, WEEKDAYS, requested_at=NOON, billed_at=billed, consumer=consumer)
    assert due == on


def test_a_refund_counted_from_the_last_bill_has_no_day_before_it_came() -> None:
    by_bill = parse_profile(changed("refund.counted_from", "final_bill"))
    by_request = parse_profile(changed("refund.counted_from", "request"))
    asked: dict[str, Any] = {"requested_at": NOON, "billed_at": None, "consumer": True}
    assert refund_due(by_bill, WEEKDAYS, **asked) is None
    assert refund_due(by_request, WEEKDAYS, **asked) is not None


@pytest.mark.parametrize(
    ("today", "missed", "promised"),
    [
        (date(2026, 11, 24), date(2026, 11, 23), date(2026, 11, 26)),
        (date(2026, 11, 26), date(2026, 11, 23), date(2026, 11, 26)),
        (date(2026, 11, 27), date(2026, 11, 26), date(2026, 12, 1)),
        (date(2026, 12, 2), date(2026, 12, 1), date(2026, 12, 4)),
    ],
)
def test_nobody_is_promised_a_day_that_is_over(today: date, missed: date, promised: date) -> None:
    told = next_promise(WEEKDAYS, promised_on=date(2026, 11, 23), working_days=3, today=today)
    assert told == (missed, promised)


def test_an_answer_is_awaited_to_the_end_of_the_thirtieth_day() -> None:
    assert answer_until(asked_at=NOON) == start_of(date(2026, 12, 24))


@pytest.mark.parametrize(
    ("late", "more"),
    [(timedelta(0), 1), (timedelta(hours=23), 1), (timedelta(days=1), 2), (timedelta(days=9), 10)],
)
def test_once_a_date_has_passed_a_day_more_is_given_each_time(late: timedelta, more: int) -> None:
    assert promised_by(NOON, now=NOON + late) == NOON + timedelta(days=more)
    assert promised_by(NOON, now=NOON - timedelta(seconds=1)) == NOON
