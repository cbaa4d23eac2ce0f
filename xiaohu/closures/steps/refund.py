"""Return what is left to the holder, exactly once.

A plain refusal by the bank brings the money back to the balance and the case to the person,
who chooses another way; the next try is a new effect.
"""

from collections.abc import Callable
from datetime import datetime

from xiaohu.closures import (
    agreeing,
    applying,
    claiming,
    clearing,
    holding,
    moves,
    payee_identity,
    paying,
    queries,
    refund_orders,
    submitting,
)
from xiaohu.closures.effecting import Doing, carry_out
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.ordering import line_of
from xiaohu.closures.work import (
    PERSON_HAS,
    Progress,
    Work,
    ask_people,
    finish_step,
    wait_until,
)
from xiaohu.core.actors import WORKER
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, Paid, paid
from xiaohu.core.destinations import DESTINATIONS, WITH_CONSENT
from xiaohu.core.facts import LineFacts
from xiaohu.core.money import Money
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.payouts import Returned
from xiaohu.core.profile import RefundRoute
from xiaohu.core.repaying import TRIES
from xiaohu.core.steps import Step
from xiaohu.core.unclaimed import Unclaimed
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import Answer, AnswerState, Payee
from xiaohu.queue import effects
from xiaohu.queue.models import Effect
from xiaohu.registry import lines
from xiaohu.screening import facts as screening
from xiaohu.settlement import findings, ledger, orders

UNRESOLVED = "refund_unresolved"
TO_CONFIRM, TRIES_OVER = "refund_to_confirm", "refund_tries_over"


def run(work: Work) -> Progress:
    """Pay the refundable amount, or go on where there is none."""
    closing = work.seen
    settled = ledger.of_closing(closing.pk)
    if settled is None:
        raise LookupError("a refund follows a settlement")
    known = screening.last(closing.pk)
    left = settled.left_fen
    begun = is_on_its_way(closing)
    if (known is not None and known.legal_hold) or (left > 0 and not begun):
        said = clearing.said_now(closing, now=work.clock())
        if said is not None and said.legal_hold:
            return holding.hold_back(work, said.hold_review_on)
    if left == 0:
        return _nothing_left(work)
    if _is_waived(closing, left):
        return _waived(work)
    if known is not None and _owner_unknown(closing, known):
        return _kept(work, Unclaimed.OWNER_UNKNOWN)
    if closing.case.refund_route == RefundRoute.COUNTER.value:
        return _kept(work, Unclaimed.COUNTER)
    payout = providers.payout()
    to: list[Payee] = []

    def reserve(closing: Closing, effect: Effect, now: datetime) -> None:
        _reserve(closing, effect, now)
        to.append(payee_now(closing))

    return carry_out(
        work,
        Doing(
            kind=Step.REFUND.value,
            round=closing.refund_round,
            can=payout.capabilities,
            call=lambda key: (
                payout.pay(amount_fen=left, payee=to[-1], reference=closing.case.reference, key=key)
                if begun or paying.reaches(closing.case)
                else Answer(state=AnswerState.REFUSED, reason=Returned.ACCOUNT_CLOSED.value)
            ),
            look_up=payout.look_up,
            pays=True,
            waits=under_order(left),
            prepare=reserve,
            done=_post,
            refused=_came_back,
        ),
    )


def under_order(amount_fen: int) -> Callable[[Closing, Effect | None, datetime], Progress | None]:
    """Return how a payment waits: for whoever must agree, or until it can no longer be stopped.

    One that has begun goes on, unless it was ordered anew since. The order is read with the closing
    locked, in the transaction that sends it: a word given meanwhile is seen, or comes after.
    """

    def waits(closing: Closing, begun: Effect | None, now: datetime) -> Progress | None:
        if begun is not None and orders.current(closing.pk) is None:
            return None
        order = refund_orders.standing(closing, amount_fen=amount_fen, now=now)
        if order.ended_at is not None:
            agreeing.bring_to_people(closing, order, now=now)
            return Progress.WAITS
        if order.missing:
            return ask_people(closing, HumanQueue.OPERATIONS, trouble=TO_CONFIRM, now=now)
        if order.held_until is not None and order.held_until > now:
            return wait_until(closing, order.held_until)
        return None

    return waits


def is_on_its_way(closing: Closing) -> bool:
    """Say whether the refund of this round was intended before."""
    round_ = closing.refund_round
    kind = Step.REFUND.value
    return effects.known(subject_id=closing.pk, kind=kind, round_=round_) is not None


