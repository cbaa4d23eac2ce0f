"""Systems that still hold what the law has let go of: somebody takes each, and has it asked again.

The closing has ended by then, and its folder may be gone: so the system itself is the task.
"""

from datetime import datetime

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.calendar import day_of
from xiaohu.core.refusals import Refusal
from xiaohu.erasure import outside
from xiaohu.erasure.outside import Late
from xiaohu.trail import events

TAKE, TRY = "take_late_store", "try_late_store"
MAY = (ActorKind.COMPLIANCE, ActorKind.ADMIN, ActorKind.OFFICER)


class NothingLate(Refusal):
    """Nothing is overdue in a system, or not any more."""

    code = "NOTHING_LATE"


class NotYoursToSeeTo(Refusal):
    """Only compliance, administration and officers see to systems."""

    code = "NOT_YOURS_TO_SEE_TO"


def of(operator: str, *, now: datetime) -> list[Late]:
    """Return the systems with something overdue, the longest first."""
    return outside.late(operator, on=day_of(now))


def may(officer: StaffUser) -> bool:
    """Say whether somebody sees to systems."""
    return any(officer.acts_as(kind) for kind in MAY)


@transaction.atomic(durable=True)
def take(*, store: str, officer: StaffUser, now: datetime) -> None:
    """Take a system: from here on it is known who sees to it.

    Raises:
        NotYoursToSeeTo: by no role of theirs.
        NothingLate: nothing is overdue there.
    """
    actor = officer.acting(MAY, NotYoursToSeeTo)
    if not outside.take_late(officer.operator, store, officer=officer, on=day_of(now)):
        raise NothingLate
    _tell(TAKE, store, officer, actor, now)


@transaction.atomic(durable=True)
def ask_again(*, store: str, officer: StaffUser, now: datetime) -> None:
    """Have a system asked at once instead of later.

    Raises:
        NotYoursToSeeTo, NothingLate: as `take`.
    """
    actor = officer.acting(MAY, NotYoursToSeeTo)
    if not outside.try_late(officer.operator, store, on=day_of(now)):
        raise NothingLate
    _tell(TRY, store, officer, actor, now)


def _tell(action: str, store: str, officer: StaffUser, actor: Actor, now: datetime) -> None:
    events.record(
        operator=officer.operator,
        actor=actor,
        action=action,
        case_id=None,
        evidence={"store": store},
        now=now,
    )
