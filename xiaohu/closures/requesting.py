"""What a request says of itself, for the checks: who asks, how well proved, where money goes."""

from collections.abc import Collection
from dataclasses import replace

from xiaohu.closures.models import Case, Closing
from xiaohu.core.applicants import ApplicantKind, HolderKind
from xiaohu.core.checks import Stage
from xiaohu.core.facts import RequestFacts


def said(case: Case, closing: Closing, *, stages: Collection[Stage]) -> RequestFacts:
    """Return the facts of a request about one of its lines.

    The answers are looked at only where they are asked for; before the forms there are none.
    """
    line = closing.line
    if line is None:
        raise LookupError("only a line is checked")
    before = RequestFacts(
        applicant=ApplicantKind(case.applicant),
        holder=HolderKind(case.holder.kind),
        holder_matches=line.holder_id == case.holder_id,
    )
    if Stage.ANSWERS not in stages:
        return before
    return replace(
        before,
        contact_is_closing=_contact_closes(case),
        same_payee_holders=_holders_paid_alike(case),
    )


def _contact_closes(case: Case) -> bool:
    if case.contact_index is None:
        return False
    closing = Closing.objects.filter(case=case, line__number_index=case.contact_index)
    return closing.exists()


def _holders_paid_alike(case: Case) -> int:
    if case.payee_index is None:
        return 1
    alike = Case.objects.filter(operator=case.operator, payee_index=case.payee_index)
    return alike.values("holder_id").distinct().count()
