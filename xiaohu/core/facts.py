"""What the checks are judged from: what the operator says of a line, and what a request says.

Amounts in fen, none negative; dates are days in China. Nothing here names a person or a number.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from xiaohu.core.applicants import ApplicantKind, HolderKind

Fen = Annotated[int, Field(ge=0, strict=True)]
Count = Annotated[int, Field(ge=0, strict=True)]
Flag = Annotated[bool, Field(strict=True)]


def _day(value: object) -> object:
    """Take a date only as such or as 2027-06-30; nothing and an empty text are no date."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise ValueError("not a date")


Day = Annotated[date | None, BeforeValidator(_day)]


class LineStatus(StrEnum):
    """What the operator says of a line."""

    ACTIVE = "active"
    STOPPED = "stopped"  # 停机保号: at the holder's own wish
    LOST = "lost"  # stopped since the card was reported lost
    ARREARS_STOPPED = "arrears_stopped"
    RESTRICTED = "restricted"
    BANNED = "banned"
    PORTED_OUT = "ported_out"
    CLOSED = "closed"


class RealName(StrEnum):
    """Whether the line is registered to whoever uses it, and still soundly."""

    REGISTERED = "registered"
    MISSING = "missing"
    MISMATCH = "mismatch"
    EXPIRED = "expired"


class GroupNetwork(StrEnum):
    """The virtual network a line belongs to."""

    NONE = "none"
    GROUP = "group"
    FAMILY = "family"


class Payer(StrEnum):
    """Who pays for the line."""

    HOLDER = "holder"
    ORGANISATION = "organisation"
    OTHER = "other"


class RestrictionReason(StrEnum):
    """Why an operator restricts a line (反电信网络诈骗法 art. 11; operator contracts)."""

    COMPLAINTS = "complaints"
    ABNORMAL_FREQUENCY = "abnormal_frequency"
    CHANGED_USE = "changed_use"
    SUBLETTING = "subletting"
    POLICE_NOTICE = "police_notice"
    REVERIFICATION = "reverification"


class LineFacts(BaseModel):
    """What the operator says of one line right now, in the words of its interface.

    Status, amounts, contract and the flags of an ordinary line must be said; whatever else is
    not said does not apply.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: LineStatus
    cash_fen: Fen
    deposit_fen: Fen
    promotion_fen: Fen
    gift_fen: Fen
    points: Count
    arrears_fen: Fen
    unbilled_fen: Fen
    exit_fee_fen: Fen
    contract_end_on: Day
    filing: Flag
    port_out: Flag
    open_order: Flag
    legal_hold: Flag

    contract_monthly_fen: Fen = 0
    realname: RealName = RealName.REGISTERED
    roaming_pending: Flag = False
    coupons: Count = 0
    vanity_end_on: Day = None
    vanity_fee_fen: Fen = 0
    instalment_fen: Fen = 0
    equipment_fen: Fen = 0
    sublines: Count = 0
    subline: Flag = False
    bundle: Flag = False
    group_network: GroupNetwork = GroupNetwork.NONE
    payer: Payer = Payer.HOLDER
    ported_in: Flag = False
    transfer: Flag = False
    hold_review_on: Day = None
    fee_dispute: Flag = False
    complaint: Flag = False
    two_factor: Flag = False
    invoice_pending: Flag = False
    minor: Flag = False
    dissolved: Flag = False
    esim: Flag = False
    balance_unknown: Flag = False
    restriction: RestrictionReason | None = None
    restriction_grade: Annotated[int, Field(ge=0, le=3, strict=True)] = 0
    restricted_on: Day = None
    arrears_since_on: Day = None
    suspended_on: Day = None

    @property
    def refundable_fen(self) -> int:
        """What the holder may get back before the final bill."""
        return self.cash_fen + self.deposit_fen + self.promotion_fen

    @property
    def may_be_owed(self) -> bool:
        """Say whether money may have to go back: some is there, or nobody can say yet."""
        return self.refundable_fen > 0 or self.balance_unknown

    @property
    def is_registered(self) -> bool:
        """Say whether the line is soundly registered, so that its money has an owner to pay."""
        return self.realname is RealName.REGISTERED

    @property
    def is_restricted(self) -> bool:
        """Say whether the operator itself limits or bans the line."""
        return self.status in {LineStatus.RESTRICTED, LineStatus.BANNED}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What a request says, beside the line: who asks, how well proved, where the money goes.

    `same_payee_holders` counts the holders whose refunds go to the same account, this one
    included; `lacking` says that papers of the applicant are still missing.
    """

    applicant: ApplicantKind = ApplicantKind.HOLDER
    holder: HolderKind = HolderKind.INDIVIDUAL
    holder_matches: bool = True
    open_elsewhere: bool = False
    proved: bool = True
    locked: bool = False
    lacking: bool = False
    payee_is_closing: bool = False
    same_payee_holders: int = 1
    contact_is_closing: bool = False
