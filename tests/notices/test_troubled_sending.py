"""Messages on bad days: one that fails stops no other, and none is tried for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

import pytest

from tests.notices.queued import CONTACT, Provider, case_of, code_of, of_case, of_code, state
from tests.stories import NOON, OPERATOR
from xiaohu.access.models import OneTimeCode
from xiaohu.core.notices import Result
from xiaohu.gateways.protocols import AnswerState
from xiaohu.notices import outbox
from xiaohu.notices.models import NoticeState, QueuedNotice
from xiaohu.queue import retry
from xiaohu.vault import keys, units
from xiaohu.vault.keystore.models import UnitKey
from xiaohu.vault.models import SealedRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
MOMENT = timedelta(milliseconds=1)


def erased() -> QueuedNotice:
    """Queue a message, then erase the contact it would go to."""
    queued = of_case()
    keys.destroy(OPERATOR, [units.case(case_of(queued))])
    return queued


def over() -> QueuedNotice:
    """Queue a code, then let its time pass."""
    queued = of_code()
    OneTimeCode.objects.filter(pk=code_of(queued)).update(expires_at=NOON)
    return queued


# What can be wrong with one message about a case.
FLAWS: dict[str, Callable[[QueuedNotice], object]] = {
    "no words for it": lambda row: QueuedNotice.objects.filter(pk=row.pk).update(notice="unheard"),
    "a parameter too few": lambda row: QueuedNotice.objects.filter(pk=row.pk).update(params={}),
    "an unreadable record": lambda row: SealedRecord.objects.filter(unit=case_of(row)).update(
        box=b"damaged"
    ),
    "a lost key": lambda row: UnitKey.objects.filter(unit=case_of(row)).delete(),
}
# Why there can be nobody to send to.
NOBODY: dict[str, Callable[[], QueuedNotice]] = {
    "a case without a contact": lambda: of_case(to=""),
    "an erased contact": erased,
    "a code a stranger asked for": lambda: of_code(known=False),
    "a code that is over": over,
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_one_that_fails_stops_no_other(
    provider: Provider, caplog: pytest.LogCaptureFixture, flaw: str
) -> None:
    before, bad, after = (of_case(at=NOON - n * MOMENT) for n in (2, 1, 0))
    FLAWS[flaw](bad)
    assert outbox.flush(now=NOON) == 3
    assert provider.keys == [before.pk, after.pk]
    assert state(bad) == NoticeState.QUEUED
    assert bad.next_action_at > NOON
    assert str(bad.pk) in caplog.text
    assert CONTACT not in caplog.text


def test_codes_go_out_while_the_keystore_is_away(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter, code = of_case(), of_code()

    def away(*_: object) -> NoReturn:
        raise keys.KeystoreUnavailable

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(keys, "fetch", away)
        assert outbox.flush(now=NOON) == 2
    assert provider.keys == [code.pk]
    assert state(letter) == NoticeState.QUEUED
    outbox.flush(now=letter.next_action_at)
    assert provider.keys == [code.pk, letter.pk]


def test_loses_nothing_while_the_keystore_is_away_for_a_day(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = of_case()

    def away(*_: object) -> NoReturn:
        raise keys.KeystoreUnavailable

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(keys, "fetch", away)
        for minutes in range(0, 24 * 60, 5):
            outbox.flush(now=NOON + timedelta(minutes=minutes))
    outbox.flush(now=NOON + timedelta(days=1, hours=1))
    assert (provider.keys, state(letter)) == ([letter.pk], NoticeState.SENT)


@pytest.mark.parametrize("why", NOBODY)
def test_ends_where_there_is_nobody_to_send_to(provider: Provider, why: str) -> None:
    queued = NOBODY[why]()
    outbox.flush(now=NOON)
    assert (state(queued), queued.sent_at) == (NoticeState.NOBODY, None)
    assert provider.calls == []


def test_ends_when_the_provider_refuses(provider: Provider) -> None:
    queued = of_case()
    provider.state = AnswerState.REFUSED
    assert outbox.flush(now=NOON) == 1
    assert (state(queued), queued.sent_at) == (NoticeState.FAILED, None)
    assert outbox.flush(now=NOON + timedelta(days=1)) == 0


def tries(queued: QueuedNotice) -> list[timedelta]:
    """Return the waits between all tries of a message until it ends."""
    now, waits = NOON, []
    while state(queued) == NoticeState.QUEUED:
        waits.append(queued.next_action_at - now)
        now = queued.next_action_at
        assert outbox.flush(now=now - MOMENT) == 0
        assert outbox.flush(now=now) == 1
    return waits


def test_a_fault_of_ours_is_tried_again_after_growing_waits_then_given_up(
    provider: Provider,
) -> None:
    queued = of_case()
    provider.meanwhile = lambda: 1 / 0
    waits = tries(queued)
    assert waits == sorted(set(waits))
    assert (state(queued), queued.result) == (NoticeState.FAILED, Result.GIVEN_UP)
    assert provider.keys == [queued.pk] * retry.TRIES


def test_a_provider_that_never_answers_is_given_up_after_three_days(provider: Provider) -> None:
    queued = of_case()
    provider.state = AnswerState.UNKNOWN
    assert sum(tries(queued), timedelta()) >= outbox.TRIED_FOR
    assert (state(queued), queued.result) == (NoticeState.FAILED, Result.GIVEN_UP)
    assert set(provider.keys) == {queued.pk}


def test_loses_nothing_while_the_provider_is_away_for_a_day(provider: Provider) -> None:
    letters = [of_case() for _ in range(3)]
    code = of_code()
    provider.state = AnswerState.UNKNOWN
    for minutes in range(0, 24 * 60, 5):
        outbox.flush(now=NOON + timedelta(minutes=minutes))
    provider.state, back = AnswerState.DONE, NOON + timedelta(days=1)
    provider.calls.clear()
    for minutes in range(0, 60, 5):
        outbox.flush(now=back + timedelta(minutes=minutes))
    assert [state(letter) for letter in letters] == [NoticeState.SENT] * 3
    assert sorted(provider.keys) == sorted(letter.pk for letter in letters)
    assert (state(code), code.result) == (NoticeState.NOBODY, Result.CODE_OVER)
