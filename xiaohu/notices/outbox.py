"""Queueing messages in the transaction of what they tell, and sending them afterwards."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from xiaohu.access import codes
from xiaohu.core.calendar import day_of
from xiaohu.core.notices import (
    NOTICES,
    Channel,
    Notice,
    Recipient,
    Result,
    require_params,
    together,
)
from xiaohu.core.profile import Bilingual
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import Answer, AnswerState
from xiaohu.notices import parties, wording
from xiaohu.notices.addresses import Address, Directory, at
from xiaohu.notices.models import NoticeState, QueuedNotice
from xiaohu.notices.parties import Party
from xiaohu.notices.results import Became, write
from xiaohu.notices.wording import Key, Words
from xiaohu.queue import retry
from xiaohu.registry import policies
from xiaohu.vault.keys import KeystoreUnavailable

logger = logging.getLogger(__name__)
BATCH = 50
INSERTED = 1000
WRITTEN = 10  # so many at once; the rest of a batch may be slow
TAKEN_FOR = timedelta(minutes=2)  # longer than a batch takes where each call times out
TRIED_FOR = timedelta(days=3)
REPORT_AFTER = timedelta(minutes=10)  # a report that has not come by then is asked for


def queue(
    notice: Notice,
    *,
    operator: str,
    case_id: UUID,
    language: str,
    params: Mapping[str, str] | None = None,
    now: datetime,
    line_id: UUID | None = None,
    once: str = "",
) -> int:
    """Queue a message about a case to everyone the table names; return how many were queued.

    Call inside a transaction. `params` holds references, dates and amounts, never a name or
    number of a person. `line_id` says of which line, where others than its holder are told.
    `once` names what the message is about where it is not to be queued for it again.

    Raises:
        LookupError: a parameter is missing or unknown.
    """
    said = dict(params or {})
    require_params(notice, said)
    told = [
        QueuedNotice(
            operator=operator,
            notice=one.value,
            case_id=case_id,
            recipient=recipient.value,
            subject_id=subject_id,
            language=language,
            params=said,
            once=once,
            next_action_at=now,
            created_at=now,
        )
        for one, recipient, subject_id in _to_tell(notice, case_id, line_id)
    ]
    QueuedNotice.objects.bulk_create(told, batch_size=INSERTED, ignore_conflicts=bool(once))
    return len(told)


def _to_tell(
    notice: Notice, case_id: UUID, line_id: UUID | None
) -> Iterator[tuple[Notice, Recipient, UUID | None]]:
    """Yield whom a notice and its companion go to, each with the holder or line it is about."""
    ask = cache(lambda: parties.cases().party(case_id))
    for one in together(notice):
        for recipient in NOTICES[one].to:
            for subject_id in _subjects(recipient, ask, line_id):
                yield one, recipient, subject_id


def _subjects(
    recipient: Recipient, ask: Callable[[], Party], line_id: UUID | None
) -> tuple[UUID | None, ...]:
    match recipient:
        case Recipient.LINE:
            return ask().lines  # Those in service: the number of a closed line is no channel.
        case Recipient.REGISTERED_CONTACT:
            holder_id = ask().holder_id
            return (holder_id,) if holder_id is not None else ()
        case Recipient.AFFECTED:
            return (line_id,) if line_id is not None else ()
        case _:
            return (None,)


def queue_code(*, operator: str, code_id: UUID, language: str, now: datetime) -> None:
    """Queue the message that carries a code. Call inside a transaction."""
    QueuedNotice.objects.create(
        operator=operator,
        notice=Notice.CODE.value,
        code_id=code_id,
        recipient=Recipient.CODE_ADDRESS.value,
        language=language,
        next_action_at=now,
        created_at=now,
    )


@dataclass
class Post:
    """What the messages of one batch have in common, asked for once, and what became of them."""

    directory: Directory
    sign_of: Callable[[str], Bilingual]
    own_words: Callable[[str], Mapping[Key, Words]]
    became: list[Became] = field(default_factory=list)

    def note(self, queued: QueuedNotice, state: NoticeState, **how: Any) -> None:
        """Note what became of a message; it is written with others."""
        self.became.append(Became(id=queued.pk, state=state, **how))


def flush(*, now: datetime) -> int:
    """Send what is due, a batch at a time, and return how many were tried.

    Several workers may do this at once: each takes rows of its own and puts their next try off,
    so that what a dying worker leaves behind is tried again, under the same key.
    """
    taken = _take(now)
    post = Post(Directory(taken), cache(_names), cache(wording.published))
    try:
        for queued in taken:
            try:
                _send(queued, post, now)
            except Exception as unexpected:  # noqa: BLE001 - one bad message must not stop others
                # Only the kind is logged: the text of an error may carry what nobody may read.
                logger.error("notice %s failed: %s", queued.pk, type(unexpected).__name__)
                away = isinstance(unexpected, KeystoreUnavailable)
                _try_later(queued, post, now, most=None if away else retry.TRIES)
            if len(post.became) >= WRITTEN:
                write(post.became)
    finally:
        write(post.became)
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
    # One queued by an earlier release may not say its day.
    params = {"day": day_of(queued.created_at).isoformat(), **queued.params}
    voice = False
    if queued.code_id is not None:
        letter = codes.letter(queued.code_id, now=now)
        voice = letter is not None and letter.voice
        address = at(letter.to) if letter else Address(nowhere=Result.CODE_OVER)
        params["code"] = letter.code if letter else ""
        params["minutes"] = str(codes.VALID_MINUTES)
    else:
        address = post.directory.of(queued)
    if address.nowhere is not None:
        post.note(queued, NoticeState.NOBODY, result=address.nowhere.value)
        return
    words = _words(queued, post, address.channel)
    sign = post.sign_of(queued.operator).read(queued.language)
    answer = _give(queued, address, words.text.format(sign=sign, **params), voice=voice)
    how = {"channel": address.channel.value, "template": words.version}
    if answer.state is AnswerState.DONE:
        # The operator reports no delivery of what it passes on.
        due = now + REPORT_AFTER if address.channel is not Channel.OPERATOR else None
        how["reference"] = answer.reference
        post.note(queued, NoticeState.SENT, sent_at=now, report_due_at=due, **how)
    elif answer.state is AnswerState.REFUSED:
        refused = Result.REFUSED.value
        post.note(queued, NoticeState.FAILED, result=refused, failed_at=now, **how)
    else:
        _try_later(queued, post, now)


def _try_later(queued: QueuedNotice, post: Post, now: datetime, most: int | None = None) -> None:
    """Put a message off; provider or keystore may be away for days, a fault of ours may not."""
    tried = queued.attempts + 1
    too_often = most is not None and tried >= most
    if too_often or now - queued.created_at >= TRIED_FOR:
        post.note(queued, NoticeState.FAILED, result=Result.GIVEN_UP.value, failed_at=now)
        return
    post.note(queued, NoticeState.QUEUED, next_action_at=now + retry.wait_before(tried))


def _give(queued: QueuedNotice, address: Address, text: str, *, voice: bool) -> Answer:
    if address.channel is Channel.OPERATOR:
        return providers.operator().pass_on(
            address.to, party=queued.notice, text=text, key=queued.pk
        )
    voice = voice and address.channel is Channel.TEXT  # No mail can be read out.
    return providers.messages().send(to=address.to, text=text, key=queued.pk, voice=voice)


def _words(queued: QueuedNotice, post: Post, channel: Channel) -> Words:
    own = post.own_words(queued.operator)
    return wording.in_force(own, Notice(queued.notice), channel, queued.language)


def _names(operator: str) -> Bilingual:
    return policies.current(operator).names


def of_case(case_id: UUID) -> list[QueuedNotice]:
    """Return the messages about a case, oldest first."""
    return list(
        QueuedNotice.objects.filter(case_id=case_id).order_by("created_at", "notice", "recipient")
    )


def forget_case(case_id: UUID) -> int:
    """Delete the messages of a case whose folder is purged. Call inside a transaction."""
    return QueuedNotice.objects.filter(case_id=case_id).delete()[0]
