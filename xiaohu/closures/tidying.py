"""Clearing what a holder would leave behind at the operator, as they choose and when they choose."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import drafting, exporting, queries
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import Actor
from xiaohu.core.bindings import LeftBehind
from xiaohu.core.proofs import TWO_KINDS, IdentityUnverified
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import Answer, AnswerState, Order
from xiaohu.queue import effects
from xiaohu.queue.effects import Verdict
from xiaohu.queue.models import Effect, EffectState
from xiaohu.registry.models import Line
from xiaohu.trail import events

SAID = {
    AnswerState.DONE: EffectState.DONE,
    AnswerState.REFUSED: EffectState.REFUSED,
}


def left_behind(case: Case) -> Mapping[LeftBehind, int]:
    """Return how much of each kind is saved for the lines of a request, asked of the operator.

    Raises:
        GatewayUnavailable: the operator does not answer.
        UnknownLine: it has no such line.
    """
    found = dict.fromkeys(LeftBehind, 0)
    for line in queries.lines_of_case(case):
        said = providers.operator().left_behind(line.subscription_id)
        for kind in LeftBehind:
            found[kind] += said.get(kind.value, 0)
    return found


def clear(
    *, case_id: UUID, kinds: Collection[LeftBehind], actor: Actor, now: datetime
) -> tuple[LeftBehind, ...]:
    """Have what was chosen cleared, and return what the operator did not confirm.

    Each is intended, ordered and recorded. What was not confirmed is looked up before it is ever
    ordered again, under the same key, so that repeating is harmless.

    Raises:
        IdentityUnverified: nothing is cleared for somebody who only signed in.
        NotEditable: already submitted.
    """
    open_: list[LeftBehind] = []
    for closing in queries.closings_of(Case.objects.get(pk=case_id)):
        for kind in LeftBehind:
            if kind in kinds and not _clear_one(closing, kind, actor, now):
                open_.append(kind)
    return tuple(dict.fromkeys(open_))


def _clear_one(closing: Closing, kind: LeftBehind, actor: Actor, now: datetime) -> bool:
    if closing.line is None:
        return True
    effect, verdict = _intend(closing, kind, now)
    if verdict is Verdict.DECIDED:
        return effect.state == EffectState.DONE.value
    answer = _ask(effect, verdict, closing.line, kind)
    if answer is None:
        return False  # Too soon to ask, or nobody but people can find out.
    with transaction.atomic(durable=True):
        if answer.state is AnswerState.NOT_FOUND:
            effects.missed(effect, now=now)
            return False
        state = SAID.get(answer.state, EffectState.UNKNOWN)
        effects.record(effect.pk, state=state, reference=answer.reference, reason=answer.reason)
        if state is EffectState.DONE:
            events.record(
                operator=closing.operator,
                actor=actor,
                action="clear",
                case_id=closing.case_id,
                evidence={"cleared": kind.value, "reference": answer.reference},
                now=now,
            )
    return answer.state in {AnswerState.DONE, AnswerState.ACCEPTED}


def _ask(effect: Effect, verdict: Verdict, line: Line, kind: LeftBehind) -> Answer | None:
    """Order it, or look up what became of the order; outside any transaction."""
    operator = providers.operator()
    if verdict is Verdict.SEND:
        return operator.order(Order.CLEAR, line.subscription_id, key=effect.pk, detail=kind.value)
    return operator.look_up_order(effect.pk) if verdict is Verdict.LOOK_UP else None


@transaction.atomic(durable=True)
def _intend(closing: Closing, kind: LeftBehind, now: datetime) -> tuple[Effect, Verdict]:
    """Write down what is about to be ordered, and say what may be done about it."""
    case = drafting.editable(closing.case_id)
    if not exporting.proved(case):
        raise IdentityUnverified(level=TWO_KINDS)
    name = f"clear_{kind.value}"
    effect = effects.known(subject_id=closing.pk, kind=name, round_=0) or effects.new(
        operator=closing.operator, subject_id=closing.pk, kind=name, round_=0, now=now
    )
    if effect.state == EffectState.REFUSED.value:
        effects.send_afresh(effect)  # Nothing was done: it may be asked for again.
    verdict = effects.verdict(effect, providers.operator().capabilities, now=now)
    if verdict is Verdict.SEND:
        effects.sending(effect, now=now)
    return effect, verdict
