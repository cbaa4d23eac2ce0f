"""Ids that grow with time (RFC 9562, version 7), so that indexes grow at their end.

With random ids every row of a large import touches another page of every index, and most of
the time goes into fetching them.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

_COUNTER_BITS, _RANDOM_BITS = 30, 44
_RANDOM_BYTES = 6
_VERSION, _VARIANT = 7 << 76, 2 << 62
_LOW = (1 << 62) - 1


def ids(now: datetime) -> Iterator[UUID]:
    """Return new ids of a moment, each above the one before, without end.

    A counter from a random start keeps them in order; 44 random bits keep them apart from those
    of another who began in the same millisecond.
    """
    moment = (round(now.timestamp() * 1000) & ((1 << 48) - 1)) << 80
    # Half of the counter is left, so that a billion ids fit before it would turn over.
    counter = int.from_bytes(os.urandom(4), "big") >> (32 - _COUNTER_BITS + 1)
    while True:
        counter += 1
        drawn = int.from_bytes(os.urandom(_RANDOM_BYTES), "big") >> (
            8 * _RANDOM_BYTES - _RANDOM_BITS
        )
        rest = (counter << _RANDOM_BITS) | drawn
        yield UUID(int=moment | _VERSION | (rest >> 62) << 64 | _VARIANT | (rest & _LOW))
