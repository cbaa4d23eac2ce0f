"""The one place where the state of a case is written, with its event beside it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from xiaohu.closures.models import Case, Closing, Outcome
from xiaohu.core import moves
from xiaohu.core.actors import Actor
from xiaohu.core.moves import Action
from xiaohu.core.states import TERMINAL, CaseState
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
    """Move a locked case and write what else changed on it. Call inside a transaction.

    Raises:
        MoveNotAllowed: the state has moved on, or the step belongs to somebody else.
    """
    was = CaseState(case.state)
    becomes = moves.target(state=was, action=action, actor=actor.kind)
    case.state = becomes.value
    if becomes in TERMINAL:
        case.ended_at = now
    case.save()
    if becomes in TERMINAL:
        _end_closings(case, becomes)
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


def _end_closings(case: Case, state: CaseState) -> None:
    outcome = Outcome.CLOSED if state is CaseState.DONE else Outcome.NOT_CLOSED
    Closing.objects.filter(case=case, is_open=True).update(
        is_open=False,
        outcome=outcome.value,
        next_action_at=None,
        owner="",
        owner_due_at=None,
        lease_until=None,
    )
