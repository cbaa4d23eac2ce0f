"""A line without any obstacle, and the same line with something said differently."""

from typing import Any

from xiaohu.core.facts import LineFacts, LineStatus

PLAIN = LineFacts(
    status=LineStatus.ACTIVE,
    cash_fen=0,
    deposit_fen=0,
    promotion_fen=0,
    gift_fen=0,
    points=0,
    arrears_fen=0,
    unbilled_fen=0,
    exit_fee_fen=0,
    contract_end_on=None,
    filing=False,
    port_out=False,
    open_order=False,
    legal_hold=False,
)


def facts(**said: Any) -> LineFacts:
    """Return the plain line with some facts said differently, judged like an operator's answer."""
    return LineFacts.model_validate({**PLAIN.model_dump(), **said})
