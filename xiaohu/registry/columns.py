"""The columns of an operator's export: those every file has, and those that say more of a line.

What checks look at has the name it has in `core.facts`, amounts in yuan instead of fen.
"""

from collections.abc import Iterable, Mapping

from xiaohu.core.facts import GroupNetwork, LineStatus, Payer, RealName, RestrictionReason
from xiaohu.core.filings import Purpose
from xiaohu.core.identity import DocumentKind
from xiaohu.core.restrictions import AppealState, RestrictionSource

PURSES = ("cash_yuan", "deposit_yuan", "promotion_yuan", "gift_yuan")
AMOUNTS = (
    *PURSES,
    "exit_fee_yuan",
    "contract_monthly_yuan",
    "arrears_yuan",
    "unbilled_yuan",
    "vanity_fee_yuan",
    "instalment_yuan",
    "equipment_yuan",
)
COUNTS = ("points", "coupons", "sublines", "filing_daily_cap")
FLAGS = (
    "roaming_pending",
    "subline",
    "bundle",
    "ported_in",
    "port_out",
    "open_order",
    "transfer",
    "legal_hold",
    "fee_dispute",
    "complaint",
    "two_factor",
    "invoice_pending",
    "minor",
    "dissolved",
    "esim",
    "balance_unknown",
    "filing",
)
DAYS = (
    "activated_on",
    "contract_end_on",
    "vanity_end_on",
    "hold_review_on",
    "restricted_on",
    "arrears_since_on",
    "suspended_on",
    "filing_valid_until",
)
YES = frozenset({"yes", "true", "y", "1", "是"})
NO = frozenset({"no", "false", "n", "0", "否"})
_FLAG = "yes or no (also 1/0, true/false, 是/否)"


def _one_of(values: Iterable[str]) -> str:
    return "one of " + ", ".join(values)


COLUMNS: Mapping[str, str] = {
    "number": "phone number; 11 digits, spaces, +86 and full-width digits are understood",
    "iccid": "ICCID of the card, 19 or 20 characters",
    "subscription_id": "the operator's own id of the subscription, up to 64 characters",
    "product": "name of the product",
    "status": _one_of(LineStatus),
    "activated_on": "date, 2024-05-01; may be empty",
    "holder_name": "name the line is registered to; empty, like the document, only where realname is missing",
    "document_kind": _one_of([kind for kind in DocumentKind if kind is not DocumentKind.NONE])
    + "; uscc and business_licence make the holder an organisation",
    "document_number": "number of the document",
    "username": "user name of the holder's sign-in account; may be empty",
    "cash_yuan": "cash principal",
    "deposit_yuan": "refundable deposit",
    "promotion_yuan": "promotion principal",
    "gift_yuan": "gift credit, which never pays out",
    "points": "points; whole number",
    "contract_end_on": "last day of a contract; may be empty",
    "exit_fee_yuan": "fee for leaving the contract early",
    "arrears_yuan": "billed and unpaid",
    "unbilled_yuan": "used and not yet billed",
    "contact": "e-mail or another number; may be empty",
}
OPTIONAL: Mapping[str, str] = {
    "operator": "key of the operator; a row of another one is reported and not taken",
    "realname": _one_of(RealName) + "; empty is registered",
    "roaming_pending": f"roaming records may still arrive: {_FLAG}",
    "coupons": "coupons; whole number",
    "contract_monthly_yuan": "monthly fee of the contract, where its early-exit fee is counted from it",
    "vanity_end_on": "until when a special number is committed",
    "vanity_fee_yuan": "fee for leaving that commitment early",
    "instalment_yuan": "still owed for a device",
    "equipment_yuan": "value of equipment to give back",
    "sublines": "how many sub-lines hang on the line",
    "subline": f"is itself a sub-line: {_FLAG}",
    "bundle": f"broadband or another service is billed with it: {_FLAG}",
    "group_network": "one of " + ", ".join(GroupNetwork),
    "payer": "one of " + ", ".join(Payer),
    "ported_in": f"came from another operator: {_FLAG}",
    "port_out": f"a port-out is under way: {_FLAG}",
    "open_order": f"another order is in flight: {_FLAG}",
    "transfer": f"is being transferred to somebody else: {_FLAG}",
    "legal_hold": f"money and data are frozen by an authority: {_FLAG}",
    "hold_review_on": "when that is looked at again",
    "fee_dispute": _FLAG,
    "complaint": _FLAG,
    "two_factor": f"is the second factor of other accounts: {_FLAG}",
    "invoice_pending": _FLAG,
    "minor": f"the holder is a minor: {_FLAG}",
    "dissolved": f"the organisation is dissolved: {_FLAG}",
    "esim": _FLAG,
    "balance_unknown": f"the balance cannot be said before the last bill: {_FLAG}",
    "filing": f"has an outbound filing: {_FLAG}",
    "filing_purposes": "approved purposes, separated by spaces: " + ", ".join(Purpose),
    "filing_daily_cap": "most calls a day; whole number",
    "filing_region": "region in words, up to 32 characters without digits",
    "filing_valid_until": "last day of the filing",
    "restriction": "reason: one of " + ", ".join(RestrictionReason),
    "restriction_grade": "0 to 3",
    "restricted_on": "since when; needed where a reason is given",
    "arrears_since_on": "since when something billed is unpaid",
    "suspended_on": "since when the line is stopped for that",
    "restriction_source": "one of " + ", ".join(RestrictionSource),
    "restriction_appeal": "one of " + ", ".join(AppealState),
}
EVERY = (*COLUMNS, *OPTIONAL)
