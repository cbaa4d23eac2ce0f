"""Repairing a refund by hand: what may stand as its reference, and what must never happen."""

import re

from xiaohu.core.refusals import Refusal

_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")


TRIES = 3  # so often a payout may come back before people take it over


class TriesUsed(Refusal):
    """It came back too often: our people pay it by hand, with a second person."""

    code = "TRIES_USED"


class SlipRefused(Refusal):
    """The text is no number of a bank's slip."""

    code = "SLIP_REFUSED"


class SumMismatch(Refusal):
    """Ledger and settlement disagree: no money moves before a person has looked."""

    code = "SUM_MISMATCH"


class PaymentPending(Refusal):
    """A payment by hand is recorded and waits for a second person."""

    code = "PAYMENT_PENDING"


def normalise_slip(raw: str) -> str:
    """Return the number of a bank's slip: capitals, figures and hyphens, never a name.

    Raises:
        SlipRefused: something else.
    """
    slip = "".join(raw.split()).upper()
    if not slip.isascii() or not _REFERENCE.fullmatch(slip):
        raise SlipRefused
    return slip
