"""Of every kind of finding it is said what may be decided, by whom, and whether it takes two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import (
    FINDINGS,
    DecisionNotPossible,
    FindingDecision,
    FindingKind,
    ProofRefused,
    normalise_proof,
    require_possible,
)


def test_every_kind_can_be_decided_by_somebody() -> None:
    assert set(FINDINGS) == set(FindingKind)
    assert all(rule.decisions and rule.actors for rule in FINDINGS.values())


def test_whatever_says_who_is_right_or_who_pays_takes_two() -> None:
    alone = {FindingDecision.NO_MATTER}
    for rule in FINDINGS.values():
        assert rule.two_people or set(rule.decisions) <= alone


def test_only_staff_decides() -> None:
    staff = {ActorKind.FINANCE, ActorKind.OFFICER}
    assert all(rule.actors <= staff for rule in FINDINGS.values())


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize("decision", FindingDecision)
def test_the_table_alone_says_what_is_possible(
    kind: FindingKind, decision: FindingDecision
) -> None:
    if decision in FINDINGS[kind].decisions:
        require_possible(kind, decision)
    else:
        with pytest.raises(DecisionNotPossible):
            require_possible(kind, decision)


def test_a_proof_is_a_number_of_a_document() -> None:
    assert normalise_proof(" slip 2026-11 ") == "SLIP2026-11"


@given(st.text(max_size=50))
def test_no_name_becomes_a_proof(text: str) -> None:
    try:
        proof = normalise_proof(text)
    except ProofRefused:
        return
    assert proof.isascii()
    assert 4 <= len(proof) <= 32
