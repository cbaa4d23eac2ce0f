"""What the service asks of the outside. An adapter implements one of these and declares its abilities."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from xiaohu.core.checks import LineStatus
from xiaohu.core.refusals import Refusal
from xiaohu.core.settlement import Bill, Purses
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
    UNKNOWN = "unknown"  # it may or may not have happened
    NOT_FOUND = "not_found"  # they know no effect under this key


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer about one effect; `reason` is their code, never free text."""

    state: AnswerState
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalBill(Answer):
    """The last bill of a closed line with the purses it is paid from, once done."""

    bill: Bill | None = None
    purses: Purses | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFacts:
    """What the operator says of a line right now; amounts in fen."""

    status: LineStatus
    registered: bool
    cash_fen: int
    deposit_fen: int
    promotion_fen: int
    gift_fen: int
    points: int
    arrears_fen: int
    unbilled_fen: int
    contract_end_on: date | None
    exit_fee_fen: int
    filing: bool
    port_out: bool
    open_order: bool
    legal_hold: bool


class Order(StrEnum):
    """What the operator's network is told to do with a line."""

    FREEZE = "freeze"
    DISCONNECT = "disconnect"
    END_FILING = "end_filing"
    QUARANTINE = "quarantine"


class OperatorGateway(Protocol):
    """The operator's own systems: balance, bill, network, inventory."""

    capabilities: ClassVar[Capabilities]

    def facts(self, subscription_id: str) -> OperatorFacts:
        """Return the facts of a line.

        Raises:
            GatewayUnavailable: no answer, or none that can be read.
            UnknownLine: there is no such subscription.
        """

    def order(self, order: Order, subscription_id: str, *, key: UUID) -> Answer:
        """Have something done to a line, under a key that makes repeating harmless."""

    def look_up_order(self, key: UUID) -> Answer:
        """Return what became of an order."""

    def final_bill(self, subscription_id: str, *, key: UUID) -> FinalBill:
        """Ask for the last bill of a closed line."""


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

    def pay(self, *, amount_fen: int, payee: Payee, reference: str, key: UUID) -> Answer:
        """Pay an amount once, whatever happens in between."""

    def look_up(self, key: UUID) -> Answer:
        """Return what became of a payment."""


class MessageGateway(Protocol):
    """The provider of texts and mail."""

    capabilities: ClassVar[Capabilities]

    def send(self, *, to: str, text: str, key: UUID) -> Answer:
        """Send a text to a number (E.164) or an e-mail address."""
