"""The three beats of an outside effect: intend (committed), call (no transaction), record.

Whatever dies in between, the next worker finds the effect row, looks up what became of it, and
goes on. The key is the effect's id, so sending it again cannot do it twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.work import (
    Progress,
    Work,
    ask_people,
    finish_step,
    take_back,
    try_later,
    wait_until,
)
from xiaohu.gateways.protocols import Answer, AnswerState
from xiaohu.queue import effects, faults
from xiaohu.queue.effects import Capabilities, Verdict
from xiaohu.queue.models import Effect, EffectState

LOOK_AGAIN = timedelta(seconds=3)


@dataclass(frozen=True, kw_only=True)
class Doing:
    """An effect: what it is called, what the provider can, how to call it, what follows.

    `prepare` runs in the first transaction, `done` in the last. `more` says that the step has
    another effect to come; `follows` reads from the answer after how long one does. `accepted`
    says how long to leave what is not ready; `refused` decides where a plain "no" leads, and
    without it people look at it; `unclear` is told of an answer that says neither.
    """

    kind: str
    can: Capabilities
    call: Callable[[UUID], Answer]
    look_up: Callable[[UUID], Answer]
    round: int = 0
    prepare: Callable[[Closing, Effect, datetime], None] | None = None
    done: Callable[[Closing, Effect, Answer, datetime], None] | None = None
    more: bool = False
    follows: Callable[[Answer], timedelta | None] | None = None
    accepted: Callable[[Effect, datetime], timedelta] | None = None
    unclear: Callable[[Closing, Effect, Answer, datetime], None] | None = None
    refused: Callable[[Closing, Effect, Answer, datetime], Progress] | None = None


def carry_out(work: Work, doing: Doing) -> Progress:
    """Bring an effect one beat further, or to its end."""
    effect, verdict = _intend(work, doing)
    if verdict is Verdict.WAIT:
        return _postpone(work, LOOK_AGAIN)
    if verdict is Verdict.ASK_A_PERSON:
        return _ask(work, f"{doing.kind}_unresolved")
    faults.hit(f"{doing.kind}.before_call")
    work.require_time()
    answer = doing.call(effect.pk) if verdict is Verdict.SEND else doing.look_up(effect.pk)
    faults.hit(f"{doing.kind}.after_call")
    progress = _record(work, doing, effect, answer)
    faults.hit(f"{doing.kind}.after_commit")
    return progress


def _intend(work: Work, doing: Doing) -> tuple[Effect, Verdict]:
    now = work.clock()
    with work.transaction() as closing:
        effect = effects.known(subject_id=closing.pk, kind=doing.kind, round_=doing.round)
        if effect is None:
            effect = effects.new(
                operator=closing.operator,
                subject_id=closing.pk,
                kind=doing.kind,
                round_=doing.round,
                now=now,
            )
        verdict = effects.verdict(effect, doing.can, now=now)
        if verdict is Verdict.SEND:
            effects.sending(effect, now=now)
            if doing.prepare is not None:
                doing.prepare(closing, effect, now)
    return effect, verdict


def _record(work: Work, doing: Doing, effect: Effect, answer: Answer) -> Progress:
    now, began = work.clock(), work.stopwatch()
    with work.transaction() as closing:
        progress = _consequence(closing, doing, effect, answer, now)
        faults.hit(f"{doing.kind}.after_record")
    if answer.state is AnswerState.DONE and progress is Progress.GOES_ON and not doing.more:
        work.held_since = began  # The step ended, and with it the lease was renewed.
    return progress


def _consequence(
    closing: Closing, doing: Doing, effect: Effect, answer: Answer, now: datetime
) -> Progress:
    match answer.state:
        case AnswerState.DONE:
            effects.record(effect.pk, state=EffectState.DONE, reference=answer.reference)
            if doing.done is not None:
                doing.done(closing, effect, answer, now)
            return _after(closing, doing, answer, now)
        case AnswerState.REFUSED:
            effects.record(effect.pk, state=EffectState.REFUSED, reason=answer.reason)
            if doing.refused is not None:
                return doing.refused(closing, effect, answer, now)
            trouble = f"{doing.kind}_refused"
            return ask_people(closing, HumanQueue.OPERATIONS, trouble=trouble, now=now)
        case AnswerState.ACCEPTED:
            effects.record(effect.pk, state=EffectState.UNKNOWN)
            pause = doing.accepted(effect, now) if doing.accepted is not None else LOOK_AGAIN
            return wait_until(closing, now + pause)
        case AnswerState.NOT_FOUND:
            effects.missed(effect, now=now)
            return wait_until(closing, now + effects.SECOND_LOOK_AFTER)
        case _:
            effects.record(effect.pk, state=EffectState.UNKNOWN)
            if doing.unclear is not None:
                doing.unclear(closing, effect, answer, now)
            trouble = f"{doing.kind}_unknown"
            return try_later(closing, trouble=trouble, now=now, heals=True)


def _after(closing: Closing, doing: Doing, answer: Answer, now: datetime) -> Progress:
    """Go on to the next step, or to what follows in this one."""
    pause = doing.follows(answer) if doing.follows is not None else None
    if pause is not None:
        take_back(closing)  # The other side has answered.
        return wait_until(closing, now + pause)
    if not doing.more:
        finish_step(closing, now=now)
    return Progress.GOES_ON


def _postpone(work: Work, by: timedelta) -> Progress:
    with work.transaction() as closing:
        return wait_until(closing, work.clock() + by)


def _ask(work: Work, trouble: str) -> Progress:
    with work.transaction() as closing:
        return ask_people(closing, HumanQueue.OPERATIONS, trouble=trouble, now=work.clock())
