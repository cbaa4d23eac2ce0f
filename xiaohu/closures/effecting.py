"""The three beats of an outside effect: intend (committed), call (no transaction), record.

Whatever dies in between, the next worker finds the effect row, looks up what became of it, and
goes on. The key is the effect's id, so sending it again cannot do it twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from xiaohu.closures import matching
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
from xiaohu.core.findings import FindingKind, FindingSource
from xiaohu.core.matching import Match, Outcome
from xiaohu.gateways.protocols import Answer, AnswerState
from xiaohu.queue import effects, faults
from xiaohu.queue.effects import Capabilities, Verdict
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import corrections, findings

LOOK_AGAIN = timedelta(seconds=3)


@dataclass(frozen=True, kw_only=True)
class Doing:
    """An effect: what it is called, what the provider can, how to call it, what follows.

    `waits` leaves an effect waiting in the first transaction; it is told of the one that was
    intended before. `prepare` runs there once it goes, `done` in the last. `more` says that the step has
    another effect to come; `follows` reads from the answer after how long one does. `accepted`
    decides how what is not ready is waited for; `refused` decides where a plain "no" leads, and
    without it people look at it; `unclear` is told of an answer that says neither. What `pays`
    sets money aside, so that it goes where case and closing say at that moment, and all that is
    said of it is weighed together.
    """

    kind: str
    can: Capabilities
    call: Callable[[UUID], Answer]
    look_up: Callable[[UUID], Answer]
    round: int = 0
    waits: Callable[[Closing, Effect | None, datetime], Progress | None] | None = None
    prepare: Callable[[Closing, Effect, datetime], None] | None = None
    done: Callable[[Closing, Effect, Answer, datetime], None] | None = None
    more: bool = False
    follows: Callable[[Answer], timedelta | None] | None = None
    accepted: Callable[[Closing, Effect, datetime], Progress] | None = None
    unclear: Callable[[Closing, Effect, Answer, datetime], None] | None = None
    pays: bool = False
    refused: Callable[[Closing, Effect, Answer, datetime], Progress] | None = None


def carry_out(work: Work, doing: Doing) -> Progress:
    """Bring an effect one beat further, or to its end."""
    intended = _intend(work, doing)
    if isinstance(intended, Progress):
        return intended
    effect, verdict = intended
    if verdict is Verdict.WAIT:
        return _postpone(work, LOOK_AGAIN)
    told = _told(effect, doing, verdict)
    if told is not None:
        return _record(work, doing, effect, told)
    if verdict is Verdict.ASK_A_PERSON:
        return _ask(work, doing, effect)
    faults.hit(f"{doing.kind}.before_call")
    work.require_time()
    answer = doing.call(effect.pk) if verdict is Verdict.SEND else doing.look_up(effect.pk)
    faults.hit(f"{doing.kind}.after_call")
    progress = _record(work, doing, effect, answer)
    faults.hit(f"{doing.kind}.after_commit")
    return progress


def _told(effect: Effect, doing: Doing, verdict: Verdict) -> Answer | None:
    """Return what is known without asking: decided by people, or told by one that cannot be asked."""
    if verdict is Verdict.DECIDED:
        done = effect.state == EffectState.DONE.value
        state = AnswerState.DONE if done else AnswerState.REFUSED
        return Answer(state=state, reference=effect.reference, reason=effect.reason)
    if not doing.pays or doing.can.lookup or effect.sent_at is None or verdict is Verdict.WAIT:
        return None
    told = matching.weigh(effect, None, lookup=False).outcome
    return None if told is Outcome.STILL_OPEN else Answer(state=AnswerState.UNKNOWN)


def _intend(work: Work, doing: Doing) -> tuple[Effect, Verdict] | Progress:
    now = work.clock()
    with work.transaction(fresh=doing.pays) as closing:
        known = effects.known(subject_id=closing.pk, kind=doing.kind, round_=doing.round)
        waits = doing.waits(closing, known, now) if doing.waits is not None else None
        if waits is not None:
            return waits
        effect = known or effects.new(
            operator=closing.operator,
            subject_id=closing.pk,
            kind=doing.kind,
            round_=doing.round,
            now=now,
        )
        verdict = _verdict(closing, effect, doing, now)
        if verdict is Verdict.SEND:
            effects.sending(effect, now=now)
            if doing.prepare is not None:
                doing.prepare(closing, effect, now)
    return effect, verdict


def _verdict(closing: Closing, effect: Effect, doing: Doing, now: datetime) -> Verdict:
    verdict = effects.verdict(effect, doing.can, now=now)
    if verdict is Verdict.SEND and doing.pays and findings.is_uncertain(closing.pk):
        return Verdict.ASK_A_PERSON  # Where money may be is not known: none is sent.
    return verdict


def _record(work: Work, doing: Doing, effect: Effect, answer: Answer) -> Progress:
    now, began = work.clock(), work.stopwatch()
    with work.transaction() as closing:
        weighed = _weighed(doing, effect, answer) if doing.pays else answer
        if isinstance(weighed, Match):
            progress = _park(closing, doing, effect, weighed, now)
        else:
            progress = _consequence(closing, doing, effect, weighed, now)
        faults.hit(f"{doing.kind}.after_record")
    if answer.state is AnswerState.DONE and progress is Progress.GOES_ON and not doing.more:
        work.held_since = began  # The step ended, and with it the lease was renewed.
    return progress


def _weighed(doing: Doing, effect: Effect, answer: Answer) -> Answer | Match:
    """Return an answer beside all that callbacks said, or a match that only people can settle."""
    if effect.state == EffectState.DONE.value or effect.reason == effects.DECIDED:
        return answer
    found = matching.weigh(effect, answer, lookup=doing.can.lookup)
    match found.outcome:
        case Outcome.PAID:
            return replace(answer, state=AnswerState.DONE, reference=found.reference)
        case Outcome.REFUSED | Outcome.RETURNED:
            reason = found.reason or found.outcome.value
            return replace(answer, state=AnswerState.REFUSED, reason=reason)
        case Outcome.STILL_OPEN:
            return answer
        case _:
            return found


def _park(closing: Closing, doing: Doing, effect: Effect, found: Match, now: datetime) -> Progress:
    """Leave a payment to people: the money stays set aside, and nothing says that it was paid."""
    effects.record(
        effect.pk, state=EffectState.UNKNOWN, reference=found.reference, reason=found.outcome
    )
    matching.note(effect, found, FindingSource.ANSWER, now=now)
    trouble = f"{doing.kind}_{found.outcome}"
    return ask_people(closing, HumanQueue.OPERATIONS, trouble=trouble, now=now)


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
            if doing.accepted is not None:
                return doing.accepted(closing, effect, now)
            return wait_until(closing, now + LOOK_AGAIN)
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


def _ask(work: Work, doing: Doing, effect: Effect) -> Progress:
    """Leave to people what no machine can find out, and no machine may repeat.

    What they decided, or was heard, since it was looked at is gone by at once: it is not parked.
    """
    now = work.clock()
    with work.transaction() as closing:
        known = effects.known(subject_id=closing.pk, kind=doing.kind, round_=doing.round) or effect
        verdict = _verdict(closing, known, doing, now)
        if verdict is not Verdict.ASK_A_PERSON or _told(known, doing, verdict) is not None:
            return wait_until(closing, now)
        if effect.sent_at is not None:
            findings.note(
                operator=effect.operator,
                kind=FindingKind.EFFECT_UNRESOLVED,
                source=FindingSource.EFFECT,
                reference=doing.kind,
                closing_id=closing.pk,
                effect_id=effect.pk,
                ours_fen=corrections.reserved(effect.pk) if doing.pays else None,
                again=True,
                now=now,
            )
        trouble = f"{doing.kind}_unresolved"
        return ask_people(closing, HumanQueue.OPERATIONS, trouble=trouble, now=now)
