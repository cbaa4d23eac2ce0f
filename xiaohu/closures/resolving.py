"""What people decide about money and about effects no machine can find out, and what follows.

One proposes with a reason and the number of a document, another agrees; then the closing goes on
from what they said, or the ledger is put right by postings of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import alarms, claiming, moves, queries
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import (
    DecisionNotPossible,
    DecisionReason,
    FindingDecision,
    FindingKind,
)
from xiaohu.core.moves import Action
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.queue import effects
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import corrections, findings, suspense
from xiaohu.settlement.models import Finding

_D, _K = FindingDecision, FindingKind
_ENDED = {EffectState.DONE.value, EffectState.REFUSED.value}


@transaction.atomic(durable=True)
def propose(
    *,
    finding_id: UUID,
    decision: FindingDecision,
    why: DecisionReason,
    proof: str,
    officer: StaffUser,
    now: datetime,
) -> Finding:
    """Say what is to become of a finding; where one person suffices it is decided by that.

    Raises:
        FindingNotFound, NotYoursToDecide, FindingDecided: not this one, not by this person.
        DecisionNotPossible: not this kind, or not for this effect.
        ProofRefused: no number of a document.
    """
    closing = _locked(finding_id)
    finding = findings.lock(finding_id, officer)
    _require_possible(finding, decision)
    if findings.propose(finding, decision=decision, why=why, proof=proof, officer=officer, now=now):
        _follow(finding, closing, officer, now)
    return finding


@transaction.atomic(durable=True)
def agree(
    *, finding_id: UUID, officer: StaffUser, now: datetime, seen: str | None = None
) -> Finding:
    """Decide as another person proposed, and carry it out; `seen` is the proposal looked at.

    Raises:
        FindingNotFound, NotYoursToDecide, FindingDecided: as `propose`.
        NothingProposed, SecondPersonNeeded: nobody else proposed anything.
        ChangedSince: it is another proposal by now.
    """
    closing = _locked(finding_id)
    finding = findings.lock(finding_id, officer)
    findings.decide(finding, officer=officer, now=now, seen=seen)
    _follow(finding, closing, officer, now)
    return finding


@transaction.atomic(durable=True)
def reject(*, finding_id: UUID, officer: StaffUser, now: datetime) -> Finding:
    """Take a proposal off a finding; harmless to repeat.

    Raises:
        FindingNotFound, NotYoursToDecide, FindingDecided: as `propose`.
    """
    finding = findings.lock(finding_id, officer)
    findings.reject(finding, officer=officer, now=now)
    return finding


def possible(finding: Finding) -> tuple[FindingDecision, ...]:
    """Return what may be decided of a finding: nobody can say for the operator what a bill says."""
    decisions = findings.rule_of(finding).decisions
    if finding.kind == _K.EFFECT_UNRESOLVED and finding.reference == Step.COLLECT_BILL.value:
        return tuple(each for each in decisions if each is not _D.WAS_DONE)
    return decisions


def _require_possible(finding: Finding, decision: FindingDecision) -> None:
    if decision not in possible(finding):
        raise DecisionNotPossible


def _locked(finding_id: UUID) -> Closing | None:
    """Return the closing of a finding, locked after its case; the finding is locked last."""
    closing_id = Finding.objects.values_list("closing_id", flat=True).filter(pk=finding_id).first()
    found = Closing.objects.filter(pk=closing_id).first() if closing_id else None
    if found is None:
        return None
    case = moves.lock(found.case_id)
    closing = Closing.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.pk)
    closing.case = case
    return closing


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
    def is_open(self) -> bool:
        """Whether the effect has not ended yet."""
        return self.effect.state not in _ENDED

    def go_on(self) -> None:
        """Let the closing go on from what was decided."""
        if self.closing.state == CaseState.REFUND_ATTENTION.value:
            moves.move_closing(
                self.closing,
                Action.RESUME_REFUND,
                actor=self.officer.actor(ActorKind.FINANCE),
                now=self.now,
                reason="decided",
            )
        if self.closing.is_open or claiming.open_of(self.closing.pk) is not None:
            alarms.set_closing_due(self.closing, at=self.now, now=self.now)


def _follow(finding: Finding, closing: Closing | None, officer: StaffUser, now: datetime) -> None:
    follow = _FOLLOWS.get((_K(finding.kind), _D(finding.decision)))
    effect = Effect.objects.filter(pk=finding.effect_id).first() if finding.effect_id else None
    if follow is not None and closing is not None and effect is not None:
        follow(_Matter(finding, effect, closing, officer, now))


def _was_done(matter: _Matter) -> None:
    if matter.effect.state == EffectState.REFUSED.value:
        _paid_after_all(matter)
    elif matter.is_open:
        effects.record(matter.effect.pk, state=EffectState.DONE, reference=matter.finding.proof)
        matter.go_on()


def _was_not_done(matter: _Matter) -> None:
    if matter.effect.state == EffectState.DONE.value:
        _owed_again(matter, matter.reserved_fen)
        return
    if matter.is_open:
        if matter.reserved_fen:
            effects.record(matter.effect.pk, state=EffectState.REFUSED, reason=effects.DECIDED)
        else:
            effects.send_afresh(matter.effect)
    if matter.closing.owner == HumanQueue.OPERATIONS.value:
        matter.go_on()


def _theirs_stands(matter: _Matter) -> None:
    """Book what they really paid: the rest is paid once more, or owed where all has ended."""
    ours, theirs = matter.reserved_fen, matter.finding.theirs_fen or 0
    if theirs >= ours:  # What is above was not the holder's to begin with; they ask it back.
        _was_done(matter)
    elif matter.effect.state == EffectState.DONE.value:
        _owed_again(matter, ours - theirs)
    elif matter.is_open and theirs > 0:
        effects.record(matter.effect.pk, state=EffectState.DONE, reference=matter.finding.proof)
        corrections.pay_part(
            closing_id=matter.closing.pk,
            effect_id=matter.effect.pk,
            amount_fen=theirs,
            now=matter.now,
        )
        matter.closing.refund_round += 1
        matter.go_on()


def _came_back(matter: _Matter) -> None:
    _owed_again(matter, matter.reserved_fen)


def _owed_again(matter: _Matter, amount_fen: int) -> None:
    """Book that money came back after the end, and that it is owed to the holder."""
    closing_id, key, now = matter.closing.pk, matter.effect.pk, matter.now
    years = queries.profile_of(matter.closing.case).refund.claim_years
    corrections.charge_back(closing_id=closing_id, effect_id=key, amount_fen=amount_fen, now=now)
    corrections.owe(
        closing_id=closing_id, effect_id=key, amount_fen=amount_fen, years=years, now=now
    )


def _paid_after_all(matter: _Matter) -> None:
    """Book a payment that was believed refused or back, if its money is still here."""
    fen = matter.reserved_fen
    if fen and corrections.on_balance(matter.closing.pk) >= fen:
        corrections.paid_after_all(
            closing_id=matter.closing.pk,
            effect_id=matter.effect.pk,
            amount_fen=fen,
            now=matter.now,
        )
        matter.go_on()


def _absorb(matter: _Matter) -> None:
    suspense.absorb(closing_id=matter.closing.pk, charge_id=matter.finding.pk, now=matter.now)


def _claim(matter: _Matter) -> None:
    suspense.claim(closing_id=matter.closing.pk, charge_id=matter.finding.pk, now=matter.now)


_Follow = Callable[[_Matter], None]
_FOLLOWS: Mapping[tuple[FindingKind, FindingDecision], _Follow] = {
    (_K.EFFECT_UNRESOLVED, _D.WAS_DONE): _was_done,
    (_K.EFFECT_UNRESOLVED, _D.WAS_NOT_DONE): _was_not_done,
    (_K.CONTRADICTORY, _D.WAS_DONE): _was_done,
    (_K.CONTRADICTORY, _D.WAS_NOT_DONE): _was_not_done,
    (_K.WRONG_CURRENCY, _D.WAS_DONE): _was_done,
    (_K.WRONG_CURRENCY, _D.WAS_NOT_DONE): _was_not_done,
    (_K.WRONG_AMOUNT, _D.OURS_STANDS): _was_done,
    (_K.WRONG_AMOUNT, _D.THEIRS_STANDS): _theirs_stands,
    (_K.NOT_BOOKED, _D.THEIRS_STANDS): _paid_after_all,
    (_K.LATE_CHARGE, _D.ABSORB): _absorb,
    (_K.LATE_CHARGE, _D.CLAIM): _claim,
    (_K.CHARGEBACK, _D.PAY_AGAIN): _came_back,
    (_K.CHARGEBACK, _D.OURS_STANDS): _paid_after_all,
}
