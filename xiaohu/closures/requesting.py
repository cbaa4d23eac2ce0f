"""What a request says of itself, for the checks: who asks, how well proved, where money goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xiaohu.closures import applying
from xiaohu.closures.applying import Standing
from xiaohu.closures.models import Case, Closing
from xiaohu.core.applicants import ApplicantKind, HolderKind
from xiaohu.core.facts import LineFacts, RequestFacts


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered in the forms, looked up once for all lines of a case."""

    standing: Standing
    contact_is_closing: bool
    same_payee_holders: int


def answers(case: Case, lines: Sequence[LineFacts], *, now: datetime) -> Answers:
    """Return what was answered so far."""
    return Answers(
        standing=applying.standing(case, lines, now=now),
        contact_is_closing=_contact_closes(case),
        same_payee_holders=holders_paid_alike(case),
    )


def said(closing: Closing, given: Answers | None) -> RequestFacts:
    """Return the facts of a request about one of its lines; before the forms nothing is given."""
    case, line = closing.case, closing.line
    if line is None:
        raise LookupError("only a line is checked")
    who = ApplicantKind(case.applicant)
    holder = HolderKind(case.holder.kind)
    matches = line.holder_id == case.holder_id
    if given is None:
        return RequestFacts(applicant=who, holder=holder, holder_matches=matches)
    return RequestFacts(
        applicant=who,
        holder=holder,
        holder_matches=matches,
        proved=given.standing.reached >= given.standing.wanted,
        locked=given.standing.locked,
        lacking=bool(given.standing.lacking),
        contact_is_closing=given.contact_is_closing,
        same_payee_holders=given.same_payee_holders,
    )


def _contact_closes(case: Case) -> bool:
    if case.contact_index is None:
        return False
    closing = Closing.objects.filter(case=case, line__number_index=case.contact_index)
    return closing.exists()


def holders_paid_alike(case: Case) -> int:
    """Return how many holders name the account or wallet of a case, this one among them."""
    if case.payee_index is None:
        return 1
    alike = Case.objects.filter(operator=case.operator, payee_index=case.payee_index)
    return alike.values("holder_id").distinct().count()
