"""What was found is noted once, proposed by one and decided by another."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.stories import NOON, OPERATOR, staff
from xiaohu.access.models import StaffUser
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import (
    WHERE_MONEY_IS,
    DecisionNotPossible,
    DecisionReason,
    FindingDecision,
    FindingKind,
    FindingSource,
    ProofRefused,
)
from xiaohu.core.reconciling import Difference
from xiaohu.core.refusals import ChangedSince
from xiaohu.settlement import findings
from xiaohu.settlement.findings import (
    FindingDecided,
    FindingNotFound,
    NothingProposed,
    NotYoursToDecide,
    SecondPersonNeeded,
)
from xiaohu.settlement.models import Finding
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db
EFFECT = UUID(int=7)


def found(kind: FindingKind = FindingKind.WRONG_AMOUNT, **more: Any) -> Finding:
    """Return something found."""
    asked: dict[str, Any] = {
        "operator": OPERATOR,
        "kind": kind,
        "source": FindingSource.CALLBACK,
        "reference": "PAY-000001",
        "effect_id": EFFECT,
        "ours_fen": 12640,
        "theirs_fen": 12600,
        "now": NOON,
    }
    return findings.note(**asked | more)


def finance(name: str = "qian") -> StaffUser:
    """Return somebody of finance."""
    return staff(name, ActorKind.FINANCE)


def propose(
    finding: Finding,
    officer: StaffUser,
    decision: FindingDecision = FindingDecision.OURS_STANDS,
    proof: str = "SLIP-1",
) -> bool:
    """Propose a decision."""
    return findings.propose(
        findings.lock(finding.pk, officer),
        decision=decision,
        why=DecisionReason.SLIP_SEEN,
        proof=proof,
        officer=officer,
        now=NOON,
    )


def test_the_same_found_again_changes_nothing() -> None:
    first = found()
    again = found(ours_fen=1)
    assert again == first
    assert again.ours_fen == 12640
    assert (Finding.objects.count(), first.times) == (1, 1)


def test_the_same_found_again_stays_decided() -> None:
    one, two = finance(), finance("sun")
    propose(found(), one)
    findings.decide(findings.lock(found().pk, two), officer=two, now=NOON)
    assert found().decided_at == NOON
    assert not findings.open_ones(OPERATOR).exists()


@pytest.mark.parametrize(
    "other",
    [
        {"kind": FindingKind.WRONG_CURRENCY},
        {"source": FindingSource.STATEMENT},
        {"reference": "PAY-000002"},
        {"effect_id": None},
        {"closing_id": UUID(int=1)},
        {"theirs_fen": 12601},
        {"operator": "other"},
    ],
    ids=str,
)
def test_anything_else_found_is_another_finding(other: dict[str, Any]) -> None:
    assert found(**other) != found()


def test_what_nobody_knows_the_key_of_is_noted_once_too() -> None:
    bare: dict[str, Any] = {"effect_id": None, "theirs_fen": None, "ours_fen": None}
    assert found(**bare) == found(**bare)


def test_two_people_decide() -> None:
    one, two = finance(), finance("sun")
    assert not propose(found(), one)
    decided = findings.decide(findings.lock(found().pk, two), officer=two, now=NOON)
    assert decided is FindingDecision.OURS_STANDS
    done = Finding.objects.get()
    assert (done.proposed_by_id, done.decided_by_id) == (one.pk, two.pk)
    actions = Event.objects.values_list("action", flat=True)
    assert sorted(actions) == ["decide_finding", "propose_finding"]


def test_one_person_is_not_two() -> None:
    one = finance()
    propose(found(), one)
    with pytest.raises(SecondPersonNeeded):
        findings.decide(findings.lock(found().pk, one), officer=one, now=NOON)


def test_the_database_itself_wants_two() -> None:
    one = finance()
    propose(found(), one)
    alone = {"decision": "ours_stands", "decided_by_id": one.pk, "decided_at": NOON}
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        Finding.objects.update(**alone)


def test_the_database_takes_no_decision_that_was_not_proposed() -> None:
    found()
    alone = {"decision": "ours_stands", "decided_by_id": uuid4(), "decided_at": NOON}
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        Finding.objects.update(**alone)


def test_a_decision_says_who_and_when() -> None:
    found()
    with pytest.raises(IntegrityError, match="who_and_when"), transaction.atomic():
        Finding.objects.update(decision="ours_stands")


def test_one_person_is_enough_where_no_money_moves() -> None:
    one = finance()
    assert propose(found(FindingKind.UNREADABLE), one, FindingDecision.NO_MATTER)
    assert Finding.objects.get().decided_by_id == one.pk


def test_a_proposal_can_be_taken_off() -> None:
    one, two = finance(), finance("sun")
    propose(found(), one)
    findings.reject(findings.lock(found().pk, two), officer=two, now=NOON)
    with pytest.raises(NothingProposed):
        findings.decide(findings.lock(found().pk, two), officer=two, now=NOON)


def test_nobody_decides_twice() -> None:
    one = finance()
    propose(found(FindingKind.UNREADABLE), one, FindingDecision.NO_MATTER)
    with pytest.raises(FindingDecided):
        findings.lock(Finding.objects.get().pk, one)


def test_it_is_decided_only_as_the_kind_allows() -> None:
    with pytest.raises(DecisionNotPossible):
        propose(found(), finance(), FindingDecision.ABSORB)


def test_a_proof_is_needed() -> None:
    with pytest.raises(ProofRefused):
        propose(found(), finance(), proof="张三")


def test_it_is_closed_to_other_roles_and_other_operators() -> None:
    finding = found()
    with pytest.raises(NotYoursToDecide):
        findings.lock(finding.pk, staff("li", ActorKind.REVIEWER))
    stranger = finance("zhou")
    stranger.operator = "other"
    with pytest.raises(FindingNotFound):
        findings.lock(finding.pk, stranger)


def test_nobody_makes_one_person_of_two_past_every_verb() -> None:
    """The database takes from the kind whether it takes two, whatever is written beside it."""
    one = finance()
    propose(found(), one)
    alone = {"decision": "ours_stands", "decided_by_id": one.pk, "decided_at": NOON}
    for lie in ({"two_people": False}, {"kind": "unreadable", "two_people": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Finding.objects.update(**lie, **alone)
    with pytest.raises(IntegrityError, match="a_kind_says"), transaction.atomic():
        Finding.objects.create(
            operator=OPERATOR,
            kind="chargeback",
            source="callback",
            found_at=NOON,
            two_people=False,
        )


def test_what_was_decided_stays_decided_past_every_verb() -> None:
    propose(found(FindingKind.UNREADABLE), finance(), FindingDecision.NO_MATTER)
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        Finding.objects.update(decided_by_id=uuid4())


@pytest.mark.parametrize(
    "kind",
    [FindingKind.WITHOUT_APPROVAL, FindingKind.ENDED_TWICE, FindingKind.UNKNOWN_REFERENCE],
)
def test_nobody_says_alone_that_money_without_a_word_is_no_matter(kind: FindingKind) -> None:
    one, two = finance(), finance("sun")
    assert not propose(found(kind), one, FindingDecision.NO_MATTER)
    assert Finding.objects.get().decided_at is None
    findings.decide(findings.lock(found(kind).pk, two), officer=two, now=NOON)
    assert Finding.objects.get().decided_at == NOON


def test_the_newest_undecided_finding_about_a_closing_is_told() -> None:
    one, first, second = finance(), uuid4(), uuid4()
    found(closing_id=first)
    newer = found(closing_id=first, reference="PAY-000002", now=NOON + timedelta(hours=1))
    other = found(FindingKind.UNREADABLE, closing_id=second, reference="PAY-000003")
    assert findings.about([first, second]) == {first: newer.pk, second: other.pk}
    propose(other, one, FindingDecision.NO_MATTER)
    assert findings.about([first, second]) == {first: newer.pk}
    assert findings.about([]) == {}


def test_whoever_looked_at_another_proposal_agrees_to_nothing() -> None:
    one, two = finance(), finance("sun")
    finding = found()
    unsaid = findings.seen_as(finding)
    propose(finding, one)
    proposed = findings.lock(finding.pk, two)
    seen = findings.seen_as(proposed)
    assert seen != unsaid
    with pytest.raises(ChangedSince):
        findings.decide(proposed, officer=two, now=NOON, seen=unsaid)
    assert findings.decide(proposed, officer=two, now=NOON, seen=seen)


def test_taking_nothing_off_leaves_no_event() -> None:
    one = finance()
    findings.reject(findings.lock(found().pk, one), officer=one, now=NOON)
    assert not Event.objects.exists()
    propose(found(), one)
    findings.reject(findings.lock(found().pk, one), officer=one, now=NOON)
    assert Event.objects.filter(action="reject_finding").count() == 1


@pytest.mark.parametrize("kind", FindingKind)
def test_only_what_asks_where_money_is_makes_it_uncertain(kind: FindingKind) -> None:
    closing_id = uuid4()
    finding = found(kind, closing_id=closing_id)
    assert findings.is_uncertain(closing_id) is (kind in WHERE_MONEY_IS)
    assert not findings.is_uncertain(uuid4())
    one, two = finance(), finance("sun")
    said = {"decision": "no_matter", "proposal": "no_matter", "why": "slip_seen", "proof": "SLIP-1"}
    by = {
        "proposed_by_id": one.pk,
        "proposed_at": NOON,
        "decided_by_id": two.pk,
        "decided_at": NOON,
    }
    Finding.objects.filter(pk=finding.pk).update(**said, **by)
    assert not findings.is_uncertain(closing_id)


def differs(kind: FindingKind, theirs_fen: int, **more: Any) -> Difference:
    """Return a difference of a payment."""
    asked: dict[str, Any] = {"reference": "PAY-000001", "effect_id": EFFECT, "ours_fen": 12640}
    return Difference(kind=kind, theirs_fen=theirs_fen, **asked | more)


def noted(one: Difference) -> Finding:
    """Note a difference a comparison found."""
    source = FindingSource.CALLBACK
    return findings.note_difference(one, operator=OPERATOR, source=source, now=NOON)


def test_one_payment_comes_back_once_however_much_is_named() -> None:
    wrong, back = FindingKind.WRONG_AMOUNT, FindingKind.CHARGEBACK
    assert noted(differs(wrong, 1)) != noted(differs(wrong, 2))
    assert noted(differs(back, 1)) == noted(differs(back, 2))
    assert not findings.is_decided(differs(wrong, 3), operator=OPERATOR)


def test_what_has_no_key_is_known_by_its_name() -> None:
    stray = FindingKind.UNKNOWN_TO_US
    first = noted(differs(stray, 1, effect_id=None))
    assert noted(differs(stray, 1, effect_id=None)) == first
    assert noted(differs(stray, 1, effect_id=None, reference="PAY-000002")) != first


def test_a_name_that_is_too_long_is_noted_by_its_beginning() -> None:
    finding = found(reference="P" * 70)
    assert finding.reference == "P" * 64
    stray = differs(FindingKind.UNKNOWN_TO_US, 1, effect_id=None, reference="P" * 70)
    assert noted(stray) == noted(stray)


def test_either_of_two_roles_decides_where_both_may() -> None:
    finding = found(FindingKind.EFFECT_UNRESOLVED)
    for officer in (finance(), staff("li", ActorKind.OFFICER)):
        assert findings.lock(finding.pk, officer) == finding
