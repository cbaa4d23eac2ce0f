"""Ids grow with time, say they are of version 7, and never come twice."""

from datetime import UTC, datetime, timedelta
from itertools import islice

from xiaohu.registry.ids import ids

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_each_is_above_the_one_before_and_of_its_moment() -> None:
    drawn = list(islice(ids(NOON), 10_000))
    assert drawn == sorted(set(drawn))
    assert {(each.version, each.variant) for each in drawn} == {(7, "specified in RFC 4122")}
    assert {each.int >> 80 for each in drawn} == {round(NOON.timestamp() * 1000)}
    later = next(ids(NOON + timedelta(milliseconds=1)))
    assert later > drawn[-1]


def test_two_who_begin_at_once_never_meet() -> None:
    assert not set(islice(ids(NOON), 5000)) & set(islice(ids(NOON), 5000))
