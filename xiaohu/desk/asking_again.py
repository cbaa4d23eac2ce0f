"""D4 and D5: the checks asked for again, and no page that waits for an operator that is silent."""

from datetime import datetime

from xiaohu.closures import checking
from xiaohu.closures.models import Case
from xiaohu.core.states import CaseState
from xiaohu.ui.refusals import Sentence, sentence


def check_again(case: Case, *, now: datetime) -> bool:
    """Ask about a case in review, and say whether all was answered at once.

    Raises:
        GatewayUnavailable: there will be no answer; what was known before stays known.
        UnknownLine: the operator has no such line.
    """
    if case.state != CaseState.IN_REVIEW.value:
        return False
    heard = checking.look(case_id=case.pk, now=now)
    if heard.refused is not None and not heard.pending:
        raise heard.refused
    return not heard.pending


def hear_rest(case: Case, *, now: datetime) -> Sentence | None:
    """Keep what was answered since a page asked; return why there will be no answer."""
    if not checking.is_asking(case):
        return None
    heard = checking.look(case_id=case.pk, now=now, patience_s=0.0)
    return sentence(heard.refused) if heard.refused is not None and not heard.pending else None
