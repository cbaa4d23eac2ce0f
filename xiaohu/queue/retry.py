"""How long to wait before trying again: growing, capped, and spread by chance."""

import random
from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=15)
TRIES = 8


def wait_before(attempt: int) -> timedelta:
    """Return the pause after the nth failed attempt (from 1): 5 s doubling up to 15 min, ± 25 %."""
    grown = min(FIRST * (1 << min(attempt - 1, 16)), LONGEST)
    return grown * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, hides nothing
