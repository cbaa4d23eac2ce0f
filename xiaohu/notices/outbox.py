"""Queueing messages in the transaction of what they tell, and sending them afterwards."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import translation

from xiaohu.access import codes
from xiaohu.core.notices import Notice, key
from xiaohu.core.profile import Bilingual
from xiaohu.core.retention import Category
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import AnswerState
from xiaohu.notices.models import NoticeState, QueuedNotice
from xiaohu.queue import retry
from xiaohu.registry import policies
from xiaohu.vault import records, units
from xiaohu.vault.keys import Erased, KeystoreUnavailable
from xiaohu.vault.records import Ref

logger = logging.getLogger(__name__)
BATCH = 50
TAKEN_FOR = timedelta(minutes=2)  # longer than a batch takes where each call times out


@dataclass(frozen=True)
class Post:
    """What the messages of one batch have in common, asked for once."""

    names_of: Callable[[str], Bilingual]
    contacts: Mapping[UUID, str]


def queue(
    notice: Notice,
    *,
    operator: str,
    case_id: UUID,
    language: str,
    params: Mapping[str, str] | None = None,
    now: datetime,
) -> None:
    """Queue a message to a case's contact. Call inside a transaction.

    `params` holds references, dates and amounts, never a name or number of a person.
    """
    QueuedNotice.objects.create(
        operator=operator,
        notice=notice.value,
        case_id=case_id,
        language=language,
        params=dict(params or {}),
        next_action_at=now,
        created_at=now,
    )


def queue_code(*, operator: str, code_id: UUID, language: str, now: datetime) -> None:
    """Queue the message that carries a code. Call inside a transaction."""
    QueuedNotice.objects.create(
        operator=operator,
        notice=Notice.CODE.value,
        code_id=code_id,
        language=language,
        next_action_at=now,
        created_at=now,
    )


def flush(*, now: datetime) -> int:
    """Send what is due, a batch at a time, and return how many were tried.

    Several workers may do this at once: each takes rows of its own and puts their next try off,
    so that what a dying worker leaves behind is tried again, under the same key.
    """
    taken = _take(now)
    post = Post(names_of=cache(_names), contacts=_contacts(taken))
    for queued in taken:
        try:
            _send(queued, post, now)
        except Exception as unexpected:  # noqa: BLE001 - one bad message must not stop the others
            # Only the kind is logged: the text of an error may carry what nobody may read.
            logger.error("notice %s failed: %s", queued.pk, type(unexpected).__name__)
            _try_later(queued, now)
    return len(taken)


@transaction.atomic(durable=True)
def _take(now: datetime) -> list[QueuedNotice]:
    due = QueuedNotice.objects.filter(state=NoticeState.QUEUED.value, next_action_at__lte=now)
    taken = list(due.select_for_update(skip_locked=True).order_by("next_action_at")[:BATCH])
    QueuedNotice.objects.filter(pk__in=[row.pk for row in taken]).update(
        next_action_at=now + TAKEN_FOR, attempts=F("attempts") + 1
    )
    return taken


def _send(queued: QueuedNotice, post: Post, now: datetime) -> None:
    letter = _letter(queued, post, now)
    if letter is None:
        _end(queued, NoticeState.NOBODY)
        return
    to, text = letter
    answer = providers.messages().send(to=to, text=text, key=queued.pk)
    if answer.state is AnswerState.DONE:
        _end(queued, NoticeState.SENT, sent_at=now)
    elif answer.state is AnswerState.REFUSED:
        _end(queued, NoticeState.FAILED)
    else:
        _try_later(queued, now)


def _try_later(queued: QueuedNotice, now: datetime) -> None:
    tried = queued.attempts + 1
    if tried >= retry.TRIES:
        _end(queued, NoticeState.FAILED)
        return
    QueuedNotice.objects.filter(pk=queued.pk, state=NoticeState.QUEUED.value).update(
        next_action_at=now + retry.wait_before(tried)
    )


def of_case(case_id: UUID) -> list[QueuedNotice]:
    """Return the messages about a case, oldest first."""
    return list(QueuedNotice.objects.filter(case_id=case_id).order_by("created_at"))


def forget_case(case_id: UUID) -> int:
    """Delete the messages of a case whose folder is purged. Call inside a transaction."""
    return QueuedNotice.objects.filter(case_id=case_id).delete()[0]


def _letter(queued: QueuedNotice, post: Post, now: datetime) -> tuple[str, str] | None:
    """Return address and text, or None where there is nobody to send to."""
    params = dict(queued.params)
    if queued.code_id is not None:
        code = codes.letter(queued.code_id, now=now)
        if code is None:
            return None
        to, params["code"] = code.to, code.code
    else:
        to = _contact(queued, post)
        if not to:
            return None
    with translation.override(queued.language):
        sign = post.names_of(queued.operator).read(queued.language)
        return to, translation.gettext(key(Notice(queued.notice))).format(sign=sign, **params)


def _names(operator: str) -> Bilingual:
    return policies.current(operator).names


def _contacts(taken: Iterable[QueuedNotice]) -> dict[UUID, str]:
    """Return the contact of each case as far as it can be read, all opened together."""
    cases_of: dict[str, set[UUID]] = {}
    for queued in taken:
        if queued.case_id is not None:
            cases_of.setdefault(queued.operator, set()).add(queued.case_id)
    found: dict[UUID, str] = {}
    for operator, cases in cases_of.items():
        refs = [Ref(units.case(case_id), Category.CONTACT) for case_id in cases]
        try:
            opened = records.readable(operator=operator, refs=refs)
        except KeystoreUnavailable:
            continue  # Each message then finds out for itself, and is tried later.
        found |= {ref.unit.id: value.get("to", "") for ref, value in opened.items()}
    return found


def _contact(queued: QueuedNotice, post: Post) -> str:
    if queued.case_id is None:
        return ""
    if queued.case_id in post.contacts:
        return post.contacts[queued.case_id]
    try:
        opened = records.open_one(
            operator=queued.operator, unit=units.case(queued.case_id), category=Category.CONTACT
        )
    except Erased:
        return ""
    return opened.get("to", "")


def _end(queued: QueuedNotice, state: NoticeState, sent_at: datetime | None = None) -> None:
    QueuedNotice.objects.filter(pk=queued.pk, state=NoticeState.QUEUED.value).update(
        state=state.value, sent_at=sent_at
    )
