"""What people decide about money and about effects no machine can find out, and what follows.

One proposes with a reason and the number of a document, another agrees; then the closing goes on
from what they said, or the ledger is put right by postings of its own.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import consequences, moves
from xiaohu.closures.models import Closing
from xiaohu.core.findings import (
    DecisionNotPossible,
    DecisionReason,
    FindingDecision,
    FindingKind,
)
from xiaohu.core.steps import Step
from xiaohu.settlement import findings
from xiaohu.settlement.models import Finding

_D, _K = FindingDecision, FindingKind


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
        consequences.follow(finding, closing, officer, now)
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
    consequences.follow(finding, closing, officer, now)
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
