"""Why a refund did not arrive, in the few kinds a person can do something about."""

from enum import StrEnum


class Returned(StrEnum):
    """What the bank said, or we did; what is not known is `OTHER`."""

    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_LIMITED = "account_limited"
    NAME_DIFFERS = "name_differs"
    STOPPED = "stopped"  # by somebody who was told before
    DECLINED = "declined"  # by our finance
    OTHER = "other"


# What another try to the same place will not change.
LASTING = frozenset({Returned.ACCOUNT_CLOSED, Returned.ACCOUNT_UNKNOWN, Returned.NAME_DIFFERS})


def returned(code: str) -> Returned:
    """Return the kind of a bank's reason."""
    return Returned(code) if code in set(Returned) else Returned.OTHER
