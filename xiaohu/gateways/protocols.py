"""What the service asks of the outside. An adapter implements one of these and declares its abilities."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from xiaohu.core.facts import LineFacts
from xiaohu.core.reconciling import Payment
from xiaohu.core.refusals import Refusal
from xiaohu.core.settlement import Item, Purses
from xiaohu.queue.effects import Capabilities


class GatewayUnavailable(Refusal):
    """The other side cannot be asked now; nothing was lost."""

    code = "OPERATOR_UNAVAILABLE"


class UnknownLine(Refusal):
    """The operator has no such subscription."""

    code = "LINE_UNKNOWN_TO_OPERATOR"


class AnswerState(StrEnum):
    """What the other side said of an effect."""

    DONE = "done"
    ACCEPTED = "accepted"  # it will be done; ask again
    REFUSED = "refused"
    RETURNED = "returned"  # money was paid, and came back
    UNKNOWN = "unknown"  # it may or may not have happened
    NOT_FOUND = "not_found"  # they know no effect under this key


UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer about one effect; `reason` is their code, never free text.

    Amount and currency are what they say was paid, where they say it.
    """

    state: AnswerState
    reference: str = ""
    reason: str = ""
    amount_fen: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalBill(Answer):
    """A part of the last bill of a closed line with the purses it is paid from, once done.

    `last` says that nothing follows: records of roaming may come days later.
    """

    items: tuple[Item, ...] = ()
    purses: Purses | None = None
    last: bool = True


@dataclass(frozen=True, slots=True)
class Records:
    """What the operator keeps of a line, as a table in its own words.

    `files` are the forms of files beside it ("pdf", "wav"), which are fetched by their number, from 1.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    files: tuple[str, ...] = ()


class Order(StrEnum):
    """What the operator's network is told to do with a line."""

    PREPARE = "prepare"  # what the holder chose about an obstacle; `detail` names the choice
    FREEZE = "freeze"
    DISCONNECT = "disconnect"
    END_FILING = "end_filing"
    QUARANTINE = "quarantine"
    CLEAR = "clear"  # what the holder leaves behind at the operator; `detail` names it


class OperatorGateway(Protocol):
    """The operator's own systems: balance, bill, network, inventory."""

    capabilities: ClassVar[Capabilities]

    def answers(self) -> bool:
        """Say whether the other side can be reached."""

    def facts(self, subscription_id: str) -> LineFacts:
        """Return the facts of a line.

        Raises:
            GatewayUnavailable: no answer, or none that can be read.
            UnknownLine: there is no such subscription.
        """

    def order(self, order: Order, subscription_id: str, *, key: UUID, detail: str = "") -> Answer:
        """Have something done to a line, under a key that makes repeating harmless."""

    def look_up_order(self, key: UUID) -> Answer:
        """Return what became of an order."""

    def check_service_password(self, subscription_id: str, password: str) -> bool:
        """Say whether a service password is right; it is asked of the operator and never kept.

        Raises:
            GatewayUnavailable: no answer.
        """

    def check_face(self, subscription_id: str, photo: bytes) -> bool:
        """Say whether a face is the one registered for a line; the picture is not kept here.

        Raises:
            GatewayUnavailable: no answer.
        """

    def records(self, subscription_id: str, record: str, month: str) -> Records:
        """Return the records of one kind, of one month ("2026-11") where they have months.

        Raises:
            GatewayUnavailable: no answer, or none that can be read.
            UnknownLine: there is no such subscription.
        """

    def record_file(self, subscription_id: str, record: str, month: str, number: int) -> bytes:
        """Return one file beside a table of records, up to 16 MiB.

        Raises:
            GatewayUnavailable: no answer, or a longer one.
            UnknownLine: there is no such subscription or file.
        """

    def left_behind(self, subscription_id: str) -> Mapping[str, int]:
        """Return how much of each kind a holder would leave behind: payees, contacts, and so on.

        Raises:
            GatewayUnavailable: no answer, or none that can be read.
            UnknownLine: there is no such subscription.
        """

    def final_bill(
        self, subscription_id: str, *, key: UUID, settle: Sequence[str] = (), part: int = 0
    ) -> FinalBill:
        """Ask for a part of the last bill of a closed line, the first being 0.

        `settle` names what its holder chose to settle in it. Asking is free: the answer may be
        that it is not ready (accepted), and the same key is asked again later.
        """

    def closed_among(self, subscription_ids: Sequence[str]) -> frozenset[str]:
        """Return which of some lines are closed for good.

        Raises:
            GatewayUnavailable: no answer, or none that can be read.
        """

    def bills_of(self, keys: Sequence[UUID]) -> Mapping[UUID, Mapping[str, int]]:
        """Return the amounts of the last bills given under some keys, by name, where there are any.

        Raises:
            GatewayUnavailable: no answer, or none that can be read.
        """

    def pass_on(self, subscription_id: str, *, party: str, text: str, key: UUID) -> Answer:
        """Have somebody told whom a closing touches; only the operator knows where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Where money goes: back the way it came, or to the holder's own bank account."""

    route: str
    subscription_id: str = ""
    name: str = ""
    bank: str = ""
    account: str = ""


class PayoutGateway(Protocol):
    """The provider that pays refunds."""

    capabilities: ClassVar[Capabilities]

    def answers(self) -> bool:
        """Say whether the other side can be reached."""

    def pay(self, *, amount_fen: int, payee: Payee, reference: str, key: UUID) -> Answer:
        """Pay an amount once, whatever happens in between."""

    def look_up(self, key: UUID) -> Answer:
        """Return what became of a payment."""

    def payments(self) -> Iterator[Payment]:
        """Return every payment they made for us, in order; asked only where they can list.

        Raises:
            GatewayUnavailable: no answer, or none that can be read.
        """


class Delivery(StrEnum):
    """Whether a message arrived."""

    PENDING = "pending"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    UNKNOWN = "unknown"  # no answer, or none that can be read


class MessageGateway(Protocol):
    """The provider of texts and mail."""

    capabilities: ClassVar[Capabilities]

    def answers(self) -> bool:
        """Say whether the other side can be reached."""

    def send(self, *, to: str, text: str, key: UUID, voice: bool = False) -> Answer:
        """Send a text to a number (E.164) or an e-mail address; `voice` has it read out in a call."""

    def delivery(self, key: UUID) -> Delivery:
        """Return whether a message arrived."""
