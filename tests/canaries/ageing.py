"""What people of the desk do while years pass, in the service's own surroundings: `python -m … STAGE`.

Pages and commands of these acts have tests of their own; here they only have to be done.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from xiaohu.ops.talking import django

if TYPE_CHECKING:
    from xiaohu.access.models import StaffUser


def officer(name: str) -> "StaffUser":
    """Return somebody of the demo's desk."""
    from xiaohu.access.models import StaffUser

    return StaffUser.objects.get(username=name)


def answer() -> None:
    """Call back who asked for it, and answer who complained."""
    from xiaohu.assistance import calling, complaining
    from xiaohu.core.assistance import CallOutcome
    from xiaohu.queue import clock

    now, chen = clock.now(), officer("chen")
    for call in calling.waiting(chen.operator):
        calling.take(call_id=call.pk, officer=chen, now=now)
        calling.record(call_id=call.pk, officer=chen, outcome=CallOutcome.REACHED, now=now)
    for one in complaining.waiting(chen.operator):
        complaining.take(complaint_id=one.pk, officer=chen, now=now)
        complaining.answer(complaint_id=one.pk, officer=chen, words="已核实并处理。", now=now)


def tidy_up() -> None:
    """Let what is over go, as the worker does every ten minutes; and end the epoch."""
    from xiaohu.assistance import purging as asked
    from xiaohu.closures import purging
    from xiaohu.exports import copies
    from xiaohu.ops import worker
    from xiaohu.queue import clock
    from xiaohu.vault import epochs

    now = clock.now()
    purging.purge(now=now)
    asked.purge(now=now)
    copies.expire(now=now)
    worker._clean_up()
    epochs.roll()


def end_of_law() -> None:
    """Two people agree that every month that is over be destroyed."""
    from django.conf import settings

    from xiaohu.core.retention import Category
    from xiaohu.erasure import kept
    from xiaohu.queue import clock
    from xiaohu.vault import buckets

    now, operator = clock.now(), settings.XIAOHU.operator
    for month in buckets.months(operator=operator, ending_by=now.date()):
        request = kept.ask_to_destroy(
            category=Category(month.category), until=month.until, officer=officer("lin"), now=now
        )
        kept.agree(request_id=request.pk, officer=officer("zhao"), now=now)
    tidy_up()


STAGES: dict[str, Callable[[], None]] = {
    "answer": answer,
    "tidy_up": tidy_up,
    "end_of_law": end_of_law,
}

if __name__ == "__main__":
    django()
    STAGES[sys.argv[1]]()
