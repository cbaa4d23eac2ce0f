"""What may be done about an effect whose outcome is not known."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from xiaohu.queue import effects
from xiaohu.queue.effects import Capabilities, Verdict
from xiaohu.queue.models import Effect, EffectState

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FULL = Capabilities(
    idempotent=True,
    lookup=True,
    callback=True,
    asynchronous=False,
    key_lifetime=timedelta(hours=24),
    settle_delay=timedelta(seconds=5),
)


def able(**changes: object) -> Capabilities:
    """Return the full capabilities with changes."""
    return Capabilities(**{**{name: getattr(FULL, name) for name in FULL.__slots__}, **changes})


def effect(
    *, sent: timedelta | None = None, misses: int = 0, missed: timedelta | None = None
) -> Effect:
    """Return an effect sent and looked for that long ago."""
    made = Effect(operator="demo", kind="refund")
    if sent is not None:
        made.sent_at = made.first_sent_at = NOON - sent
    made.misses = misses
    made.missed_at = NOON - missed if missed is not None else None
    return made


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("case", "can", "says"),
    [
        (effect(), FULL, Verdict.SEND),
        (effect(sent=timedelta(seconds=1)), FULL, Verdict.WAIT),
        (effect(sent=MINUTE), FULL, Verdict.LOOK_UP),
        (effect(sent=MINUTE, misses=1, missed=timedelta(seconds=10)), FULL, Verdict.WAIT),
        (effect(sent=2 * MINUTE, misses=1, missed=MINUTE), FULL, Verdict.LOOK_UP),
        (effect(sent=3 * MINUTE, misses=2, missed=MINUTE), FULL, Verdict.SEND),
        (effect(sent=22 * HOUR, misses=2, missed=MINUTE), FULL, Verdict.SEND),
        (effect(sent=25 * HOUR, misses=2, missed=MINUTE), FULL, Verdict.ASK_A_PERSON),
        (effect(sent=23 * HOUR, misses=2, missed=MINUTE), FULL, Verdict.ASK_A_PERSON),
        (effect(sent=HOUR, misses=2, missed=MINUTE), able(idempotent=False), Verdict.ASK_A_PERSON),
        (effect(sent=HOUR), able(idempotent=False), Verdict.LOOK_UP),
        (effect(sent=HOUR), able(lookup=False), Verdict.SEND),
        (effect(sent=HOUR), able(lookup=False, idempotent=False), Verdict.ASK_A_PERSON),
        (effect(), able(lookup=False, idempotent=False), Verdict.SEND),
    ],
)
def test_decides_from_what_the_provider_declares(
    case: Effect, can: Capabilities, says: Verdict
) -> None:
    assert effects.verdict(case, can, now=NOON) is says


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "reason"),
    [(EffectState.DONE, ""), (EffectState.REFUSED, effects.DECIDED)],
)
def test_an_answer_that_says_nothing_does_not_undo_what_people_decided_meanwhile(
    state: EffectState, reason: str
) -> None:
    asked = effects.new(operator="demo", subject_id=uuid4(), kind="refund", round_=0, now=NOON)
    effects.sending(asked, now=NOON)
    effects.record(asked.pk, state=state, reference="HD-1", reason=reason)
    effects.record(asked.pk, state=EffectState.UNKNOWN)
    asked.refresh_from_db()
    assert (asked.state, asked.reference, asked.reason) == (state, "HD-1", reason)


@pytest.mark.django_db
def test_what_is_known_is_written_down() -> None:
    asked = effects.new(operator="demo", subject_id=uuid4(), kind="refund", round_=0, now=NOON)
    effects.sending(asked, now=NOON)
    effects.record(asked.pk, state=EffectState.UNKNOWN)
    effects.record(asked.pk, state=EffectState.DONE, reference="PAY-1")
    asked.refresh_from_db()
    assert (asked.state, asked.reference) == (EffectState.DONE, "PAY-1")
