"""Whether the neighbours answer, as last seen: the worker looks, everybody may read."""

from collections.abc import Callable, Mapping
from datetime import datetime

from xiaohu.core.working import SEEN_WITHIN, Neighbour
from xiaohu.gateways import providers
from xiaohu.gateways.models import Sighting

_ASK: Mapping[Neighbour, Callable[[], bool]] = {
    Neighbour.OPERATOR: lambda: providers.operator().answers(),
    Neighbour.PAYOUT: lambda: providers.payout().answers(),
    Neighbour.MESSAGES: lambda: providers.messages().answers(),
}


def look(*, now: datetime) -> None:
    """Look at each neighbour and write down what was seen."""
    for neighbour, ask in _ASK.items():
        seen = {"looked_at": now}
        if ask():
            seen["answered_at"] = now
        Sighting.objects.update_or_create(name=neighbour.value, defaults=seen)


def answering(*, now: datetime) -> dict[Neighbour, bool]:
    """Return of each neighbour looked at lately whether it answered."""
    rows = Sighting.objects.filter(name__in=set(Neighbour), looked_at__gt=now - SEEN_WITHIN)
    return {Neighbour(row.name): row.answered_at == row.looked_at for row in rows}
