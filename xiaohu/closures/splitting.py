"""A line that cannot go on leaves its case, so that the others need not wait for it."""

from datetime import datetime

from xiaohu.closures import copying
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import WORKER
from xiaohu.core.states import CaseState, least_advanced
from xiaohu.trail import events


def split(closing: Closing, *, now: datetime) -> Case:
    """Move a closing that has not begun to a case of its own, and return that case.

    It cannot go on now, or it waits longer than the others.

    Case and closing are locked. Call inside a transaction.
    """
    left = closing.case
    made = copying.copy(
        left,
        now=now,
        policy_id=left.policy_id,
        state=CaseState.SCHEDULED.value,
        submitted_at=left.submitted_at,
        submitted_payee=left.submitted_payee,
        review_reasons=left.review_reasons,
        decided_by_id=left.decided_by_id,
        proposed_by_id=left.proposed_by_id,
        decided_at=left.decided_at,
        execute_at=left.execute_at,
    )
    closing.case = made
    closing.save(update_fields=["case"])
    left.size -= 1
    left.state = _shown(left).value
    left.save(update_fields=["size", "state"])
    events.record(
        operator=left.operator,
        actor=WORKER,
        action="split",
        case_id=left.pk,
        evidence={"into": made.reference},
        now=now,
    )
    return made


def made_from(case: Case) -> list[Case]:
    """Return the cases of the lines that left a case."""
    references = [e.evidence["into"] for e in events.of_case(case.pk) if e.action == "split"]
    return list(Case.objects.filter(reference__in=references).order_by("execute_at"))


def _shown(left: Case) -> CaseState:
    states = set(Closing.objects.filter(case=left).values_list("state", flat=True))
    if states == {""}:
        return CaseState(left.state)
    return least_advanced({CaseState(state or CaseState.EXECUTING) for state in states})
