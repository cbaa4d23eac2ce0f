"""Messages as rooms queue them, and a provider that stands in for the real one."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.db import transaction

from tests.stories import CLEAN, NOON, OPERATOR
from xiaohu.access import codes
from xiaohu.access.codes import Issued, Purpose
from xiaohu.core.notices import SAMPLES, Notice
from xiaohu.core.retention import Category
from xiaohu.gateways.http_messages import HttpMessages
from xiaohu.gateways.protocols import Answer, AnswerState, Delivery
from xiaohu.notices import outbox
from xiaohu.notices.models import QueuedNotice
from xiaohu.notices.parties import Party
from xiaohu.queue.effects import Capabilities
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref

CONTACT = "subscriber@example.com"
REGISTERED = "registered@example.com"
REFERENCE = SAMPLES["ref"]
PARAMS = {name: value for name, value in SAMPLES.items() if name not in {"sign", "code"}}


@dataclass
class Provider:
    """Remembers each call; something may happen while it works."""

    state: AnswerState = AnswerState.DONE
    calls: list[tuple[UUID, str, str]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    says: Delivery = Delivery.PENDING
    asked: list[UUID] = field(default_factory=list)
    capabilities: ClassVar[Capabilities] = HttpMessages.capabilities
    called_by_voice: bool = False

    def send(self, *, to: str, text: str, key: UUID, voice: bool = False) -> Answer:
        """Answer a call."""
        self.calls.append((key, to, text))
        self.called_by_voice |= voice
        self.meanwhile()
        return Answer(state=self.state, reference=f"MSG-{len(self.calls):06d}")

    def delivery(self, key: UUID) -> Delivery:
        """Say whether a message arrived."""
        self.asked.append(key)
        return self.says

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
    return QueuedNotice.objects.get(case_id=unit.id, notice=notice)


@dataclass
class OneCase:
    """Stands in for the room of cases: every case is of one holder with one line."""

    holder_id: UUID = field(default_factory=uuid4)
    line_id: UUID = field(default_factory=uuid4)
    serving: bool = True
    opened: datetime = NOON

    def party(self, _case_id: UUID) -> Party:
        """Return the holder, and the line while it is in service."""
        return Party(self.holder_id, (self.line_id,) if self.serving else ())

    def in_service(self, line_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Return the line, if it is asked about and in service."""
        return {self.line_id: self.holder_id} if self.serving and self.line_id in line_ids else {}

    def opened_at(self, _case_id: UUID) -> datetime | None:
        """Return when the case was opened."""
        return self.opened

    def seal(self, *, registered: str = REGISTERED, number: str = CLEAN) -> None:
        """Seal the registered contact and the number."""
        kept = {
            Ref(units.holder(self.holder_id), Category.CONTACT): {"to": registered},
            Ref(units.line(self.line_id), Category.SERVICE_NUMBER): {"number": number},
        }
        records.seal_many(operator=OPERATOR, values=list(kept.items()))


def of_everyone(notice: Notice = Notice.PAYEE_CHANGED, *, to: str = CONTACT) -> UUID:
    """Queue a message about a case to whomever the table names, and return the case."""
    unit = units.case(uuid4())
    with transaction.atomic():
        records.seal(operator=OPERATOR, unit=unit, category=Category.CONTACT, value={"to": to})
        outbox.queue(
            notice,
            operator=OPERATOR,
            case_id=unit.id,
            language="zh-hans",
            params=PARAMS,
            now=NOON,
        )
    return unit.id


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
