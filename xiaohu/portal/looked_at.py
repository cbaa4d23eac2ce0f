"""What of the answers somebody looked at, as a form can carry it: told apart, never read."""

from collections.abc import Mapping

from django.utils.crypto import salted_hmac

from xiaohu.closures import applying, drafting, paying, volunteering
from xiaohu.closures.models import Case
from xiaohu.core.changes import Shown

LENGTH = 16  # of what stands for an answer


def answers(case: Case) -> Mapping[Shown, str]:
    """Return what stands for each answer of a request as it is now."""
    given: dict[Shown, list[object]] = {
        Shown.APPLICANT: [case.applicant, *sorted(applying.applicant(case).items())],
        Shown.REFUND: [case.refund_route, *sorted(paying.payee(case).items())],
        Shown.REASON: [case.reason, volunteering.own_words_of(case)],
        Shown.CONTACT: [drafting.contact(case)],
        Shown.RULES: [case.policy_id],
    }
    return {what: _mark(case, what, said) for what, said in given.items()}


def _mark(case: Case, what: Shown, said: list[object]) -> str:
    text = f"{case.pk} {what.value} {said!r}"
    return salted_hmac(__name__, text, algorithm="sha256").hexdigest()[:LENGTH]
