"""Every notice: its number in the catalogue of notices, and the key of its words.

Nothing is ever sent to a number after it was closed: notices go to the contact that outlives
the line, codes to the address that is to be proved.
"""

from collections.abc import Mapping
from enum import StrEnum

SMS_LENGTH = 70


class Notice(StrEnum):
    """What a person is told, and when."""

    CODE = "code"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    POSTPONED = "postponed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CHECKS_FAILED = "checks_failed"
    CLOSED = "closed"
    REFUND_FAILED = "refund_failed"
    REFUNDED = "refunded"
    DONE = "done"


CATALOGUE: Mapping[Notice, str] = {
    Notice.CODE: "N05",
    Notice.SUBMITTED: "N07",
    Notice.IN_REVIEW: "N07",
    Notice.RETURNED: "N08",
    Notice.APPROVED: "N10",
    Notice.POSTPONED: "N10",
    Notice.REFUSED: "N09",
    Notice.WITHDRAWN: "N10",
    Notice.EXPIRED: "N08",
    Notice.CHECKS_FAILED: "N06",
    Notice.CLOSED: "N11",
    Notice.REFUND_FAILED: "N13",
    Notice.REFUNDED: "N13",
    Notice.DONE: "N15",
}


def key(notice: Notice) -> str:
    """Return the key of a notice's words in the message catalogue."""
    return f"sms.{notice.value}"
