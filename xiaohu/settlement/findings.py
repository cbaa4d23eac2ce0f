"""What a person must decide about money: noted once, proposed by one, decided by another.

All inner steps: call them inside the transaction of what was found, or of what follows.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from xiaohu.access.models import StaffUser
from xiaohu.core.findings import (
    FINDINGS,
    WHERE_MONEY_IS,
    DecisionReason,
    FindingDecision,
    FindingKind,
    FindingRule,
    FindingSource,
    normalise_proof,
    require_possible,
)
from xiaohu.core.reconciling import Difference
from xiaohu.core.refusals import ChangedSince, Refusal
from xiaohu.queue.asking import Question, Slot
from xiaohu.settlement.models import Finding
from xiaohu.trail import events


class FindingNotFound(Refusal):
    """There is no such finding at this operator."""

    code = "FINDING_NOT_FOUND"


class FindingDecided(Refusal):
    """Somebody has decided it by now."""

    code = "FINDING_DECIDED"


class NotYoursToDecide(Refusal):
    """Deciding it needs another role."""

    code = "NOT_YOURS_TO_DECIDE"


class NothingProposed(Refusal):
    """Nobody has proposed anything, so there is nothing to agree to."""

    code = "NOTHING_PROPOSED"


class SecondPersonNeeded(Refusal):
    """Whoever proposed a decision cannot be the second person."""

    code = "SECOND_PERSON_NEEDED"


def note(
    *,
    operator: str,
    kind: FindingKind,
    source: FindingSource,
    reference: str = "",
    closing_id: UUID | None = None,
    effect_id: UUID | None = None,
    ours_fen: int | None = None,
    theirs_fen: int | None = None,
    again: bool = False,
    now: datetime,
) -> Finding:
    """Note something found; the same once more changes nothing, decided or not.

    With `again` it is noted anew once the last was decided: it has happened once more.
    """
    same = {
        "operator": operator,
        "kind": kind.value,
        "source": source.value,
        "reference": reference[:64],
        "closing_id": closing_id,
        "effect_id": effect_id,
        "theirs_fen": theirs_fen,
    }
    newest = Finding.objects.filter(**same).order_by("-times")
    last = newest.first()
    times = last.times + (again and last.decided_at is not None) if last is not None else 1
    found = Finding(
        **same,
        times=times,
        ours_fen=ours_fen,
        found_at=now,
        two_people=FINDINGS[kind].two_people,
    )
    Finding.objects.bulk_create([found], ignore_conflicts=True)
    return newest[0]


def note_difference(
    one: Difference, *, operator: str, source: FindingSource, now: datetime
) -> Finding:
    """Note a difference, unless the same was found before, there or somewhere else."""
    return _known(one, operator) or note(
        operator=operator,
        kind=one.kind,
        source=source,
        reference=one.reference,
        closing_id=one.closing_id,
        effect_id=one.effect_id,
        ours_fen=one.ours_fen,
        theirs_fen=one.theirs_fen,
        now=now,
    )


def is_decided(one: Difference, *, operator: str) -> bool:
    """Say whether people have decided about a difference that is still there."""
    known = _known(one, operator)
    return known is not None and known.decided_at is not None


def _known(one: Difference, operator: str) -> Finding | None:
    """Return the newest finding of a difference."""
    same = Finding.objects.filter(operator=operator, kind=one.kind.value, effect_id=one.effect_id)
    if one.effect_id is None:
        same = same.filter(reference=one.reference[:64], closing_id=one.closing_id)
    if one.kind is not FindingKind.CHARGEBACK:  # However much is named, one payment came back.
        same = same.filter(theirs_fen=one.theirs_fen)
    return same.order_by("-found_at", "-times").first()


def note_chargeback(
    *,
    operator: str,
    reference: str,
    closing_id: UUID,
    effect_id: UUID,
    ours_fen: int,
    now: datetime,
) -> Finding:
    """Note that a payment came back; while that is undecided, whoever says it too adds nothing."""
    same = Finding.objects.filter(
        kind=FindingKind.CHARGEBACK.value, effect_id=effect_id, decided_at=None
    )
    return same.first() or note(
        operator=operator,
        kind=FindingKind.CHARGEBACK,
        source=FindingSource.CALLBACK,
        reference=reference,
        closing_id=closing_id,
        effect_id=effect_id,
        ours_fen=ours_fen,
        now=now,
    )


def open_ones(operator: str) -> QuerySet[Finding]:
    """Return what nobody has decided yet, the longest waiting first."""
    return Finding.objects.filter(operator=operator, decided_at=None).order_by("found_at", "pk")


def is_uncertain(closing_id: UUID) -> bool:
    """Say whether anything about where the money of a closing is has still to be decided."""
    return bool(_UNCERTAIN.rows(closing_id=closing_id))


_UNCERTAIN = Question(
    lambda: Finding.objects.filter(
        closing_id=Slot("closing_id"),
        kind__in=[kind.value for kind in WHERE_MONEY_IS],
        decided_at=None,
    ).values_list("pk")[:1]
)


def about(closing_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the newest undecided finding about each closing that has one; asks nothing for none."""
    if not closing_ids:
        return {}
    found = Finding.objects.filter(closing_id__in=list(closing_ids), decided_at=None)
    pairs = found.order_by("found_at", "pk").values_list("closing_id", "pk")
    return {closing_id: pk for closing_id, pk in pairs if closing_id is not None}


