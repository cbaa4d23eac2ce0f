"""Carrying a claim on: the closing has ended, its money goes by a new effect of the same kind."""

from datetime import datetime

from xiaohu.closures import claiming, clearing, holding, paying, submitting
from xiaohu.closures.effecting import Doing, carry_out
from xiaohu.closures.models import Closing
from xiaohu.closures.steps.refund import is_on_its_way, under_order
from xiaohu.closures.work import Progress, Work
from xiaohu.core.money import Money
from xiaohu.core.notices import Notice
from xiaohu.core.steps import Step
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import Answer, Payee
from xiaohu.queue.models import Effect
from xiaohu.settlement import ledger, orders, unclaimed


def go_on(work: Work) -> Progress:
    """Pay a claim that is due; a closing without one has nothing to do."""
    closing = work.seen
    if claiming.open_of(closing.pk) is None:
        return Progress.WAITS
    settled = ledger.of_closing(closing.pk)
    if settled is None:
        raise LookupError("a claim follows a settlement")
    amount_fen = settled.unclaimed_fen or settled.left_fen
    begun = is_on_its_way(closing)
    said = clearing.said_now(closing, now=work.clock()) if not begun else None
    if said is not None and said.legal_hold:
        return holding.hold_back(work, said.hold_review_on)
    payout = providers.payout()
    to: list[Payee] = []

    def take(closing: Closing, effect: Effect, now: datetime) -> None:
        _take(closing, effect, now)
        to.append(_payee_now(closing))

    return carry_out(
        work,
        Doing(
            kind=Step.REFUND.value,
            round=closing.refund_round,
            can=payout.capabilities,
            call=lambda key: payout.pay(
                amount_fen=amount_fen, payee=to[-1], reference=closing.case.reference, key=key
            ),
            look_up=payout.look_up,
            pays=True,
            waits=under_order(amount_fen),
            prepare=take,
            done=_paid,
            more=True,
            refused=_came_back,
        ),
    )


def _payee_now(closing: Closing) -> Payee:
    """Return whom a closing pays. Call where its order is sent."""
    chosen = paying.payee(closing.case)
    return Payee(
        route=closing.case.refund_route,
        name=chosen[claiming.NAME],
        bank=chosen["bank"],
        account=chosen["account"],
    )


def _take(closing: Closing, effect: Effect, now: datetime) -> None:
    orders.send(closing.pk, effect_id=effect.pk, now=now)
    unclaimed.take(closing_id=closing.pk, effect_id=effect.pk, now=now)


def _paid(closing: Closing, effect: Effect, _answer: Answer, now: datetime) -> None:
    amount_fen = unclaimed.paid(closing_id=closing.pk, effect_id=effect.pk, now=now)
    _end(closing, paid=True, now=now)
    submitting.tell(closing.case, Notice.REFUNDED, now=now, amount=Money(amount_fen).yuan())


def _came_back(closing: Closing, effect: Effect, _answer: Answer, now: datetime) -> Progress:
    unclaimed.back(closing_id=closing.pk, effect_id=effect.pk, now=now)
    _end(closing, paid=False, now=now)
    submitting.tell(closing.case, Notice.REFUND_FAILED, now=now)
    return Progress.WAITS


def _end(closing: Closing, *, paid: bool, now: datetime) -> None:
    claim = claiming.open_of(closing.pk)
    if claim is not None:
        claiming.end(claim, closing, paid=paid, now=now)
