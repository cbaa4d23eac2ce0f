"""A finding in words, the same on every page."""

from django.utils.translation import gettext

from xiaohu.core.checks import Finding
from xiaohu.core.money import Money
from xiaohu.ui.templatetags.words import day


def said(finding: Finding) -> str:
    """Return the sentence of a finding, with its amount, date or count."""
    amount = Money(finding.amount_fen).yuan() if finding.amount_fen is not None else ""
    return gettext(f"check.{finding.code}").format(
        amount=amount, date=day(finding.until), count=finding.count
    )
