"""An operator's Redis: keys of somebody go, keys of a longer number stay."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis

from tests.erasure.servers import Redis
from xiaohu.erasure.stores import file, key_value
from xiaohu.erasure.stores.file import StoresRefused
from xiaohu.erasure.stores.key_value import KeyValue
from xiaohu.erasure.stores.protocol import Identities, StoreAway
from xiaohu.erasure.stores.shape import IdentityKind, RedisStore

FILE = """
[stores.cache]
kind = "redis"
names = { zh = "缓存", en = "Cache" }
secret = "CACHE"
batch = 3
[stores.cache.datasets.sessions]
pattern = "session:{number}:*"
fields = { session = "credentials" }
[stores.cache.datasets.profile]
pattern = "profile:{subscription_id}"
fields = { profile = "contact" }
"""
THEIRS = Identities({IdentityKind.NUMBER: ("13000000001",), IdentityKind.SUBSCRIPTION: ("S*1",)})


def store() -> RedisStore:
    """Return the store the file tells of."""
    stores, wrong = file.parse(FILE)
    assert not wrong
    found = stores["cache"]
    assert isinstance(found, RedisStore)
    return found


@pytest.fixture
def keys(redis_server: Redis) -> "Iterator[redis.Redis]":
    """Return a client of the server, which holds keys of two people."""
    client = redis.Redis.from_url(redis_server.address, decode_responses=True)
    client.flushall()
    for number in ("13000000001", "130000000012", "13000000002"):
        for n in range(5):
            client.set(f"session:{number}:{n}", "x")
    for subscription in ("S*1", "S-1"):
        client.set(f"profile:{subscription}", "x")
    yield client
    client.close()


@pytest.fixture
def opened(redis_server: Redis) -> Iterator[KeyValue]:
    """Open it as the service does."""
    made = KeyValue("cache", store(), secret=redis_server.address)
    yield made
    made.close()


def test_erases_what_is_theirs_and_nothing_else(opened: KeyValue, keys: "redis.Redis") -> None:
    assert [opened.found(name, THEIRS) for name in opened.order()] == [5, 1]
    for name in opened.order():
        opened.erase(name, THEIRS, key=uuid4(), until=time.monotonic() + 10)
        assert opened.found(name, THEIRS) == 0
    left = sorted(str(key) for key in keys.keys("*"))
    assert len(left) == 11
    assert "profile:S-1" in left
    assert not [key for key in left if key.startswith("session:13000000001:")]


def test_an_identity_is_never_a_pattern(opened: KeyValue, keys: "redis.Redis") -> None:
    everybody = Identities({IdentityKind.NUMBER: ("130*",)})
    assert opened.found("sessions", everybody) == 0


def test_stops_when_its_time_is_over(opened: KeyValue, keys: "redis.Redis") -> None:
    opened.store = store().model_copy(update={"rows_per_second": 10})
    opened.erase("sessions", THEIRS, key=uuid4(), until=time.monotonic() + 0.2)
    assert opened.found("sessions", THEIRS) == 2


def test_a_pattern_over_many_keys_is_named(
    opened: KeyValue, keys: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opened.flaws(whole=True) == []
    monkeypatch.setattr(key_value, "MANY", 10)
    (flaw,) = opened.flaws(whole=True)
    assert (flaw.dataset, flaw.refused.params["why"], flaw.stops) == ("sessions", "scans", False)


def test_a_server_that_is_down_is_away(redis_server: Redis) -> None:
    with pytest.raises(StoreAway):
        KeyValue("cache", store(), secret=f"{redis_server.address}.none")


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(StoresRefused) as refused:
        KeyValue("cache", store(), secret="nowhere")
    assert refused.value.params["why"] == "not_an_address"
