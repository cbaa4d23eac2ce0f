"""Messages as rooms queue them, and a provider that stands in for the real one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from tests.stories import CLEAN, NOON, OPERATOR
from xiaohu.access import codes
from xiaohu.access.codes import Issued, Purpose
from xiaohu.core.notices import Notice
from xiaohu.core.retention import Category
from xiaohu.gateways.protocols import Answer, AnswerState
from xiaohu.notices import outbox
from xiaohu.notices.models import QueuedNotice
from xiaohu.vault import records, units

CONTACT = "subscriber@example.com"
REFERENCE = "XH-2611-7K3M-9Q"
PARAMS = {"ref": REFERENCE, "date": "2026-11-26 12:00", "amount": "1358.00", "cert": "C7K3-M9QX"}


@dataclass
class Provider:
    """Remembers each call; something may happen while it works."""

    state: AnswerState = AnswerState.DONE
    calls: list[tuple[UUID, str, str]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def send(self, *, to: str, text: str, key: UUID) -> Answer:
        """Answer a call."""
        self.calls.append((key, to, text))
        self.meanwhile()
        return Answer(state=self.state)

    @property
    def keys(self) -> list[UUID]:
        """The keys of all calls, in their order."""
        return [key for key, _, _ in self.calls]


def of_case(
    notice: Notice = Notice.APPROVED,
    *,
    to: str = CONTACT,
    language: str = "zh-hans",
    params: Mapping[str, str] = PARAMS,
    at: datetime = NOON,
) -> QueuedNotice:
    """Queue a message about a case of its own; without `to` the case has no contact."""
    unit = units.case(uuid4())
    with transaction.atomic():
        if to:
            records.seal(operator=OPERATOR, unit=unit, category=Category.CONTACT, value={"to": to})
        outbox.queue(
            notice, operator=OPERATOR, case_id=unit.id, language=language, params=params, now=at
        )
    return QueuedNotice.objects.get(case_id=unit.id)


def of_code(*, known: bool = True, language: str = "zh-hans") -> QueuedNotice:
    """Queue the message that carries a code to sign in."""
    with transaction.atomic():
        issued = codes.issue(
            operator=OPERATOR, purpose=Purpose.SIGN_IN, to=CLEAN, known=known, now=NOON
        )
        assert isinstance(issued, Issued)
        outbox.queue_code(operator=OPERATOR, code_id=issued.code_id, language=language, now=NOON)
    return QueuedNotice.objects.get(code_id=issued.code_id)


def case_of(queued: QueuedNotice) -> UUID:
    """Return the case a message is about."""
    assert queued.case_id is not None
    return queued.case_id


def code_of(queued: QueuedNotice) -> UUID:
    """Return the code a message carries."""
    assert queued.code_id is not None
    return queued.code_id


def state(queued: QueuedNotice) -> str:
    """Return what has become of a message."""
    queued.refresh_from_db()
    return queued.state
