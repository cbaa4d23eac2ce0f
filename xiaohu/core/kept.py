"""What may be done with records kept apart for the law: by whom, and how long before or after.

Every one of these takes two people: one asks, another agrees.
"""

from datetime import timedelta
from enum import StrEnum

from xiaohu.core.actors import ActorKind


class KeptAct(StrEnum):
    """What two people do with kept records."""

    DESTROY = "destroy"  # a category of a month, at the end of what the law asks for
    HOLD = "hold"  # keep on, because an authority says so
    RELEASE = "release"  # back to what the law asks for
    OPEN = "open"  # read, because an authority asks


# Two of these, and two people.
ROLES = (ActorKind.COMPLIANCE, ActorKind.ADMIN)
# A month is agreed on ahead, so that it is destroyed on its day whoever is away.
AGREED_AHEAD = timedelta(days=60)
READABLE_FOR = timedelta(hours=1)
LONGEST_AUTHORITY = 64
