"""Providers of the model: what they did is the truth, whatever they answered."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from xiaohu.gateways.protocols import Answer, AnswerState
from xiaohu.queue.effects import Capabilities

KEYS_LIVE = timedelta(hours=24)
SETTLES_IN = timedelta(seconds=2)


class Mood(StrEnum):
    """How a provider treats the next call."""

    GOOD = "good"
    LOSES_REQUEST = "loses_request"  # it never arrives
    LOSES_ANSWER = "loses_answer"  # it happens, and nobody hears of it
    LATE = "late"  # it happens a moment later, and nobody hears of it
    ACCEPTS = "accepts"  # it happens at once, and is called accepted
    REFUSES = "refuses"
    AWAY = "away"


@dataclass
class Deed:
    """One thing that really happened."""

    key: UUID
    amount_fen: int
    visible_at: datetime
    asked_at: datetime


@dataclass
class Provider:
    """One provider, with the abilities it declares and the clock it lives by."""

    can: Capabilities
    mood: Mood = Mood.GOOD
    deeds: list[Deed] = field(default_factory=list)

    def do(self, key: UUID, amount_fen: int, *, now: datetime) -> Answer:
        """Do it, unless the key is remembered."""
        mood, self.mood = self.mood, Mood.GOOD
        if mood in {Mood.LOSES_REQUEST, Mood.AWAY}:
            return Answer(state=AnswerState.UNKNOWN)
        known = self._remembered(key, now) if self.can.idempotent else None
        if known is None and mood is Mood.REFUSES:
            return Answer(state=AnswerState.REFUSED, reason="account_closed")
        if known is None:
            wait = SETTLES_IN / 2 if mood is Mood.LATE else timedelta()
            self.deeds.append(Deed(key, amount_fen, now + wait, now))
        if mood in {Mood.LOSES_ANSWER, Mood.LATE}:
            return Answer(state=AnswerState.UNKNOWN)
        if mood is Mood.ACCEPTS:
            return Answer(state=AnswerState.ACCEPTED)
        return Answer(state=AnswerState.DONE, reference="PAY-1")

    def look_up(self, key: UUID, *, now: datetime) -> Answer:
        """Say what became of a key, as long as it is remembered."""
        if self.mood is Mood.AWAY:
            self.mood = Mood.GOOD
            return Answer(state=AnswerState.UNKNOWN)
        known = self._remembered(key, now)
        if known is None or known.visible_at > now:
            return Answer(state=AnswerState.NOT_FOUND)
        return Answer(state=AnswerState.DONE, reference="PAY-1")

    def done_under(self, key: UUID) -> int:
        """Count how often something really happened under a key."""
        return sum(deed.key == key for deed in self.deeds)

    def _remembered(self, key: UUID, now: datetime) -> Deed | None:
        fresh = (d for d in self.deeds if d.key == key and now - d.asked_at < self.can.key_lifetime)
        return next(fresh, None)


def capabilities(*, idempotent: bool, lookup: bool) -> Capabilities:
    """Return what a provider of the model declares."""
    return Capabilities(
        idempotent=idempotent,
        lookup=lookup,
        callback=True,
        asynchronous=True,
        key_lifetime=KEYS_LIVE,
        settle_delay=SETTLES_IN,
    )
