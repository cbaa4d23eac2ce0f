"""Whether somebody who asks an officer knows who the holder is; only a few tries tell."""

from datetime import datetime, timedelta

from django.db import transaction

from xiaohu.access import counters
from xiaohu.core.comparing import differences
from xiaohu.core.refusals import Refusal
from xiaohu.registry import lines
from xiaohu.registry.models import Line

TRIES_A_DAY, A_DAY = 5, timedelta(days=1)


class HolderDiffers(Refusal):
    """What was told of the holder is not what is registered; what differs is not said."""

    code = "HOLDER_DIFFERS"


class HolderTriedOften(Refusal):
    """The holder was told wrongly too often today."""

    code = "HOLDER_TRIED_OFTEN"


def require_holder(*, line: Line, name: str, document: str, now: datetime) -> None:
    """Pass where what was told of the holder is what is registered; five tries a day for each line.

    Raises:
        HolderTriedOften: they are used up.
        HolderDiffers: it is not.
    """
    with transaction.atomic(durable=True):
        tries = counters.hit("holder told", str(line.pk), limit=TRIES_A_DAY, window=A_DAY, now=now)
    if not tries.allowed:
        raise HolderTriedOften
    registered = lines.registered(line.operator, line.holder_id)
    if registered is None or differences(
        name=name, document_number=document, registered=registered
    ):
        raise HolderDiffers
    counters.clear("holder told", str(line.pk))
