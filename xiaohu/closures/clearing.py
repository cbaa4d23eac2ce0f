"""What must be clear right before money goes: the law does not hold it, and it has not gone already."""

from datetime import datetime
from uuid import UUID

from xiaohu.closures.models import Closing
from xiaohu.core.facts import LineFacts
from xiaohu.core.refusals import Refusal
from xiaohu.gateways.protocols import UnknownLine
from xiaohu.screening import facts as screening
from xiaohu.settlement import findings


class MoneyHeld(Refusal):
    """A court or an authority holds this money: nobody is paid before that is lifted."""

    code = "MONEY_HELD"


class MoneyUncertain(Refusal):
    """Where this money is has still to be decided: it may have been paid already."""

    code = "MONEY_UNCERTAIN"


def said_now(closing: Closing, *, now: datetime) -> LineFacts | None:
    """Return what the operator says of a line right now. Call outside any transaction.

    Where it has forgotten the line since, what it said last stands; of an account nothing is said.

    Raises:
        GatewayUnavailable: the operator cannot be asked.
    """
    if closing.line is None:
        return None
    try:
        return screening.gather(closing.line, now=now).facts
    except UnknownLine:
        return screening.last(closing.pk)


def require_free(closing_id: UUID, *, operator: str, now: datetime) -> None:
    """Pass where the law does not hold the money of a closing. Call outside any transaction.

    Raises:
        MoneyHeld: it does.
        GatewayUnavailable: the operator cannot be asked.
    """
    found = Closing.objects.select_related("line").filter(pk=closing_id, operator=operator).first()
    said = said_now(found, now=now) if found is not None else None
    if said is not None and said.legal_hold:
        raise MoneyHeld


def require_certain(closing_id: UUID) -> None:
    """Pass where nobody has still to decide whether money of a closing has gone. Call with it locked.

    Raises:
        MoneyUncertain: somebody has.
    """
    if findings.is_uncertain(closing_id):
        raise MoneyUncertain
