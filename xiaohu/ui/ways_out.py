"""The operator's own page on which an obstacle is settled, with the host it leads to."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from xiaohu.core.checks import CheckCode
from xiaohu.core.profile import Profile
from xiaohu.core.ways_out import SETTLED_AT


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where to go; both are empty where the operator has no such page and people are called."""

    address: str = ""
    host: str = ""


def way_out(profile: Profile, code: CheckCode) -> WayOut | None:
    """Return where an obstacle is settled outside this service; None where it is settled here."""
    if code not in SETTLED_AT:
        return None
    for page in SETTLED_AT[code]:
        address = getattr(profile.links, page)
        if address:
            return WayOut(address, urlsplit(address).hostname or "")
    return WayOut()
