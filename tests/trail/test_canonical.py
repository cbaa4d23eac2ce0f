"""The hashed form of an event: one text for one event, whatever order its evidence came in."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.trail import events
from xiaohu.trail.models import Event

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def event(evidence: dict[str, str], at: datetime = NOON) -> Event:
    """Return an event that differs in nothing else."""
    return Event(pk=UUID(int=1), at=at, operator="demo", action="test", evidence=evidence)


@given(st.dictionaries(WORDS, WORDS, max_size=6))
def test_does_not_depend_on_the_order_of_evidence(evidence: dict[str, str]) -> None:
    form = events.canonical(event(evidence))
    assert form == events.canonical(event(dict(reversed(evidence.items()))))
    assert form == rfc8785.dumps(json.loads(form))
    assert json.loads(form)["evidence"] == evidence


@given(st.dictionaries(WORDS, WORDS, max_size=4), st.dictionaries(WORDS, WORDS, max_size=4))
def test_tells_different_evidence_apart(one: dict[str, str], other: dict[str, str]) -> None:
    assert (events.canonical(event(one)) == events.canonical(event(other))) == (one == other)


@given(st.integers(-14 * 60, 14 * 60))
def test_tells_time_in_utc_to_the_microsecond(minutes: int) -> None:
    local = NOON.astimezone(timezone(timedelta(minutes=minutes)))
    assert json.loads(events.canonical(event({}, local)))["ts"] == "2026-11-23T04:00:00.000000Z"