def lock(finding_id: UUID, officer: StaffUser) -> Finding:
    """Return an undecided finding, locked, that somebody may decide.

    Raises:
        FindingNotFound: none of this operator's.
        NotYoursToDecide: another role is needed.
        FindingDecided: too late.
    """
    mine = Finding.objects.select_for_update(no_key=True).filter(operator=officer.operator)
    finding = mine.filter(pk=finding_id).first()
    if finding is None:
        raise FindingNotFound
    if not any(officer.acts_as(kind) for kind in rule_of(finding).actors):
        raise NotYoursToDecide
    if finding.decided_at is not None:
        raise FindingDecided
    return finding


def propose(
    finding: Finding,
    *,
    decision: FindingDecision,
    why: DecisionReason,
    proof: str,
    officer: StaffUser,
    now: datetime,
) -> bool:
    """Propose a decision of a locked finding; return whether it is decided by that.

    It is, where one person suffices. A second proposal replaces the first.

    Raises:
        DecisionNotPossible: not of this kind.
        ProofRefused: no number of a document.
    """
    require_possible(FindingKind(finding.kind), decision)
    finding.proposal, finding.why, finding.proof = decision.value, why.value, normalise_proof(proof)
    finding.proposed_by_id, finding.proposed_at = officer.pk, now
    if not finding.two_people:
        _decide(finding, officer, now)
        return True
    finding.save()
    _tell(finding, "propose_finding", officer, now)
    return False


def seen_as(finding: Finding) -> str:
    """Return by what a proposal is known again: another one, or the same once more, differs."""
    at = finding.proposed_at.isoformat() if finding.proposed_at else ""
    said = (finding.proposal, finding.why, finding.proof, str(finding.proposed_by_id), at)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def decide(
    finding: Finding, *, officer: StaffUser, now: datetime, seen: str | None = None
) -> FindingDecision:
    """Agree to what somebody else proposed of a locked finding, and return it.

    `seen` is what the proposal was known by when it was looked at.

    Raises:
        NothingProposed: nobody did.
        SecondPersonNeeded: it was the same person.
        ChangedSince: another proposal was looked at.
    """
    if not finding.proposal:
        raise NothingProposed
    if seen is not None and seen != seen_as(finding):
        raise ChangedSince
    if finding.two_people and finding.proposed_by_id == officer.pk:
        raise SecondPersonNeeded
    _decide(finding, officer, now)
    return FindingDecision(finding.decision)


def reject(finding: Finding, *, officer: StaffUser, now: datetime) -> None:
    """Take a proposal off a locked finding; where there is none nothing changes."""
    if finding.proposal:
        _tell(finding, "reject_finding", officer, now)
    finding.proposal, finding.why, finding.proof = "", "", ""
    finding.proposed_by_id, finding.proposed_at = None, None
    finding.save()


def rule_of(finding: Finding) -> FindingRule:
    """Return what may be decided of a finding, and by whom."""
    return FINDINGS[FindingKind(finding.kind)]


def _decide(finding: Finding, officer: StaffUser, now: datetime) -> None:
    finding.decision = finding.proposal
    finding.decided_by_id, finding.decided_at = officer.pk, now
    finding.save()
    _tell(finding, "decide_finding", officer, now)


def _tell(finding: Finding, action: str, officer: StaffUser, now: datetime) -> None:
    kind = next(kind for kind in sorted(rule_of(finding).actors) if officer.acts_as(kind))
    events.record(
        operator=finding.operator,
        actor=officer.actor(kind),
        action=action,
        case_id=None,
        reason=finding.proposal,
        evidence={"finding": str(finding.pk), "why": finding.why, "proof": finding.proof},
        now=now,
    )
