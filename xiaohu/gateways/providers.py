"""Which adapter serves the operator of this installation."""

from functools import cache

from django.conf import settings

from xiaohu.gateways.http_messages import HttpMessages
from xiaohu.gateways.http_operator import HttpOperator
from xiaohu.gateways.http_payout import HttpPayout
from xiaohu.gateways.protocols import MessageGateway, OperatorGateway, PayoutGateway

OPERATOR, PAYOUT, MESSAGES = 1, 2, 3  # ports of the simulators, counted from the web server's


@cache
def operator() -> OperatorGateway:
    """Return the way to the operator's systems."""
    return HttpOperator(settings.XIAOHU.operator_url or settings.XIAOHU.simulator_url(OPERATOR))


@cache
def payout() -> PayoutGateway:
    """Return the way to the payout provider."""
    return HttpPayout(settings.XIAOHU.payout_url or settings.XIAOHU.simulator_url(PAYOUT))


@cache
def messages() -> MessageGateway:
    """Return the way to the message provider."""
    return HttpMessages(settings.XIAOHU.messages_url or settings.XIAOHU.simulator_url(MESSAGES))
