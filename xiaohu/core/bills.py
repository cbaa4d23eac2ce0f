"""How often a last bill that is not ready is asked for: it may be days, and nobody is helped by haste."""

from datetime import timedelta

NEXT_PART_AFTER = timedelta(hours=1)
# Money goes back within fifteen days (侵害消费者权益行为处罚办法 art. 10): people ask long before.
PEOPLE_ASK_AFTER = timedelta(days=5)
# Waited so long, look again after so long.
_PAUSES = (
    (timedelta(minutes=10), timedelta(minutes=1)),
    (timedelta(days=1), timedelta(hours=1)),
)
_AT_MOST = timedelta(days=1)


def look_again_in(waited: timedelta) -> timedelta:
    """Return the pause before the next look: by the minute at first, then hourly, then daily."""
    return next((pause for until, pause in _PAUSES if waited < until), _AT_MOST)
