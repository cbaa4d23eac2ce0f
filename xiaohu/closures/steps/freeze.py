"""Stop the service: no calls, texts or data, and no fee from here on."""

from xiaohu.closures.ordering import order
from xiaohu.closures.work import Progress, Work
from xiaohu.gateways.protocols import Order


def run(work: Work) -> Progress:
    """Have the operator stop the line."""
    return order(work, Order.FREEZE)
