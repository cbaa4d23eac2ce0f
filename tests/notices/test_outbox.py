"""Messages: queued with the change they tell of, sent once, and one that fails stops no other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connections, transaction

from tests.notices.queued import (
    CONTACT,
    REFERENCE,
    Provider,
    case_of,
    code_of,
    of_case,
    of_code,
    state,
)
from tests.stories import CLEAN, NOON
from xiaohu.access import codes
from xiaohu.core.notices import NOTICES, SMS_LENGTH, Notice, Recipient, sent
from xiaohu.notices import outbox
from xiaohu.notices.models import NoticeState, QueuedNotice

BOTH = ["default", "keystore"]
pytestmark = pytest.mark.django_db(databases=BOTH)
SIGNS = {"zh-hans": "【示例通信】", "en": "Example Telecom: "}
SECOND = timedelta(seconds=1)


def test_is_queued_with_the_change_it_tells_of_or_not_at_all(provider: Provider) -> None:
    with transaction.atomic():
        of_case()
        transaction.set_rollback(True)
    assert outbox.flush(now=NOON) == 0
    assert provider.calls == []


def test_is_about_a_case_or_a_code(provider: Provider) -> None:
    queued = of_case()
    with pytest.raises(IntegrityError, match="a_notice_is_about_something"), transaction.atomic():
        QueuedNotice.objects.filter(pk=queued.pk).update(case_id=None)


@pytest.mark.parametrize("language", SIGNS)
@pytest.mark.parametrize("notice", [n for n in sent() if Recipient.CASE_CONTACT in NOTICES[n].to])
def test_says_each_notice_in_the_language_of_its_case(
    provider: Provider, notice: Notice, language: str
) -> None:
    of_case(notice, language=language)
    outbox.flush(now=NOON)
    [(_, to, text)] = provider.calls
    assert to == CONTACT
    assert text.startswith(SIGNS[language])
    assert REFERENCE in text
    assert "{" not in text
    assert language == "en" or len(text) <= SMS_LENGTH


@pytest.mark.parametrize("language", SIGNS)
def test_carries_a_code_to_the_address_it_proves(provider: Provider, language: str) -> None:
    letter = codes.letter(code_of(of_code(language=language)), now=NOON)
    outbox.flush(now=NOON)
    [(_, to, text)] = provider.calls
    assert to == CLEAN
    assert text.startswith(SIGNS[language])
    assert letter is not None
    assert letter.code in text


def test_a_row_holds_neither_contact_nor_code(provider: Provider) -> None:
    letter = codes.letter(code_of(of_code()), now=NOON)
    assert letter is not None
    of_case()
    outbox.flush(now=NOON)
    rows = QueuedNotice.objects.values()
    held = str([value for row in rows for value in row.values() if not isinstance(value, UUID)])
    assert [secret for secret in (CONTACT, CLEAN[3:], letter.code) if secret in held] == []


def test_is_sent_once_under_its_own_key(provider: Provider) -> None:
    first, second = of_case(), of_case()
    assert [outbox.flush(now=NOON) for _ in range(3)] == [2, 0, 0]
    assert sorted(provider.keys) == sorted([first.pk, second.pk])
    assert (state(first), first.sent_at, first.attempts) == (NoticeState.SENT, NOON, 1)


def test_is_not_sent_before_its_time(provider: Provider) -> None:
    of_case(at=NOON + SECOND)
    assert (outbox.flush(now=NOON), outbox.flush(now=NOON + SECOND)) == (0, 1)


def test_the_oldest_go_first_a_batch_at_a_time(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 2)
    queued = [of_case(at=NOON - n * SECOND) for n in range(3)]
    assert [outbox.flush(now=NOON) for _ in range(3)] == [2, 1, 0]
    assert provider.keys == [row.pk for row in reversed(queued)]


def test_another_worker_finds_nothing_while_one_is_sending(provider: Provider) -> None:
    of_case()
    tried: list[int] = []
    provider.meanwhile = lambda: tried.append(outbox.flush(now=NOON))
    assert outbox.flush(now=NOON) == 1
    assert tried == [0]


@pytest.mark.django_db(transaction=True, databases=BOTH)
def test_a_worker_passes_over_what_another_holds(provider: Provider) -> None:
    held, free = of_case(), of_case()

    def flush() -> int:
        try:
            return outbox.flush(now=NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        QueuedNotice.objects.select_for_update().get(pk=held.pk)
        assert other.submit(flush).result(timeout=20) == 1
    assert provider.keys == [free.pk]
    assert state(held) == NoticeState.QUEUED


def test_what_a_dying_worker_leaves_is_sent_later_under_the_same_key(provider: Provider) -> None:
    queued = of_case()

    def die() -> None:
        raise SystemExit

    provider.meanwhile = die
    with pytest.raises(SystemExit):
        outbox.flush(now=NOON)
    provider.meanwhile = lambda: None
    later = NOON + outbox.TAKEN_FOR
    assert (outbox.flush(now=later - SECOND), outbox.flush(now=later)) == (0, 1)
    assert provider.keys == [queued.pk] * 2
    assert (state(queued), queued.attempts) == (NoticeState.SENT, 2)


def test_the_messages_of_a_case_go_with_its_folder_and_no_others(provider: Provider) -> None:
    gone, stays = of_case(), of_case()
    assert [row.pk for row in outbox.of_case(case_of(gone))] == [gone.pk]
    assert outbox.forget_case(case_of(gone)) == 1
    assert outbox.of_case(case_of(gone)) == []
    assert outbox.of_case(case_of(stays)) == [stays]
