"""How well somebody must prove who they are, how well they did, and what would add to it."""

from typing import Any

import pytest

from tests.core.lines import facts
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.facts import LineFacts, LineStatus
from xiaohu.core.proofs import (
    ALONE,
    KINDS,
    OFFERABLE,
    SEEN_BY_A_PERSON,
    SIGNED_IN,
    TWO_KINDS,
    ProofMethod,
    level,
    needed,
    offered,
)

P = ProofMethod
LARGE_FEN = 50_000


def asked(line: LineFacts | None = None, **said: Any) -> int:
    """Return the level for a holder of a plain line, but for what is said."""
    plain: dict[str, Any] = {"applicant": ApplicantKind.HOLDER, "other_payee": False}
    return needed(facts=line, large_above_fen=LARGE_FEN, **{**plain, **said})


def test_a_holder_of_a_line_in_use_proves_it_in_two_ways() -> None:
    assert asked() == TWO_KINDS
    assert asked(facts()) == TWO_KINDS
    assert asked(facts(cash_fen=LARGE_FEN)) == TWO_KINDS


def test_a_large_refund_a_stopped_line_and_another_payee_need_a_person() -> None:
    assert asked(facts(cash_fen=LARGE_FEN + 1)) == SEEN_BY_A_PERSON
    assert asked(facts(status="stopped")) == SEEN_BY_A_PERSON
    assert asked(facts(), other_payee=True) == SEEN_BY_A_PERSON


@pytest.mark.parametrize("kind", sorted(set(ApplicantKind) - {ApplicantKind.HOLDER}))
def test_whoever_speaks_for_the_holder_is_seen_and_the_operator_proves_nothing(
    kind: ApplicantKind,
) -> None:
    own = kind is ApplicantKind.OPERATOR
    assert asked(facts(), applicant=kind) == (SIGNED_IN if own else SEEN_BY_A_PERSON)


def test_the_same_kind_twice_proves_nothing_more() -> None:
    assert level([]) == SIGNED_IN
    assert level([P.PASSWORD, P.APP, P.REGISTRATION]) == SIGNED_IN
    assert level([P.PASSWORD, P.CODE]) == TWO_KINDS
    assert level([P.COUNTER]) == SIGNED_IN
    assert level([P.PASSWORD, P.COUNTER]) == SEEN_BY_A_PERSON


def test_only_what_would_add_something_is_offered() -> None:
    active = LineStatus.ACTIVE
    assert offered(given=[P.PASSWORD], status=active) == ALONE
    assert offered(given=[P.CODE], status=active) == (P.ICCID_TAIL, P.SERVICE_PASSWORD)
    assert offered(given=[], status=active, taken=[P.FACE]) == (P.FACE,)
    assert offered(given=[], status=active, taken=OFFERABLE) == OFFERABLE


def test_a_stopped_line_gets_no_texts_and_a_lost_card_is_not_read() -> None:
    stopped, lost = LineStatus.STOPPED, LineStatus.LOST
    assert offered(given=[], status=stopped) == (P.ICCID_TAIL, P.SERVICE_PASSWORD)
    assert offered(given=[], status=lost) == (P.SERVICE_PASSWORD,)


def test_every_method_rests_on_something() -> None:
    assert set(KINDS) == set(ProofMethod)
