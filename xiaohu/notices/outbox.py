"""Queueing messages in the transaction of what they tell, and sending them afterwards."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils import translation

from xiaohu.access import codes
from xiaohu.core.notices import Notice, key
from xiaohu.core.retention import Category
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import AnswerState
from xiaohu.notices.models import NoticeState, QueuedNotice
from xiaohu.queue import engine, retry
from xiaohu.registry import policies
from xiaohu.vault import records, units
from xiaohu.vault.keys import Erased

TASK = "notices.send"
SWEPT = 200


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
    queued = QueuedNotice.objects.create(
        operator=operator,
        notice=notice.value,
        case_id=case_id,
        language=language,
        params=dict(params or {}),
        next_action_at=now,
        created_at=now,
    )
    engine.defer(TASK, notice_id=queued.pk)


def queue_code(*, operator: str, code_id: UUID, language: str, now: datetime) -> None:
    """Queue the message that carries a code. Call inside a transaction."""
    queued = QueuedNotice.objects.create(
        operator=operator,
        notice=Notice.CODE.value,
        code_id=code_id,
        language=language,
        next_action_at=now,
        created_at=now,
    )
    engine.defer(TASK, notice_id=queued.pk)


def send(notice_id: UUID, *, now: datetime) -> None:
    """Send a message that is due. Harmless to call early, twice or late.

    The provider keeps it to one message for one key, so no lease is needed: at worst two
    workers ask for the same thing.
    """
    queued = QueuedNotice.objects.filter(
        pk=notice_id, state=NoticeState.QUEUED.value, next_action_at__lte=now
    ).first()
    if queued is None:
        return
    letter = _letter(queued, now)
    if letter is None:
        _end(queued, NoticeState.NOBODY)
        return
    to, text = letter
    answer = providers.messages().send(to=to, text=text, key=queued.pk)
    if answer.state is AnswerState.DONE:
        _end(queued, NoticeState.SENT, sent_at=now)
    elif answer.state is AnswerState.REFUSED or queued.attempts + 1 >= retry.TRIES:
        _end(queued, NoticeState.FAILED)
    else:
        QueuedNotice.objects.filter(pk=queued.pk, state=NoticeState.QUEUED.value).update(
            attempts=queued.attempts + 1,
            next_action_at=now + retry.wait_before(queued.attempts + 1),
        )


def sweep(*, now: datetime) -> int:
    """Defer what is due; a job that got lost is replaced by this."""
    if engine.waiting(TASK) >= engine.BACKLOG:
        return 0
    due = QueuedNotice.objects.filter(state=NoticeState.QUEUED.value, next_action_at__lt=now)
    ids = list(due.order_by("next_action_at").values_list("pk", flat=True)[:SWEPT])
    for notice_id in ids:
        engine.defer(TASK, notice_id=notice_id)
    return len(ids)


def of_case(case_id: UUID) -> list[QueuedNotice]:
    """Return the messages about a case, oldest first."""
    return list(QueuedNotice.objects.filter(case_id=case_id).order_by("created_at"))


def forget_case(case_id: UUID) -> int:
    """Delete the messages of a case whose folder is purged. Call inside a transaction."""
    return QueuedNotice.objects.filter(case_id=case_id).delete()[0]


def _letter(queued: QueuedNotice, now: datetime) -> tuple[str, str] | None:
    """Return address and text, or None where there is nobody to send to."""
    params = dict(queued.params)
    if queued.code_id is not None:
        code = codes.letter(queued.code_id, now=now)
        if code is None:
            return None
        to, params["code"] = code.to, code.code
    else:
        to = _contact(queued)
        if not to:
            return None
    with translation.override(queued.language):
        names = policies.current(queued.operator).names
        sign = names.en if queued.language == "en" else names.zh
        return to, translation.gettext(key(Notice(queued.notice))).format(sign=sign, **params)


def _contact(queued: QueuedNotice) -> str:
    if queued.case_id is None:
        return ""
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
