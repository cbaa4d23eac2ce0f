"""Whether people will decide on a request, and until when, before and after it is submitted."""

from datetime import date, datetime

from xiaohu.closures import checking, queries, timing
from xiaohu.closures.checking import Checked
from xiaohu.closures.models import Case
from xiaohu.core import review
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.calendar import Deadline, end_of
from xiaohu.core.channels import CaseChannel
from xiaohu.core.notices import Notice
from xiaohu.core.profile import RefundRoute
from xiaohu.core.review import ReviewReason
from xiaohu.core.schedule import Execution, decision_due
from xiaohu.core.states import CaseState
from xiaohu.notices.models import QueuedNotice
from xiaohu.registry import calendars


def reasons(case: Case, checked: Checked) -> tuple[ReviewReason, ...]:
    """Return every reason for people to decide on a request as it is answered."""
    return review.reasons(
        queries.profile_of(case),
        lines=[line.facts for line in checked.lines],
        findings=checked.findings,
        applicant=ApplicantKind(case.applicant),
        route=RefundRoute(case.refund_route) if case.refund_route and checked.pays else None,
        appeal=case.appeal_of_id is not None,
        returned=_answers_a_return(case),
        assisted=case.channel == CaseChannel.DESK.value,
        by_paper=case.by_paper,
    )


def reviewed_anyhow(case: Case, checked: Checked) -> bool:
    """Say whether people decide on a request wherever its money goes."""
    return bool(set(reasons(case, checked)) - {ReviewReason.OTHER_PAYEE})


def _answers_a_return(case: Case) -> bool:
    """Say whether an officer asked for something and has not looked at the answer yet."""
    asked = CaseState(case.state) is CaseState.AWAITING_CUSTOMER
    return asked and bool(case.decision_reasons)


def decided_by(case: Case, *, now: datetime) -> Deadline | None:
    """Return until when people would decide if a request were submitted now; None where none must."""
    checked = checking.last(case, now=now, with_answers=True)
    if checked is None or not reasons(case, checked):
        return None
    return decision_due(queries.profile_of(case), calendars.working(), requested_at=now)


def accepted_at(decision: Deadline | None, *, now: datetime) -> datetime:
    """Return when a request is accepted at the latest: at once where nobody must decide."""
    return end_of(decision.on) if decision is not None else now


def decided_on(case: Case) -> date | None:
    """Return the day promised for a decision that is awaited: where one was missed, the latest."""
    if CaseState(case.state) is not CaseState.IN_REVIEW or case.decision_due_on is None:
        return None
    late = QueuedNotice.objects.filter(case_id=case.pk, notice=Notice.OVERDUE.value)
    days = [date.fromisoformat(params["date"]) for params in late.values_list("params", flat=True)]
    return max([case.decision_due_on, *days])


def carried_out(case: Case) -> Execution | None:
    """Return when a submitted request is carried out, as far as that is fixed or can be expected."""
    if case.execute_at is not None:
        return Execution(case.execute_at)
    decided = decided_on(case)
    return timing.earliest(case, accepted_at=end_of(decided)) if decided is not None else None
