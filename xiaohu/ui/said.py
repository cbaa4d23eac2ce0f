"""A finding in words, the same on every page."""

from django.utils.translation import gettext

from xiaohu.core.checks import Finding
from xiaohu.core.money import Money
from xiaohu.core.steps import Step
from xiaohu.ui.templatetags.words import day


def said(finding: Finding) -> str:
    """Return the sentence of a finding, with its amount, date or count."""
    amount = Money(finding.amount_fen).yuan() if finding.amount_fen is not None else ""
    return gettext(f"check.{finding.code}").format(
        amount=amount, date=day(finding.until), count=finding.count
    )


def trouble(code: str, step: str) -> str:
    """Return in words why a closing waits for people: what happened, at which step."""
    kind = _KINDS.get(code) or next(
        (k for end, k in _ENDINGS.items() if code.endswith(end)), "error"
    )
    return gettext(f"trouble.{kind}").format(step=gettext(f"step.{step or BEGIN}"))


BEGIN = "begin"  # the last look before a closing is carried out
TROUBLES = ("unknown", "refused", "unresolved", "away", "legal_hold", "error")
STEPS = (BEGIN, *(step.value for step in Step))
_ENDINGS = {f"_{kind}": kind for kind in TROUBLES[:3]}
_KINDS = {
    "OPERATOR_UNAVAILABLE": "away",
    "KEYSTORE_UNAVAILABLE": "away",
    "OperationalError": "away",
    "legal_hold": "legal_hold",
}
