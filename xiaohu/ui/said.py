"""A finding in words, the same on every page."""

from collections.abc import Mapping

from django.utils.translation import get_language, gettext

from xiaohu.core.checks import CheckCode, Finding
from xiaohu.core.matching import FOR_PEOPLE
from xiaohu.core.steps import Step
from xiaohu.erasure.outside import (
    BEHIND,
    FOR_HANDS,
    HOLDER_STAYS,
    MORE,
    NOBODY,
    NOT_LISTED,
    STUCK,
)
from xiaohu.erasure.stores.file import Why
from xiaohu.ui.templatetags.words import day, yuan


def said(finding: Finding) -> str:
    """Return the sentence of a finding, with its amount, date or count."""
    return _filled(gettext(f"check.{finding.code}"), finding)


def to_staff(finding: Finding) -> str:
    """Return the sentence of a finding for staff: of the holder where `said` speaks to them."""
    if finding.code in ADDRESSED:
        return _filled(gettext(f"check.desk.{finding.code}"), finding)
    return said(finding)


def _filled(words: str, finding: Finding) -> str:
    return words.format(
        amount=yuan(finding.amount_fen), date=day(finding.until), count=finding.count
    )


def trouble(code: str, step: str) -> str:
    """Return in words why a closing waits for people: what happened, at which step."""
    return gettext(f"trouble.{_kind(code)}").format(step=gettext(f"step.{step or BEGIN}"))


def late(code: str) -> str:
    """Return in plain words why a holder waits longer than promised."""
    return gettext(f"late.{_kind(code)}")


def elsewhere(why: str, about: str = "") -> str:
    """Return why something is not erased in another system yet, or is not to be; `about` is what."""
    if why in NOT_ERASED:
        return gettext(f"outside.why.{why}")
    return gettext(f"store.why.{Why(why)}").format(value=about.rpartition(": ")[2])


def not_erased(names: Mapping[str, str], dataset: str, why: str, about: str) -> str:
    """Return what another system holds up, by the name people call it."""
    told = elsewhere(why, about)
    return gettext("outside.told").format(store=in_words(names), dataset=dataset, why=told)


def in_words(said: Mapping[str, str]) -> str:
    """Return what an operator wrote in both languages, in the reader's."""
    return said["en" if get_language() == "en" else "zh"]


def _kind(code: str) -> str:
    found = (kind for end, kind in _ENDINGS.items() if code.endswith(end))
    return _KINDS.get(code) or next(found, "error")


# Of these the applicant's sentence asks them for something, or calls them "you".
ADDRESSED = frozenset(
    {
        CheckCode.AGENT_PAYEE_PATTERN,
        CheckCode.BINDINGS_REMINDER,
        CheckCode.COUPONS,
        CheckCode.GIFT_BALANCE,
        CheckCode.OPEN_COMPLAINT,
        CheckCode.OPEN_FEE_DISPUTE,
        CheckCode.POINTS,
        CheckCode.POSITIVE_BALANCE,
        CheckCode.SIM_NOT_RETURNED,
    }
)
NOT_ERASED = frozenset(
    {"away", "awaited", MORE, STUCK, BEHIND, *FOR_HANDS, HOLDER_STAYS, NOT_LISTED, NOBODY}
)
BEGIN = "begin"  # the last look before a closing is carried out
TROUBLES = (
    "unknown",
    "refused",
    "unresolved",
    "away",
    "legal_hold",
    "refund_to_confirm",
    "refund_tries_over",
    "refund_stopped",
    "error",
    "bill_late",
    "worker_died",
    "outside_away",
    "outside_refused",
    "outside_by_hand",
    "restriction_check",
)
STEPS = (BEGIN, *(step.value for step in Step))
_ENDINGS = {f"_{kind}": kind for kind in TROUBLES[:3]} | {
    f"_{outcome}": "unresolved" for outcome in FOR_PEOPLE
}
_KINDS = {
    "OPERATOR_UNAVAILABLE": "away",
    "KEYSTORE_UNAVAILABLE": "away",
    "KEY_MISSING": "away",
    "OperationalError": "away",
    "collect_bill_late": "bill_late",
    "worker_died": "worker_died",
    "STORES_REFUSED": "outside_refused",
    **{code: code for code in TROUBLES[11:]},
    **{code: code for code in TROUBLES[4:8]},
}
