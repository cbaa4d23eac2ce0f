"""Why somebody takes a request back: asked once, never required, and it decides nothing."""

from enum import StrEnum


class WithdrawReason(StrEnum):
    """The answers offered, in their order; the last is chosen until another one is."""

    STILL_NEEDED = "still_needed"
    WRONG_LINE = "wrong_line"
    KEEP_OTHERWISE = "keep_otherwise"  # another tariff, another holder, a pause
    TOO_SLOW = "too_slow"
    OTHER = "other"
    NOT_SAID = "not_said"
