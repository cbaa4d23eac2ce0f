"""What is decided of a finding: only what is possible, agreed by another, or taken off again."""

import pytest

from tests.closures.test_repaying import came_back, finance, maybe_paid
from tests.stories import OPERATOR, World, closing_of
from xiaohu.closures import resolving
from xiaohu.core.findings import (
    DecisionNotPossible,
    DecisionReason,
    FindingDecision,
    FindingKind,
    FindingSource,
)
from xiaohu.core.steps import Step
from xiaohu.settlement import findings
from xiaohu.settlement.findings import FindingNotFound, NothingProposed
from xiaohu.settlement.models import Finding

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
D = FindingDecision


def propose(world: World, finding: Finding, decision: FindingDecision) -> Finding:
    """Propose a decision as Qian of finance."""
    return resolving.propose(
        finding_id=finding.pk,
        decision=decision,
        why=DecisionReason.SLIP_SEEN,
        proof="SLIP-1",
        officer=finance(),
        now=world.now,
    )


def unreadable(world: World) -> Finding:
    """Return a finding that is about no closing."""
    return findings.note(
        operator=OPERATOR,
        kind=FindingKind.UNREADABLE,
        source=FindingSource.CALLBACK,
        reference="PAY-000001",
        now=world.now,
    )


def unresolved(world: World, step: Step) -> Finding:
    """Return a finding about what nobody knows the end of."""
    case = came_back(world)
    return findings.note(
        operator=OPERATOR,
        kind=FindingKind.EFFECT_UNRESOLVED,
        source=FindingSource.EFFECT,
        reference=step.value,
        closing_id=closing_of(case).pk,
        now=world.now,
    )


def test_what_is_about_no_closing_is_decided_alone(world: World) -> None:
    decided = propose(world, unreadable(world), D.NO_MATTER)
    assert (decided.decision, decided.decided_at) == (D.NO_MATTER, world.now)


def test_a_proposal_taken_off_can_no_longer_be_agreed_to(world: World) -> None:
    finding = maybe_paid(world, came_back(world))
    propose(world, finding, D.WAS_NOT_DONE)
    for _ in range(2):
        resolving.reject(finding_id=finding.pk, officer=finance("sun"), now=world.now)
    with pytest.raises(NothingProposed):
        resolving.agree(finding_id=finding.pk, officer=finance("sun"), now=world.now)
    finding.refresh_from_db()
    assert finding.decided_at is None


def test_nobody_says_for_the_operator_what_a_bill_comes_to(world: World) -> None:
    bill = unresolved(world, Step.COLLECT_BILL)
    assert D.WAS_DONE not in resolving.possible(bill)
    with pytest.raises(DecisionNotPossible):
        propose(world, bill, D.WAS_DONE)
    bill.reference = Step.REFUND.value
    assert D.WAS_DONE in resolving.possible(bill)


def test_another_operator_s_finding_is_not_found(world: World) -> None:
    stranger = finance("stranger")
    stranger.operator = "another"
    finding = maybe_paid(world, came_back(world))
    with pytest.raises(FindingNotFound):
        resolving.reject(finding_id=finding.pk, officer=stranger, now=world.now)
