"""Money nobody could be paid: why, until when it can be claimed, and how it is handed out.

It stays owed to whoever is entitled and is never the operator's income. Source: 民法典第一百八十八条, a claim
lasts three years; an operator may give more, never less.
"""

from datetime import date
from enum import StrEnum

from xiaohu.core.refusals import Refusal


class NothingToClaim(Refusal):
    """Nothing is booked for this request, or it is being paid already."""

    code = "NOTHING_TO_CLAIM"


class ClaimElsewhere(Refusal):
    """Who is entitled is shown with documents at the counter: no account can be named here."""

    code = "CLAIM_ELSEWHERE"


class ClaimTooLate(Refusal):
    """The last day has passed, and this operator's rules pay nothing after it."""

    code = "CLAIM_TOO_LATE"


class Unclaimed(StrEnum):
    """Why nobody was paid."""

    COUNTER = "counter"  # the counter was chosen: it is fetched there
    OWNER_UNKNOWN = "owner_unknown"
    NOT_ANSWERED = "not_answered"  # the payout came back, and nobody named another way in time
    CAME_BACK = "came_back"  # it was paid, and came back after all had ended


class Owed(StrEnum):
    """Where money stands that is still owed after everything else has ended."""

    CLAIMED = "claimed"  # on its way, or about to be
    UNCLAIMED = "unclaimed"
    CHARGED_BACK = "charged_back"  # it was paid and came back: people decide what it is


def claim_until(booked_on: date, *, years: int) -> date:
    """Return the last day of the limitation; the 29th of February ends on the 28th."""
    try:
        return booked_on.replace(year=booked_on.year + years)
    except ValueError:
        return booked_on.replace(year=booked_on.year + years, day=28)
