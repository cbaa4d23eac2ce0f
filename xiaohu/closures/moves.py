"""The one place where the state of a case or closing is written, with its event beside it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from xiaohu.closures.models import Case, Closing, Outcome
from xiaohu.core import moves
from xiaohu.core.actors import Actor
from xiaohu.core.moves import Action
from xiaohu.core.states import TERMINAL, CaseState, least_advanced
from xiaohu.trail import events


def lock(case_id: UUID) -> Case:
    """Return a case, locked until the transaction ends. Call inside a transaction.

    The order is always case, then closing, then ledger.
    """
    return Case.objects.select_for_update(no_key=True).get(pk=case_id)


def move(
    case: Case,
    action: Action,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    evidence: Mapping[str, str] | None = None,
) -> None:
    """Move a locked case, closings and all, and write what else changed on it.

    Call inside a transaction.

    Raises:
        MoveNotAllowed: the state has moved on, or the step belongs to somebody else.
    """
    was = CaseState(case.state)
    becomes = moves.target(state=was, action=action, actor=actor.kind)
    _show(case, becomes, now)
    if becomes in TERMINAL:
        _end_closings(case)
    _record(case, action, was, becomes, actor=actor, now=now, reason=reason, evidence=evidence)


def move_closing(
    closing: Closing,
    action: Action,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    evidence: Mapping[str, str] | None = None,
) -> None:
    """Move one closing that is carried out; its case shows the least advanced of all.

    Case and closing are locked. Call inside a transaction.

    Raises:
        MoveNotAllowed: the state has moved on, or the step belongs to somebody else.
    """
    case = closing.case
    was = state_of(closing)
    becomes = moves.target(state=was, action=action, actor=actor.kind)
    closing.state = becomes.value
    if becomes in TERMINAL:
        _end(closing)
    closing.save()
    _show(case, _shown(closing, becomes), now)
    _record(case, action, was, becomes, actor=actor, now=now, reason=reason, evidence=evidence)


def state_of(closing: Closing) -> CaseState:
    """Return the state a closing is in: its own once it is carried out, until then its case's."""
    if closing.state:
        return CaseState(closing.state)
    state = CaseState(closing.case.state)
    # A sibling may have begun; this one is still waiting for its turn.
    return CaseState.SCHEDULED if state in _UNDER_WAY else state


_UNDER_WAY = frozenset({CaseState.EXECUTING, CaseState.SETTLING, CaseState.REFUND_ATTENTION})


def _shown(closing: Closing, becomes: CaseState) -> CaseState:
    """Return what the case shows once a closing has become something."""
    if closing.case.size == 1:
        return becomes
    others = Closing.objects.filter(case=closing.case).exclude(pk=closing.pk)
    states = set(others.values_list("state", flat=True))
    return least_advanced({becomes, *(CaseState(s or CaseState.EXECUTING) for s in states)})


def _show(case: Case, state: CaseState, now: datetime) -> None:
    case.state = state.value
    if state in TERMINAL:
        case.ended_at = now
    case.save()


def _end(closing: Closing) -> None:
    closing.is_open, closing.outcome = False, Outcome.CLOSED.value
    closing.next_action_at, closing.lease_until = None, None
    closing.owner, closing.owner_due_at = "", None


def _end_closings(case: Case) -> None:
    Closing.objects.filter(case=case, is_open=True).update(
        is_open=False,
        outcome=Outcome.NOT_CLOSED.value,
        next_action_at=None,
        owner="",
        owner_due_at=None,
        lease_until=None,
    )


def _record(
    case: Case,
    action: Action,
    was: CaseState,
    becomes: CaseState,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    evidence: Mapping[str, str] | None,
) -> None:
    events.record(
        operator=case.operator,
        actor=actor,
        action=action.value,
        case_id=case.pk,
        from_state=was.value,
        to_state=becomes.value,
        reason=reason,
        evidence=evidence,
        now=now,
    )
