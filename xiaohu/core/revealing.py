"""Which masked values staff may see in full, who may, and for which reasons."""

from collections.abc import Mapping
from enum import StrEnum

from xiaohu.core.actors import ActorKind
from xiaohu.core.refusals import Refusal


class RevealNotPermitted(Refusal):
    """None of this person's roles needs that value."""

    code = "REVEAL_NOT_PERMITTED"


class Masked(StrEnum):
    """What pages mask."""

    NUMBER = "number"
    ICCID = "iccid"
    NAME = "name"
    DOCUMENT = "document"
    APPLICANT = "applicant"
    CONTACT = "contact"
    ACCOUNT = "account"


class RevealReason(StrEnum):
    """Why somebody looks at a value in full."""

    COMPARE = "compare"
    CALL_BACK = "call_back"
    REFUND = "refund"
    COMPLAINT = "complaint"
    LEGAL_REQUEST = "legal_request"


_DESK = frozenset({ActorKind.OFFICER, ActorKind.REVIEWER, ActorKind.COMPLIANCE})
_MONEY = frozenset({ActorKind.FINANCE, ActorKind.REVIEWER, ActorKind.COMPLIANCE})

REVEALABLE: Mapping[Masked, frozenset[ActorKind]] = {
    Masked.NUMBER: _DESK,
    Masked.ICCID: _DESK,
    Masked.NAME: _DESK | _MONEY,
    Masked.DOCUMENT: _DESK,
    Masked.APPLICANT: _DESK,
    Masked.CONTACT: _DESK,
    Masked.ACCOUNT: _MONEY,
}
SHOWN_FOR_SECONDS = 60
LONGEST_NOTE = 200