def payee_now(closing: Closing) -> Payee:
    """Return whom a closing pays. Call where its order is sent, so that both are of one moment."""
    route = RefundRoute(closing.case.refund_route or RefundRoute.ORIGINAL)
    if route is RefundRoute.WAIVE:
        route = RefundRoute.ORIGINAL  # more is left than may be waived: it goes back all the same
    if DESTINATIONS[route].asks in WITH_CONSENT:
        chosen = paying.payee(closing.case)
        return Payee(
            route=route.value,
            name=entitled_name(closing),
            bank=chosen["bank"],
            account=chosen["account"],
        )
    to = paying.line_paid(closing.case) if route is RefundRoute.OTHER_LINE else None
    return Payee(route=route.value, subscription_id=(to or line_of(closing)).subscription_id)


def entitled_name(closing: Closing) -> str:
    """Return in whose name money goes back: the holder's, or whoever the law puts in their place."""
    rule = APPLICANTS[ApplicantKind(closing.case.applicant)]
    if rule.paid is Paid.APPLICANT:
        return applying.applicant(closing.case)["name"]
    return lines.holder_name(line_of(closing))


def _reserve(closing: Closing, effect: Effect, now: datetime) -> None:
    orders.send(closing.pk, effect_id=effect.pk, now=now)
    ledger.reserve_refund(closing_id=closing.pk, effect_id=effect.pk, now=now)


def _post(closing: Closing, effect: Effect, _answer: Answer, now: datetime) -> None:
    amount_fen = ledger.post_refund(closing_id=closing.pk, effect_id=effect.pk, ends=True, now=now)
    payee_identity.forget_served(closing.case)
    submitting.tell(closing.case, Notice.REFUNDED, now=now, amount=Money(amount_fen).yuan())


def _came_back(closing: Closing, effect: Effect, answer: Answer, now: datetime) -> Progress:
    ledger.return_refund(closing_id=closing.pk, effect_id=effect.pk, now=now)
    closing.refund_round += 1
    moves.move_closing(
        closing, Action.RETURN_PAYOUT, actor=WORKER, now=now, reason=answer.reason[:64]
    )
    submitting.tell(closing.case, Notice.REFUND_FAILED, now=now)
    if closing.refund_round >= TRIES:
        return ask_people(closing, HumanQueue.OPERATIONS, trouble=TRIES_OVER, now=now)
    return ask_people(
        closing, HumanQueue.SUBSCRIBER, trouble="refund_refused", now=now, due=PERSON_HAS
    )


def _nothing_left(work: Work) -> Progress:
    now = work.clock()
    with work.transaction() as closing:
        ledger.complete(closing_id=closing.pk, now=now)
        finish_step(closing, now=now)
    return Progress.GOES_ON


def _is_waived(closing: Closing, left_fen: int) -> bool:
    """Say whether the holder left it to the operator, and it is as little as was said then."""
    case = closing.case
    if case.refund_route != RefundRoute.WAIVE.value:
        return False
    before_fen = ledger.waived_of(each.pk for each in queries.closings_of(case))
    return before_fen + left_fen <= queries.profile_of(case).refund.waiver_up_to_fen


def _waived(work: Work) -> Progress:
    now = work.clock()
    with work.transaction() as closing:
        if findings.is_uncertain(closing.pk):
            return ask_people(closing, HumanQueue.OPERATIONS, trouble=UNRESOLVED, now=now)
        ledger.waive(closing_id=closing.pk, now=now)
        ledger.complete(closing_id=closing.pk, now=now)
        finish_step(closing, now=now)
    return Progress.GOES_ON


def _owner_unknown(closing: Closing, known: LineFacts) -> bool:
    kind = ApplicantKind(closing.case.applicant)
    return paid(kind, registered=known.is_registered) is Paid.NOBODY


def _kept(work: Work, why: Unclaimed) -> Progress:
    """Book it as owed: it waits at the counter, or for whoever proves to be entitled."""
    now = work.clock()
    with work.transaction() as closing:
        if findings.is_uncertain(closing.pk):
            return ask_people(closing, HumanQueue.OPERATIONS, trouble=UNRESOLVED, now=now)
        name = "" if why is Unclaimed.OWNER_UNKNOWN else entitled_name(closing)
        claiming.book(closing, why, name=name, now=now)
        finish_step(closing, now=now)
    return Progress.GOES_ON
