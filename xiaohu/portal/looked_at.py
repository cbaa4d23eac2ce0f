"""What of the answers somebody looked at, as a form can carry it: told apart, never read by others.

The rows of the page go along sealed, so that the next page can say what one was before.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from xiaohu.closures import applying, drafting, paying, volunteering
from xiaohu.closures.models import Case
from xiaohu.core.changes import Shown
from xiaohu.ui import carrying

PURPOSE = "looked at"
LENGTH = 16  # of what stands for an answer
LONGEST = 2000  # characters of what a form carries of its rows


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


def rows(shown: Mapping[str, Any], amount: str) -> dict[str, str]:
    """Return the rows of the last page that can change, in words and masked as they are shown."""
    case: Case = shown["case"]
    way = gettext(f"route.{case.refund_route}") if case.refund_route else ""
    asker = shown["applicant"]
    return {
        "applicant": " · ".join([gettext(f"who.{case.applicant}"), asker.name] if asker else []),
        "refund": " · ".join(part for part in (way, shown["payee"]) if part),
        "reason": gettext(f"reason.{case.reason}") if case.reason else "",
        "contact": shown["contact"],
        "amount": amount,
    }


def carried(case: Case, told: Mapping[str, str]) -> str:
    """Return rows as a form carries them: sealed, for this request alone."""
    return carrying.sealed(told, purpose=PURPOSE, place=str(case.pk))


def former(request: HttpRequest, case: Case, told: Mapping[str, str]) -> dict[str, str]:
    """Return what the rows said when they were looked at, of those that say something else now."""
    carried_along = request.POST.get("was", "")[:LONGEST]
    was = carrying.opened(carried_along, purpose=PURPOSE, place=str(case.pk)) or {}
    return {what: was[what] for what in told if was.get(what) and was[what] != told[what]}


def _mark(case: Case, what: Shown, said: list[object]) -> str:
    text = f"{case.pk} {what.value} {said!r}"
    return salted_hmac(__name__, text, algorithm="sha256").hexdigest()[:LENGTH]
