"""Closings an operator starts itself: on which ground, who may start them, after which notices.

Each is announced in time, can be stopped by what its ground allows, and is heard before it is
done. Nothing here is a punishment: the same settlement and erasure follow as for anybody.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import ClosingType
from xiaohu.core.facts import LineFacts, LineStatus
from xiaohu.core.profile import ArrearsClosing
from xiaohu.core.refusals import Refusal

NOTICE_DAYS = (30, 7, 1)
HEARD_AT_LEAST = timedelta(days=7)  # between the answer to an objection and the closing


class GroundMissing(Refusal):
    """What the operator says of the line is no ground for such a closing, or not yet."""

    code = "GROUND_MISSING"


class Stop(StrEnum):
    """What a holder can do so that such a closing is not carried out."""

    PAY = "pay"
    REGISTER = "register"
    VERIFY = "verify"
    ASK_AUTHORITY = "ask_authority"
    OBJECT = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoluntaryRule:
    """One row: who may start it, when its ground holds, how it is stopped, on which basis."""

    started_by: ActorKind
    holds: Callable[[LineFacts, date, ArrearsClosing], bool]
    stops: tuple[Stop, ...]
    basis: str


def _long_unpaid(facts: LineFacts, today: date, rule: ArrearsClosing) -> bool:
    if facts.arrears_fen == 0 or facts.status is not LineStatus.ARREARS_STOPPED:
        return False
    return _past(facts.arrears_since_on, rule.unpaid_days, today) and _past(
        facts.suspended_on, rule.suspended_days, today
    )


def _past(since: date | None, days: int, today: date) -> bool:
    return since is not None and today - since > timedelta(days=days)


INVOLUNTARY: Mapping[ClosingType, InvoluntaryRule] = {
    ClosingType.ARREARS: InvoluntaryRule(
        started_by=ActorKind.OFFICER,
        holds=_long_unpaid,
        stops=(Stop.PAY, Stop.OBJECT),
        basis="电信条例第三十四条；运营商服务协议",
    ),
    ClosingType.UNREGISTERED: InvoluntaryRule(
        started_by=ActorKind.OFFICER,
        holds=lambda facts, _today, _rule: not facts.is_registered,
        stops=(Stop.REGISTER, Stop.OBJECT),
        basis="反电信网络诈骗法第十一条；工信部令第25号",
    ),
    ClosingType.REGULATOR_ORDER: InvoluntaryRule(
        started_by=ActorKind.COMPLIANCE,
        # An order holds until a person records that it was lifted.
        holds=lambda _facts, _today, _rule: True,
        stops=(Stop.ASK_AUTHORITY, Stop.OBJECT),
        basis="主管部门依法作出的决定",
    ),
    ClosingType.CONFIRMED_VIOLATION: InvoluntaryRule(
        started_by=ActorKind.COMPLIANCE,
        holds=lambda facts, _today, _rule: facts.is_restricted,
        stops=(Stop.VERIFY, Stop.OBJECT),
        basis="反电信网络诈骗法第十一条、第三十一条；运营商服务协议",
    ),
}


def require_ground(
    kind: ClosingType, facts: LineFacts, *, today: date, arrears: ArrearsClosing
) -> None:
    """Pass, or raise `GroundMissing`."""
    if not holds(kind, facts, today=today, arrears=arrears):
        raise GroundMissing(kind=kind.value)


def holds(kind: ClosingType, facts: LineFacts, *, today: date, arrears: ArrearsClosing) -> bool:
    """Say whether the ground of such a closing holds on a day."""
    return INVOLUNTARY[kind].holds(facts, today, arrears)


def notice_days(kind: ClosingType, arrears: ArrearsClosing) -> tuple[int, ...]:
    """Return how many days before such a closing its notices are given."""
    return arrears.notice_days if kind is ClosingType.ARREARS else NOTICE_DAYS


def next_notice(days: Sequence[int], *, given: Collection[int]) -> int | None:
    """Return how many days before the closing the next notice is due; None after the last."""
    return max((day for day in days if day not in given), default=None)


def notice_at(execute_at: datetime, days: int) -> datetime:
    """Return when a notice is due so many days before a closing."""
    return execute_at - timedelta(days=days)
