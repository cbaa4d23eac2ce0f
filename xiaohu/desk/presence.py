"""Who has a case open besides oneself; a look that is over is forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

from xiaohu.access.models import StaffUser
from xiaohu.desk.models import Presence

LOOKS_FOR = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(days=1)


def note(*, case_id: UUID, officer: StaffUser, now: datetime) -> None:
    """Note that an officer looks at a case; a new look begins after a pause."""
    Presence.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()
    seen, new = Presence.objects.get_or_create(
        case_id=case_id, officer=officer, defaults={"since": now, "seen_at": now}
    )
    if not new:
        paused = now - seen.seen_at > LOOKS_FOR
        seen.since, seen.seen_at = (now if paused else seen.since), now
        seen.save(update_fields=["since", "seen_at"])


def others(*, case_id: UUID, officer: StaffUser, now: datetime) -> list[Presence]:
    """Return who else looks at a case now, the first one first."""
    looking = Presence.objects.filter(case_id=case_id, seen_at__gte=now - LOOKS_FOR)
    return list(looking.exclude(officer=officer).select_related("officer").order_by("since"))
