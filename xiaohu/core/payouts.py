"""Why a bank sent money back, in the few kinds a person can do something about."""

from enum import StrEnum


class Returned(StrEnum):
    """What the bank said, as far as we know it; anything else is `OTHER`."""

    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_LIMITED = "account_limited"
    NAME_DIFFERS = "name_differs"
    OTHER = "other"


def returned(code: str) -> Returned:
    """Return the kind of a bank's reason."""
    return Returned(code) if code in set(Returned) else Returned.OTHER
