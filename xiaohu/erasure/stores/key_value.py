"""Redis: keys that carry an identity in their name."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from uuid import UUID

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import (
    CALL_SECONDS,
    CONNECT_SECONDS,
    Connector,
    Flaw,
    Identities,
    StoreAway,
    pause,
)
from xiaohu.erasure.stores.shape import ANYTHING, RedisStore, around

MANY = 1_000_000
_LOOKED_AT_ONCE = 1000
_SPECIAL = re.compile(r"([\\*?\[\]^])")


class KeyValue(Connector):
    """An open Redis server."""

    def __init__(self, name: str, store: RedisStore, *, secret: str) -> None:
        self.name, self.store = name, store
        try:
            self._client = redis.Redis.from_url(
                secret,
                socket_connect_timeout=CONNECT_SECONDS,
                socket_timeout=CALL_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError:
            raise StoresRefused(field=f"stores.{name}.secret", why=Why.NOT_AN_ADDRESS) from None
        try:
            with self._speaking():
                self._client.ping()
        except BaseException:
            self.close()
            raise

    def order(self) -> Sequence[str]:
        """Return the datasets as the file lists them: keys refer to nothing."""
        return list(self.store.datasets)

    def flaws(self, *, whole: bool) -> Sequence[Flaw]:
        """Name patterns for which every key there is must be looked at, where there are many."""
        if not whole:
            return []
        with self._speaking():
            many = int(self._client.dbsize()) > MANY
        at = f"stores.{self.name}.datasets"
        return [
            Flaw(
                label,
                StoresRefused(field=f"{at}.{label}", why=Why.SCANS, value=keys.pattern),
                stops=False,
            )
            for label, keys in self.store.datasets.items()
            if many and ANYTHING in keys.pattern
        ]

    def found(self, dataset: str, identities: Identities) -> int:
        """Return how many keys are still there."""
        with self._speaking():
            return sum(1 for _ in self._keys(dataset, identities))

    def erase(self, dataset: str, identities: Identities, *, key: UUID, until: float) -> int:  # noqa: ARG002 - deleting a key twice is harmless
        """Delete keys, batch by batch."""
        began, done = time.monotonic(), 0
        with self._speaking():
            keys = self._keys(dataset, identities)
            while time.monotonic() < until and (some := list(islice(keys, self.store.batch))):
                self._client.unlink(*some)
                done += len(some)
                pause(done, began, self.store.rows_per_second, until)
        return done

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _keys(self, dataset: str, identities: Identities) -> Iterator[bytes]:
        keys = self.store.datasets[dataset]
        before, after = around(keys.pattern)
        for value in identities.of(keys.known_by):
            if ANYTHING not in keys.pattern:
                exact = f"{before}{value}{after}"
                if self._client.exists(exact):
                    yield exact.encode()
                continue
            pattern = before + _SPECIAL.sub(r"\\\1", value) + after
            yield from dict.fromkeys(self._client.scan_iter(pattern, count=_LOOKED_AT_ONCE))

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Talk to the server; its errors become ours, without what they quote."""
        try:
            yield
        except (redis.ConnectionError, redis.TimeoutError) as error:
            if isinstance(error, redis.AuthenticationError):
                raise StoresRefused(field=f"stores.{self.name}", why=Why.NOT_PERMITTED) from None
            raise StoreAway(store=self.name, why=Why.AWAY) from None
        except redis.RedisError:
            raise StoresRefused(field=f"stores.{self.name}", why=Why.NOT_PERMITTED) from None
