"""Restrictions of a line: who set one, what lifts it, and what became of an appeal.

Whoever restricts says the reason, the remedy and the papers it takes, accepts an appeal, and
lifts the restriction at once where the check is passed (反电信网络诈骗法 art. 32).
"""

from collections.abc import Mapping
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


class Remedy(StrEnum):
    """What a holder brings so that a restriction can be lifted."""

    IDENTITY = "identity"
    USE_STATEMENT = "use_statement"
    CALL_CONSENTS = "call_consents"
    BUSINESS_LICENCE = "business_licence"
    SOLE_USE_PLEDGE = "sole_use_pledge"
    POLICE_RELEASE = "police_release"


REMEDIES: Mapping[RestrictionReason, tuple[Remedy, ...]] = {
    RestrictionReason.COMPLAINTS: (Remedy.IDENTITY, Remedy.USE_STATEMENT, Remedy.CALL_CONSENTS),
    RestrictionReason.ABNORMAL_FREQUENCY: (Remedy.IDENTITY, Remedy.USE_STATEMENT),
    RestrictionReason.CHANGED_USE: (
        Remedy.IDENTITY,
        Remedy.USE_STATEMENT,
        Remedy.BUSINESS_LICENCE,
    ),
    RestrictionReason.SUBLETTING: (Remedy.IDENTITY, Remedy.SOLE_USE_PLEDGE),
    RestrictionReason.POLICE_NOTICE: (Remedy.IDENTITY, Remedy.POLICE_RELEASE),
    RestrictionReason.REVERIFICATION: (Remedy.IDENTITY,),
}


def usual_source(reason: RestrictionReason) -> RestrictionSource:
    """Return whose word a restriction rests on where the operator does not say."""
    if reason is RestrictionReason.POLICE_NOTICE:
        return RestrictionSource.POLICE
    return RestrictionSource.OPERATOR
