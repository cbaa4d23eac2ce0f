"""Proofs for a case: a code to the line right once, the card's last characters five tries a day."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from tests.stories import CLEAN, LARGE, NOON, OPERATOR, World
from xiaohu.access import codes
from xiaohu.access.codes import Issued, Limited, Outcome, Purpose
from xiaohu.core.proofs import TRIES_A_DAY, ProofMethod
from xiaohu.core.retention import Category
from xiaohu.proofing import proofs
from xiaohu.proofing.models import Proof
from xiaohu.proofing.proofs import Tries
from xiaohu.registry.models import Line
from xiaohu.vault import records, units

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
CASE = uuid4()
CARD = "89860100000000001A7C"
RIGHT, WRONG = "1A7C", "1A7D"
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def line(world: World) -> Line:
    """A line whose card ends in digits and letters."""
    found = world.line()
    service = {"number": CLEAN, "iccid": CARD}
    with transaction.atomic():
        records.seal(
            operator=OPERATOR,
            unit=units.line(found.pk),
            category=Category.SERVICE_NUMBER,
            value=service,
        )
    return found


def sent(line: Line, *, now: datetime = NOON) -> tuple[UUID, str]:
    """Send a code to a line; return it with what the phone shows."""
    with transaction.atomic():
        issued = proofs.send_code(line=line, now=now)
    assert isinstance(issued, Issued)
    letter = codes.letter(issued.code_id, now=now)
    assert letter is not None
    return issued.code_id, letter.code


def try_code(code_id: UUID, code: str, *, now: datetime = NOON) -> Outcome:
    """Try a code for the case."""
    return proofs.try_code(case_id=CASE, code_id=code_id, code=code, now=now).outcome


def try_card(line: Line, tail: str, *, case_id: UUID = CASE, now: datetime = NOON) -> Tries:
    """Try the last characters of the card for a case."""
    return proofs.try_card(case_id=case_id, line=line, tail=tail, now=now)


def test_a_code_goes_to_the_line_that_is_to_be_closed(line: Line) -> None:
    code_id, _ = sent(line)
    assert codes.shown_to(code_id) == CLEAN


def test_the_right_code_is_a_proof_once(line: Line) -> None:
    code_id, code = sent(line)
    assert try_code(code_id, code) is Outcome.OK
    assert proofs.given(CASE) == {ProofMethod.CODE}
    assert try_code(code_id, code) is Outcome.EXPIRED
    assert Proof.objects.count() == 1


def test_a_wrong_or_late_code_is_no_proof(line: Line) -> None:
    code_id, code = sent(line)
    assert try_code(code_id, f"{(int(code) + 1) % 10**6:06d}") is Outcome.WRONG
    assert try_code(code_id, code, now=NOON + codes.VALID) is Outcome.EXPIRED
    assert proofs.given(CASE) == frozenset()


def test_a_code_to_sign_in_is_no_proof(line: Line) -> None:
    with transaction.atomic():
        issued = codes.issue(
            operator=OPERATOR, purpose=Purpose.SIGN_IN, to=CLEAN, known=True, now=NOON
        )
    assert isinstance(issued, Issued)
    letter = codes.letter(issued.code_id, now=NOON)
    assert letter is not None
    assert try_code(issued.code_id, letter.code) is Outcome.EXPIRED
    assert proofs.given(CASE) == frozenset()


def test_codes_to_a_line_have_a_limit(line: Line) -> None:
    sent(line)
    with transaction.atomic():
        assert isinstance(proofs.send_code(line=line, now=NOON), Limited)


@pytest.mark.parametrize("typed", [RIGHT, "1a7c", " 1 A 7 c ", "1A\t7C", CARD, CARD.lower()])
def test_the_card_s_last_characters_are_understood_as_people_type_them(
    line: Line, typed: str
) -> None:
    assert try_card(line, typed) == Tries(right=True, tries_left=TRIES_A_DAY - 1)
    assert proofs.given(CASE) == {ProofMethod.ICCID_TAIL}


@pytest.mark.parametrize("typed", [WRONG, "", "A7C", "7C1A", f"{CARD}0", "一二三四"])
def test_anything_else_is_wrong_and_counted(line: Line, typed: str) -> None:
    assert try_card(line, typed) == Tries(right=False, tries_left=TRIES_A_DAY - 1)
    assert proofs.given(CASE) == frozenset()


def test_a_card_is_tried_five_times_then_not_until_tomorrow(line: Line) -> None:
    tried = [try_card(line, WRONG) for _ in range(TRIES_A_DAY + 1)]
    assert [each.tries_left for each in tried] == [4, 3, 2, 1, 0, 0]
    tomorrow = NOON + proofs.A_DAY
    assert not try_card(line, RIGHT, now=tomorrow - MOMENT).right
    assert proofs.given(CASE) == frozenset()
    assert try_card(line, RIGHT, now=tomorrow) == Tries(right=True, tries_left=4)


def test_the_fifth_try_may_still_be_the_right_one(line: Line) -> None:
    for _ in range(TRIES_A_DAY - 1):
        try_card(line, WRONG)
    assert try_card(line, RIGHT) == Tries(right=True, tries_left=0)
    assert not try_card(line, RIGHT).right


def test_tries_are_counted_for_each_line_whatever_the_case(world: World, line: Line) -> None:
    for _ in range(TRIES_A_DAY):
        try_card(line, WRONG, case_id=uuid4())
    assert not try_card(line, RIGHT).right
    assert try_card(world.line(LARGE), WRONG).tries_left == TRIES_A_DAY - 1


def test_a_proof_noted_twice_is_one_and_keeps_its_time(line: Line) -> None:
    for minutes in (0, 5):
        proofs.note(
            case_id=CASE, method=ProofMethod.PASSWORD, now=NOON + timedelta(minutes=minutes)
        )
    assert Proof.objects.get(case_id=CASE).given_at == NOON


def test_a_reviewer_may_ask_for_every_proof_of_a_case_again(line: Line) -> None:
    other = uuid4()
    for case_id, method in ((CASE, ProofMethod.PASSWORD), (CASE, ProofMethod.CODE)):
        proofs.note(case_id=case_id, method=method, now=NOON)
    proofs.note(case_id=other, method=ProofMethod.CODE, now=NOON)
    proofs.forget(CASE)
    assert proofs.given(CASE) == frozenset()
    assert proofs.given(other) == {ProofMethod.CODE}
