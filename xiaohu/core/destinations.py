"""Where money can go, one row for each way: who may choose it, what it asks, who looks at it first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xiaohu.core.applicants import HolderKind, Paid
from xiaohu.core.profile import RefundRoute


class Asks(StrEnum):
    """What a way of the money asks for."""

    NOTHING = "nothing"
    ACCOUNT = "account"
    WALLET = "wallet"
    LINE = "line"


class Wallet(StrEnum):
    """The wallets a refund can reach."""

    ALIPAY = "alipay"
    WECHAT_PAY = "wechat_pay"
    UNIONPAY = "unionpay"
    ECNY = "ecny"


@dataclass(frozen=True, slots=True)
class Destination:
    """`reviewed`: a person confirms it before the line is closed.

    `substitute`: whoever is paid in the holder's place may choose it as well.
    """

    holders: frozenset[HolderKind]
    asks: Asks
    reviewed: bool
    substitute: bool


_ANYBODY = frozenset(HolderKind)
_PERSON = frozenset({HolderKind.INDIVIDUAL})
_R = RefundRoute

DESTINATIONS: Mapping[RefundRoute, Destination] = {
    _R.ORIGINAL: Destination(_ANYBODY, Asks.NOTHING, reviewed=False, substitute=False),
    _R.BANK_ACCOUNT: Destination(_ANYBODY, Asks.ACCOUNT, reviewed=True, substitute=True),
    _R.WALLET: Destination(_PERSON, Asks.WALLET, reviewed=True, substitute=False),
    _R.OTHER_LINE: Destination(_ANYBODY, Asks.LINE, reviewed=False, substitute=False),
    _R.COUNTER: Destination(_ANYBODY, Asks.NOTHING, reviewed=False, substitute=True),
    _R.WAIVE: Destination(_PERSON, Asks.NOTHING, reviewed=False, substitute=False),
}
WITH_CONSENT = frozenset({Asks.ACCOUNT, Asks.WALLET})  # both are accounts at a bank or the like


def possible(
    offered: Sequence[RefundRoute],
    *,
    holder: HolderKind,
    paid: Paid,
    other_lines: bool,
    waivable: bool = False,
) -> tuple[RefundRoute, ...]:
    """Return those ways of an operator that fit a request, in the operator's order.

    Where little enough is left to be waived, that comes after everything else.
    """
    every: list[RefundRoute] = [route for route in offered if route is not RefundRoute.WAIVE]
    every += [RefundRoute.WAIVE] if waivable else []
    return tuple(
        route
        for route in every
        if holder in DESTINATIONS[route].holders
        and (paid is Paid.HOLDER or DESTINATIONS[route].substitute)
        and (other_lines or DESTINATIONS[route].asks is not Asks.LINE)
    )
