"""Where messages go: looked up together for a batch, never twice the same, never a closed number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

from xiaohu.core.calendar import day_of
from xiaohu.core.notices import Channel, Notice, Recipient, Result, told_before
from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.core.retention import Category
from xiaohu.notices import parties
from xiaohu.notices.models import QueuedNotice
from xiaohu.registry import lines
from xiaohu.vault import records, units
from xiaohu.vault.keys import Erased, KeystoreUnavailable
from xiaohu.vault.records import Ref


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes and how, or why it goes nowhere."""

    to: str = ""
    channel: Channel = Channel.TEXT
    nowhere: Result | None = None


def at(to: str) -> Address:
    """Return how to reach a mail address or a number."""
    return Address(to, Channel.MAIL if "@" in to else Channel.TEXT)


@dataclass
class Directory:
    """The addresses of one batch, opened together."""

    taken: list[QueuedNotice]
    _rested: dict[str, dict[str, date | None]] = field(default_factory=dict)

    def of(self, queued: QueuedNotice) -> Address:
        """Return where a message about a case goes.

        Raises:
            KeystoreUnavailable: it cannot be known now.
        """
        recipient = Recipient(queued.recipient)
        if recipient is Recipient.AFFECTED:
            return self._by_operator(queued)
        if recipient is Recipient.LINE and queued.subject_id not in self._serving:
            return Address(nowhere=Result.LINE_CLOSED)
        to = self._open(queued, recipient)
        if not to:
            return Address(nowhere=Result.NO_ADDRESS)
        if to.casefold() in self._told(queued, recipient):
            return Address(nowhere=Result.SAME_ADDRESS)
        if recipient is not Recipient.LINE and self._was_closed(queued, recipient, to):
            return Address(nowhere=Result.LINE_CLOSED)
        return at(to)

    def _by_operator(self, queued: QueuedNotice) -> Address:
        """Return the subscription by which the operator knows whom a closing touches."""
        if queued.subject_id is None:
            return Address(nowhere=Result.NO_ADDRESS)
        return Address(lines.get(queued.subject_id).subscription_id, Channel.OPERATOR)

    def _told(self, queued: QueuedNotice, recipient: Recipient) -> set[str]:
        """Return the addresses at which others of the same news were told."""
        earlier = told_before(Notice(queued.notice), recipient)
        refs = [self._ref(queued, other) for other in earlier]
        opened = [self._opened.get((queued.operator, ref)) for ref in refs if ref is not None]
        return {_address(value).casefold() for value in opened if value is not None}

    def _open(self, queued: QueuedNotice, recipient: Recipient) -> str:
        ref = self._ref(queued, recipient)
        if ref is None:
            return ""
        known = self._opened.get((queued.operator, ref))
        if known is not None:
            return _address(known)
        try:
            return _address(
                records.open_one(operator=queued.operator, unit=ref.unit, category=ref.category)
            )
        except Erased:
            return ""

    def _ref(self, queued: QueuedNotice, recipient: Recipient) -> Ref | None:
        """Return where the address of a recipient is sealed."""
        match recipient:
            case Recipient.CASE_CONTACT:
                if queued.case_id is None:
                    return None
                return Ref(units.case(queued.case_id), Category.CONTACT)
            case Recipient.ASKER:
                if queued.subject_id is None:
                    return None
                return Ref(units.assistance(queued.subject_id), Category.COMPLAINT)
            case Recipient.REGISTERED_CONTACT:
                holder_id = self._holder(queued)
                return lines.contact_ref(holder_id) if holder_id is not None else None
            case Recipient.LINE:
                line_id = queued.subject_id
                return lines.number_ref(line_id) if line_id is not None else None
            case _:
                return None

    def _holder(self, queued: QueuedNotice) -> UUID | None:
        if queued.subject_id is None or queued.recipient == Recipient.REGISTERED_CONTACT:
            return queued.subject_id
        return self._serving.get(queued.subject_id)

    @cached_property
    def _serving(self) -> Mapping[UUID, UUID]:
        """Return the lines of this batch that are in service, each with its holder."""
        asked = [q.subject_id for q in self.taken if q.recipient == Recipient.LINE and q.subject_id]
        return parties.cases().in_service(asked) if asked else {}

    @cached_property
    def _opened(self) -> Mapping[tuple[str, Ref], Mapping[str, str]]:
        """Return every address of this batch as far as it can be read."""
        wanted: dict[str, set[Ref]] = {}
        for queued in self.taken:
            for ref in self._refs(queued):
                wanted.setdefault(queued.operator, set()).add(ref)
        found: dict[tuple[str, Ref], Mapping[str, str]] = {}
        for operator, refs in wanted.items():
            try:
                opened = records.readable(operator=operator, refs=refs)
            except KeystoreUnavailable:
                continue  # Each message then finds out for itself, and is tried later.
            found |= {(operator, ref): value for ref, value in opened.items()}
        return found

    def _refs(self, queued: QueuedNotice) -> Iterable[Ref]:
        if queued.code_id is not None or queued.notice not in set(Notice):
            return
        recipient = Recipient(queued.recipient)
        for one in (recipient, *told_before(Notice(queued.notice), recipient)):
            ref = self._ref(queued, one)
            if ref is not None:
                yield ref

    def _was_closed(self, queued: QueuedNotice, recipient: Recipient, to: str) -> bool:
        """Say whether a number was closed since somebody named it as theirs.

        It may have a new holder by now. A contact of a case was proved after the case was
        opened, and no number has a new holder on the day it goes to rest; of a registered one
        nobody knows since when it stands there.
        """
        if "@" in to:
            return False
        known = self._rested.setdefault(queued.operator, {})
        if to not in known:
            known |= self._when_rested(queued.operator, to)
        rested = known[to]
        if rested is None or recipient is Recipient.REGISTERED_CONTACT or queued.case_id is None:
            return rested is not None
        opened = parties.cases().opened_at(queued.case_id)
        return opened is None or rested >= day_of(opened)

    def _when_rested(self, operator: str, to: str) -> dict[str, date | None]:
        """Return of this number and all others of the batch when they went to rest, if known."""
        opened = (value for (owner, _), value in self._opened.items() if owner == operator)
        numbers = {to, *(address for address in map(_address, opened) if "@" not in address)} - {""}
        rested = lines.rested_on(operator, numbers)
        return {number: rested.get(number) for number in numbers}


def _address(opened: Mapping[str, str]) -> str:
    """Return the mail address or number (E.164) of a record; nothing where it holds neither."""
    text = opened.get("number", opened.get("to", "")).strip()
    if "@" in text:
        return text
    try:
        return normalise(text) if text else ""
    except NumberRefused:
        return ""
