"""What follows when people have decided something about money.

The closing goes on from what they said, or the ledger is put right by postings of its own. Where
a payment stands is read from the ledger: what was booked under it, not only how it ended.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from xiaohu.access.models import StaffUser
from xiaohu.closures import alarms, claiming, moves, queries, repaying, submitting
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core.findings import DecisionNotPossible, FindingDecision, FindingKind, FindingSource
from xiaohu.core.money import Money
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.queue import effects
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import corrections, findings, suspense, unclaimed
from xiaohu.settlement.models import Finding

_D, _K = FindingDecision, FindingKind
_ENDED = {EffectState.DONE.value, EffectState.REFUSED.value}


@dataclass(frozen=True, slots=True)
class _Matter:
    """A decided finding with what it is about."""

    finding: Finding
    effect: Effect
    closing: Closing
    officer: StaffUser
    now: datetime

    @property
    def reserved_fen(self) -> int:
        """What was set aside for the payment."""
        return corrections.reserved(self.effect.pk) or 0

    @property
    def paid_fen(self) -> int:
        """What stands booked as paid under it."""
        return corrections.paid_under(self.effect.pk)

    @property
    def is_refused(self) -> bool:
        """Whether it ended without having been made."""
        return self.effect.state == EffectState.REFUSED.value

    @property
    def is_open(self) -> bool:
        """Whether the effect has not ended yet."""
        return self.effect.state not in _ENDED

    def go_on(self) -> None:
        """Let the closing go on from what was decided."""
        if self.closing.state == CaseState.REFUND_ATTENTION.value:
            moves.move_closing(
                self.closing,
                Action.RESUME_REFUND,
                actor=repaying.actor_for(self.officer),
                now=self.now,
                reason="decided",
            )
        _wake(self.closing, self.now)


def follow(finding: Finding, closing: Closing | None, officer: StaffUser, now: datetime) -> None:
    """Carry out what was decided of a locked finding. Call inside the deciding transaction.

    Raises:
        DecisionNotPossible: it would book money that is on its way elsewhere by now.
    """
    if closing is None:
        return
    then = _FOLLOWS.get((_K(finding.kind), _D(finding.decision)))
    effect = Effect.objects.filter(pk=finding.effect_id).first() if finding.effect_id else None
    if then is not None and effect is not None:
        then(_Matter(finding, effect, closing, officer, now))
    _take_up(closing, now)


def _take_up(closing: Closing, now: datetime) -> None:
    """Let a payment go on that only waited until the last finding about it was decided."""
    parked = closing.owner == HumanQueue.OPERATIONS.value and closing.next_action_at is None
    pays = closing.trouble.startswith(f"{Step.REFUND.value}_")
    elsewhere = closing.state == CaseState.REFUND_ATTENTION.value
    if parked and pays and not elsewhere and not findings.is_uncertain(closing.pk):
        _wake(closing, now)


def _wake(closing: Closing, now: datetime) -> None:
    if closing.is_open or claiming.open_of(closing.pk) is not None:
        alarms.set_closing_due(closing, at=now, now=now)


def _was_done(matter: _Matter) -> None:
    if matter.is_refused:
        _paid_after_all(matter, matter.reserved_fen)
    elif matter.is_open:
        effects.record(matter.effect.pk, state=EffectState.DONE, reference=matter.finding.proof)
        matter.go_on()


def _was_not_done(matter: _Matter) -> None:
    if matter.paid_fen:
        _owed_again(matter, matter.paid_fen)
        return
    if corrections.pending_under(matter.effect.pk):
        effects.record(matter.effect.pk, state=EffectState.REFUSED, reason=effects.DECIDED)
    elif matter.is_open:
        effects.send_afresh(matter.effect)
    if matter.closing.owner == HumanQueue.OPERATIONS.value:
        matter.go_on()


def _ours_stands(matter: _Matter) -> None:
    """Keep to our books: what was refused stays unpaid, what is open was paid as asked."""
    if not matter.is_refused:
        _was_done(matter)


def _theirs_stands(matter: _Matter) -> None:
    """Book what they really paid: the rest is paid once more, or owed where all has ended."""
    ours, theirs, booked = matter.reserved_fen, matter.finding.theirs_fen or 0, matter.paid_fen
    if not theirs:
        _was_not_done(matter)
    elif booked:  # What is above was not the holder's to begin with; they ask it back.
        _owed_again(matter, max(booked - theirs, 0))
    elif matter.is_refused:
        _paid_after_all(matter, min(theirs, ours))
    elif theirs >= ours:
        _was_done(matter)
    elif corrections.pending_under(matter.effect.pk):
        _paid_in_part(matter, theirs)


def _paid_in_part(matter: _Matter, amount_fen: int) -> None:
    effects.record(matter.effect.pk, state=EffectState.DONE, reference=matter.finding.proof)
    corrections.pay_part(
        closing_id=matter.closing.pk,
        effect_id=matter.effect.pk,
        amount_fen=amount_fen,
        now=matter.now,
    )
    matter.closing.refund_round += 1
    matter.go_on()


def _came_back(matter: _Matter) -> None:
    _owed_again(matter, matter.paid_fen or corrections.charged_under(matter.effect.pk))


def _not_back(matter: _Matter) -> None:
    """Book as paid again what was said to have come back and has not."""
    if matter.paid_fen:
        return
    amount_fen, case = corrections.charged_under(matter.effect.pk), matter.closing.case
    _paid_after_all(matter, amount_fen)
    if (
        corrections.paid_under(matter.effect.pk) and case.purged_at is None
    ):  # They were told that it had come back.
        submitting.tell(case, Notice.REFUNDED, now=matter.now, amount=Money(amount_fen).yuan())


def _owed_again(matter: _Matter, amount_fen: int) -> None:
    """Book that money came back after the end and is owed to the holder, who is told how to claim it."""
    if not amount_fen:
        return
    closing_id, key, now = matter.closing.pk, matter.effect.pk, matter.now
    years = queries.profile_of(matter.closing.case).refund.claim_years
    corrections.charge_back(closing_id=closing_id, effect_id=key, amount_fen=amount_fen, now=now)
    corrections.owe(
        closing_id=closing_id, effect_id=key, amount_fen=amount_fen, years=years, now=now
    )
    case, waits = matter.closing.case, unclaimed.of_closings([closing_id]).get(closing_id)
    if waits is not None and case.purged_at is None:
        claiming.tell(case, waits.claim_until, now=now)


def _not_booked(matter: _Matter) -> None:
    _paid_after_all(matter, matter.reserved_fen)


def _paid_after_all(matter: _Matter, amount_fen: int) -> None:
    """Book a payment that was believed refused or back.

    Where its money is no more here, it is either on its way again, and nobody can decide before
    that has ended, or it was paid twice, and people say who bears that.
    """
    if not amount_fen or matter.paid_fen:
        return
    closing_id, key = matter.closing.pk, matter.effect.pk
    if corrections.on_balance(closing_id) < amount_fen:
        _paid_twice(matter, amount_fen)
        return
    corrections.paid_after_all(
        closing_id=closing_id, effect_id=key, amount_fen=amount_fen, now=matter.now
    )
    if not corrections.on_balance(closing_id):
        matter.go_on()


def _paid_twice(matter: _Matter, amount_fen: int) -> None:
    """Leave to people who bears a payment that was made beside another one."""
    if corrections.pending_of(matter.closing.pk):
        raise DecisionNotPossible
    findings.note(
        operator=matter.finding.operator,
        kind=_K.PAID_TWICE,
        source=FindingSource(matter.finding.source),
        reference=matter.finding.reference,
        closing_id=matter.closing.pk,
        effect_id=matter.effect.pk,
        ours_fen=0,
        theirs_fen=amount_fen,
        now=matter.now,
    )


def _absorb(matter: _Matter) -> None:
    suspense.absorb(closing_id=matter.closing.pk, charge_id=matter.finding.pk, now=matter.now)


def _claim(matter: _Matter) -> None:
    suspense.claim(closing_id=matter.closing.pk, charge_id=matter.finding.pk, now=matter.now)


def _absorb_second(matter: _Matter) -> None:
    _suspend_second(matter)
    _absorb(matter)


def _claim_second(matter: _Matter) -> None:
    _suspend_second(matter)
    _claim(matter)


def _suspend_second(matter: _Matter) -> None:
    suspense.suspend(
        operator=matter.finding.operator,
        closing_id=matter.closing.pk,
        charge_id=matter.finding.pk,
        amount_fen=matter.finding.theirs_fen or 0,
        now=matter.now,
    )


_Follow = Callable[[_Matter], None]
_FOLLOWS: Mapping[tuple[FindingKind, FindingDecision], _Follow] = {
    (_K.EFFECT_UNRESOLVED, _D.WAS_DONE): _was_done,
    (_K.EFFECT_UNRESOLVED, _D.WAS_NOT_DONE): _was_not_done,
    (_K.CONTRADICTORY, _D.WAS_DONE): _was_done,
    (_K.CONTRADICTORY, _D.WAS_NOT_DONE): _was_not_done,
    (_K.WRONG_CURRENCY, _D.WAS_DONE): _was_done,
    (_K.WRONG_CURRENCY, _D.WAS_NOT_DONE): _was_not_done,
    (_K.WRONG_AMOUNT, _D.OURS_STANDS): _ours_stands,
    (_K.WRONG_AMOUNT, _D.THEIRS_STANDS): _theirs_stands,
    (_K.MISSING_AT_PROVIDER, _D.THEIRS_STANDS): _was_not_done,
    (_K.NOT_BOOKED, _D.THEIRS_STANDS): _not_booked,
    (_K.PAID_TWICE, _D.ABSORB): _absorb_second,
    (_K.PAID_TWICE, _D.CLAIM): _claim_second,
    (_K.LATE_CHARGE, _D.ABSORB): _absorb,
    (_K.LATE_CHARGE, _D.CLAIM): _claim,
    (_K.CHARGEBACK, _D.PAY_AGAIN): _came_back,
    (_K.CHARGEBACK, _D.OURS_STANDS): _not_back,
}
