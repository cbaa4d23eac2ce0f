"""What can be special about an invented line: the journeys a newcomer meets, and everything else.

`said` holds further columns of the export; "+90d" there is a date ninety days from today.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Who(StrEnum):
    """Whom an invented line belongs to."""

    PERSON = "person"
    MINOR = "minor"
    ORGANISATION = "organisation"
    NOBODY = "nobody"  # no registration at all


@dataclass(frozen=True, slots=True)
class Story:
    """What is special about a line; `same` says that the line before it has the same holder."""

    about: str
    cash_fen: int = 12640
    deposit_fen: int = 0
    promotion_fen: int = 0
    gift_fen: int = 0
    points: int = 0
    arrears_fen: int = 0
    unbilled_fen: int = 0
    contract_days: int = 0
    status: str = "active"
    who: Who = Who.PERSON
    same: bool = False
    said: Mapping[str, str] = field(default_factory=dict)


_COMPLAINTS = {"restriction": "complaints", "restriction_grade": "2", "restricted_on": "-20d"}
_POLICE = {"restriction": "police_notice", "restriction_grade": "3", "restricted_on": "-9d"}
_SUBLINES, _SUBLINE = {"sublines": "2"}, {"subline": "yes"}
_VANITY = {"vanity_end_on": "+240d", "vanity_fee_yuan": "120.00"}
_INSTALMENT = {"instalment_yuan": "899.00"}
_EQUIPMENT = {"equipment_yuan": "150.00"}
_BUNDLE = {"bundle": "yes"}
_HOLD = {"legal_hold": "yes", "hold_review_on": "+60d"}
_UNREGISTERED = {"realname": "missing"}
_BOUND = {"contract_monthly_yuan": "39.00"}
_UNPAID = {"arrears_since_on": "-130d", "suspended_on": "-95d"}

# The first lines of every demo. New ones go to the end: tests and people know them by place.
STORIES = (
    Story("clean", gift_fen=2000, points=860),
    Story("large_refund", cash_fen=135_800, deposit_fen=20_000, gift_fen=5000, unbilled_fen=640),
    Story("arrears", cash_fen=0, arrears_fen=3820),
    Story("contract", contract_days=200, said=_BOUND),
    Story("stopped", status="stopped"),
    Story("empty", cash_fen=0),
    Story("organisation", cash_fen=52_000, who=Who.ORGANISATION),
    Story("organisation_second", cash_fen=8060, who=Who.ORGANISATION, same=True),
    Story("organisation_third", cash_fen=0, points=120, who=Who.ORGANISATION, same=True),
    Story("restricted", status="restricted", said=_COMPLAINTS),
    Story("banned", status="banned", said=_POLICE),
    Story("unregistered", said=_UNREGISTERED),
    Story("sublines", said=_SUBLINES),
    Story("subline", cash_fen=0, said=_SUBLINE),
    Story("vanity", said=_VANITY),
    Story("instalment", said=_INSTALMENT),
    Story("lost", status="lost"),
    Story("arrears_stopped", status="arrears_stopped", cash_fen=0, arrears_fen=9640, said=_UNPAID),
    Story("legal_hold", said=_HOLD),
    Story("bundle", said=_BUNDLE),
    Story("equipment", said=_EQUIPMENT),
    Story("minor", who=Who.MINOR, said={"minor": "yes"}),
)

# What else can be so; each is met by about one line in a hundred.
VARIETY = (
    Story("arrears", cash_fen=0, arrears_fen=4210),
    Story("contract", contract_days=150, said=_BOUND),
    Story("unbilled", unbilled_fen=1280),
    Story("deposit_and_promotion", deposit_fen=10_000, promotion_fen=3000),
    Story("large_refund", cash_fen=120_000),
    Story("stopped", status="stopped"),
    Story("lost", status="lost"),
    Story("arrears_stopped", status="arrears_stopped", cash_fen=0, arrears_fen=7300, said=_UNPAID),
    Story("ported_out", status="ported_out", cash_fen=0),
    Story("closed_elsewhere", status="closed", cash_fen=0),
    Story("restricted", status="restricted", said=_COMPLAINTS),
    Story(
        "restricted_and_appealed",
        status="restricted",
        said={
            "restriction": "abnormal_frequency",
            "restriction_grade": "1",
            "restricted_on": "-45d",
            "restriction_appeal": "open",
        },
    ),
    Story(
        "changed_use",
        status="restricted",
        said={"restriction": "changed_use", "restriction_grade": "2", "restricted_on": "-5d"},
    ),
    Story(
        "sublet",
        status="banned",
        said={
            "restriction": "subletting",
            "restriction_grade": "3",
            "restricted_on": "-70d",
            "restriction_appeal": "refused",
        },
    ),
    Story(
        "to_be_verified",
        status="restricted",
        said={
            "restriction": "reverification",
            "restricted_on": "-2d",
            "restriction_source": "regulator",
        },
    ),
    Story("banned", status="banned", said=_POLICE),
    Story("unregistered", said=_UNREGISTERED),
    Story("nobody_registered", cash_fen=3000, who=Who.NOBODY, said=_UNREGISTERED),
    Story("mismatch", said={"realname": "mismatch"}),
    Story("expired", said={"realname": "expired"}),
    Story("roaming", said={"roaming_pending": "yes"}),
    Story("coupons", said={"coupons": "3"}),
    Story("vanity", said=_VANITY),
    Story("instalment", said=_INSTALMENT),
    Story("equipment", said=_EQUIPMENT),
    Story("sublines", said=_SUBLINES),
    Story("subline", said=_SUBLINE),
    Story("bundle", said=_BUNDLE),
    Story("group", said={"group_network": "group"}),
    Story("family", said={"group_network": "family"}),
    Story("paid_by_organisation", said={"payer": "organisation"}),
    Story("ported_in", said={"ported_in": "yes"}),
    Story("porting_out", said={"port_out": "yes"}),
    Story("open_order", said={"open_order": "yes"}),
    Story("transfer", said={"transfer": "yes"}),
    Story("legal_hold", said=_HOLD),
    Story("fee_dispute", said={"fee_dispute": "yes"}),
    Story("complaint", said={"complaint": "yes"}),
    Story("two_factor", said={"two_factor": "yes"}),
    Story("invoice_pending", said={"invoice_pending": "yes"}),
    Story("esim", said={"esim": "yes"}),
)
DISSOLVED = Story("dissolved", who=Who.ORGANISATION, said={"dissolved": "yes"})
MINOR = Story("minor", who=Who.MINOR, said={"minor": "yes"})
