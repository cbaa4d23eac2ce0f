"""How long to wait before trying again: growing, capped, and spread by chance."""

import random
from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=15)
SLOW = timedelta(minutes=30)
TRIES = 8


def wait_before(attempt: int) -> timedelta:
    """Return the pause after the nth failed attempt (from 1): 5 s doubling up to 15 min, ± 25 %."""
    return _spread(min(FIRST * (1 << min(attempt - 1, 16)), LONGEST))


def slow_wait() -> timedelta:
    """Return the pause while people own what failed and it is tried all the same: half an hour, ± 25 %."""
    return _spread(SLOW)


def _spread(pause: timedelta) -> timedelta:
    return pause * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, hides nothing
