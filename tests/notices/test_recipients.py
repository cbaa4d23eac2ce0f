"""Who is told: everyone the table names, nobody twice at one address, never a number that is off."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from tests.notices.queued import (
    CONTACT,
    PARAMS,
    REGISTERED,
    OneCase,
    Provider,
    of_case,
    of_everyone,
)
from tests.stories import CLEAN, NOON, OPERATOR
from xiaohu.core.notices import NOTICES, SAMPLES, Notice, Recipient, Result, sent
from xiaohu.notices import outbox, parties
from xiaohu.notices.models import NoticeState, QueuedNotice
from xiaohu.registry.models import QuarantinedNumber
from xiaohu.vault import keys, units
from xiaohu.vault.index import blind_index

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
DAY = timedelta(days=1)
ALL = [Recipient.CASE_CONTACT, Recipient.REGISTERED_CONTACT, Recipient.LINE]


@pytest.fixture
def one_case(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> OneCase:
    """Return the one holder and line all cases are about."""
    made = OneCase()
    monkeypatch.setattr(parties, "cases", lambda: made)
    made.seal()
    return made


def told(provider: Provider) -> list[str]:
    """Return the addresses that were written to."""
    return sorted(to for _, to, _ in provider.calls)


def results() -> dict[str, str]:
    """Return what became of the messages, by recipient."""
    return {row.recipient: row.result or row.state for row in QueuedNotice.objects.all()}


def gone_to_rest(number: str, *, on: date) -> None:
    """Let a number have been closed."""
    QuarantinedNumber.objects.create(
        operator=OPERATOR,
        number_index=blind_index(operator=OPERATOR, purpose="resting", value=number),
        free_on=on + 90 * DAY,
        rested_on=on,
    )


def test_everyone_the_table_names_is_told(provider: Provider, one_case: OneCase) -> None:
    of_everyone()
    assert outbox.flush(now=NOON) == 3
    assert told(provider) == sorted([CONTACT, REGISTERED, CLEAN])
    rows = QueuedNotice.objects.order_by("recipient").values_list("recipient", "channel")
    assert list(rows) == [
        ("case_contact", "mail"),
        ("line", "text"),
        ("registered_contact", "mail"),
    ]


def test_is_queued_to_all_with_one_question_and_one_insert(
    one_case: OneCase, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        queued = outbox.queue(
            Notice.SUBMITTED,
            operator=OPERATOR,
            case_id=uuid4(),
            language="zh-hans",
            params=PARAMS,
            now=NOON,
        )
    assert queued == 3


@pytest.mark.parametrize("notice", sent())
def test_goes_to_whom_the_table_says_and_nobody_else(one_case: OneCase, notice: Notice) -> None:
    rule = NOTICES[notice]
    if notice is Notice.CODE:
        return
    with transaction.atomic():
        outbox.queue(
            notice,
            operator=OPERATOR,
            case_id=uuid4(),
            language="en",
            params=PARAMS,
            now=NOON,
            line_id=one_case.line_id,
        )
    rows = QueuedNotice.objects.filter(notice=notice)
    assert sorted(rows.values_list("recipient", flat=True)) == sorted(rule.to)


@pytest.mark.parametrize(
    ("registered", "contact", "addresses"),
    [
        (CONTACT, CONTACT, [CONTACT, CLEAN]),
        ("Subscriber@Example.com", CONTACT, [CONTACT, CLEAN]),
        (CLEAN, CONTACT, [CONTACT, CLEAN]),
        ("130 0000 0001", CONTACT, [CONTACT, CLEAN]),
        ("13000000009", "+8613000000009", ["+8613000000009", CLEAN]),
    ],
)
def test_nobody_is_told_twice_at_one_address(
    provider: Provider, one_case: OneCase, registered: str, contact: str, addresses: list[str]
) -> None:
    one_case.seal(registered=registered)
    of_everyone(to=contact)
    outbox.flush(now=NOON)
    assert told(provider) == sorted(addresses)
    assert Result.SAME_ADDRESS in results().values()


def test_the_companion_of_a_receipt_does_not_go_where_the_receipt_went(
    provider: Provider, one_case: OneCase
) -> None:
    one_case.seal(registered=CONTACT)
    of_everyone(Notice.SUBMITTED)
    outbox.flush(now=NOON)
    assert told(provider) == sorted([CONTACT, CLEAN])


@pytest.mark.parametrize("registered", ["", "nobody", "not a number 7"])
def test_a_registered_contact_that_is_none_is_passed_over(
    provider: Provider, one_case: OneCase, registered: str
) -> None:
    one_case.seal(registered=registered)
    of_everyone()
    outbox.flush(now=NOON)
    assert told(provider) == sorted([CONTACT, CLEAN])
    assert results()["registered_contact"] == Result.NO_ADDRESS


def test_a_line_that_is_off_is_not_even_queued_for(one_case: OneCase) -> None:
    one_case.serving = False
    of_everyone()
    assert "line" not in results()


def test_a_line_that_went_off_meanwhile_is_not_written_to(
    provider: Provider, one_case: OneCase
) -> None:
    of_everyone()
    one_case.serving = False
    outbox.flush(now=NOON)
    assert told(provider) == sorted([CONTACT, REGISTERED])
    row = QueuedNotice.objects.get(recipient=Recipient.LINE)
    assert (row.state, row.result) == (NoticeState.NOBODY, Result.LINE_CLOSED)


@pytest.mark.parametrize("ago", [timedelta(0), 400 * DAY])
def test_a_registered_number_that_was_ever_closed_is_not_written_to(
    provider: Provider, one_case: OneCase, ago: timedelta
) -> None:
    one_case.seal(registered="13000000009")
    gone_to_rest("+8613000000009", on=(NOON - ago).date())
    of_everyone()
    outbox.flush(now=NOON)
    assert told(provider) == sorted([CONTACT, CLEAN])
    assert results()["registered_contact"] == Result.LINE_CLOSED


@pytest.mark.parametrize(("closed", "reached"), [(DAY, False), (0 * DAY, False), (-DAY, True)])
def test_a_contact_counts_as_closed_only_since_it_was_named(
    provider: Provider, one_case: OneCase, closed: timedelta, *, reached: bool
) -> None:
    # Before, somebody else had the number; since, somebody else may have it.
    gone_to_rest("+8613000000009", on=(NOON + closed).date())
    of_case(to="+8613000000009")
    outbox.flush(now=NOON + DAY)
    assert bool(provider.calls) is reached


def test_the_line_is_told_though_the_contact_of_the_case_was_erased(
    provider: Provider, one_case: OneCase
) -> None:
    keys.destroy(OPERATOR, [units.case(of_everyone())])
    outbox.flush(now=NOON)
    assert told(provider) == sorted([REGISTERED, CLEAN])


def test_what_is_told_once_is_not_queued_again(one_case: OneCase) -> None:
    case_id = uuid4()
    for about in ("2026-11-26", "2026-11-26", "2026-12-01"):
        with transaction.atomic():
            outbox.queue(
                Notice.OVERDUE,
                operator=OPERATOR,
                case_id=case_id,
                language="zh-hans",
                params=PARAMS,
                now=NOON,
                once=about,
            )
    assert sorted(row.once for row in outbox.of_case(case_id)) == ["2026-11-26", "2026-12-01"]


@pytest.mark.parametrize(
    ("params", "word"), [({}, "lacks"), ({**PARAMS, "holder_name": "示例"}, "unknown")]
)
def test_refuses_what_could_not_be_said_before_anything_is_queued(
    one_case: OneCase, params: dict[str, str], word: str
) -> None:
    with pytest.raises(LookupError, match=word), transaction.atomic():
        outbox.queue(
            Notice.CLOSED,
            operator=OPERATOR,
            case_id=uuid4(),
            language="zh-hans",
            params=params,
            now=NOON,
        )
    assert not QueuedNotice.objects.exists()


def test_one_of_an_earlier_release_that_does_not_say_its_day_is_sent(provider: Provider) -> None:
    queued = of_case(Notice.CLOSED)
    params = {"ref": SAMPLES["ref"], "cert": SAMPLES["cert"]}
    QueuedNotice.objects.filter(pk=queued.pk).update(params=params)
    outbox.flush(now=NOON)
    assert "2026-11-23" in provider.calls[0][2]


def test_what_concerns_others_needs_a_line(one_case: OneCase) -> None:
    of_everyone(Notice.AFFECTED_PAYER)
    assert not QueuedNotice.objects.exists()
