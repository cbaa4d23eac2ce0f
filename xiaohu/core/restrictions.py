"""Restrictions of a line: who set one, and what became of an appeal.

Whoever restricts says the reason, the remedy and the papers it takes, accepts an appeal, and
lifts the restriction at once where the check is passed (反电信网络诈骗法 art. 32).
"""

from enum import StrEnum

from xiaohu.core.facts import RestrictionReason


class RestrictionSource(StrEnum):
    """On whose word a line is restricted."""

    OPERATOR = "operator"
    POLICE = "police"
    REGULATOR = "regulator"


class AppealState(StrEnum):
    """What became of an appeal against a restriction."""

    NONE = "none"
    OPEN = "open"
    REFUSED = "refused"


class CheckAnswer(StrEnum):
    """What a person found before the data of a line restricted by grade is erased."""

    NOTHING_OPEN = "nothing_open"
    HANDED_ON = "handed_on"  # what is still needed went to whoever may have it, under a reference


def usual_source(reason: RestrictionReason) -> RestrictionSource:
    """Return whose word a restriction rests on where the operator does not say."""
    if reason is RestrictionReason.POLICE_NOTICE:
        return RestrictionSource.POLICE
    return RestrictionSource.OPERATOR
