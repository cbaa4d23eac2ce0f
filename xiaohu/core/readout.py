"""What an officer reads to somebody before taking their request, and how that is heard.

The list is versioned: what was heard is kept by version and item, so that it can be shown later
which words they were. Source: 个人信息保护法 art. 14 and 17; the page of consequences says the same.
"""

from enum import StrEnum

READOUT_VERSION = "2026.1"


class ReadItem(StrEnum):
    """One sentence of the list, in the order in which it is read."""

    STOPS = "stops"
    FOR_GOOD = "for_good"
    UNBIND = "unbind"
    REISSUED = "reissued"
    KEPT = "kept"
    LAPSES = "lapses"
    REFUND = "refund"
    WITHDRAW = "withdraw"


class HeardBy(StrEnum):
    """How a consent was heard."""

    PHONE = "phone"
    COUNTER = "counter"
    VIDEO = "video"
