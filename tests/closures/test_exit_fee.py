"""Leaving a contract early never costs more than was shown, however the bill looks."""

from typing import Any

import pytest

from tests.closures.rulings import publish
from tests.stories import CONTRACT, World, closing_of
from xiaohu.closures import checking, drafting, settling
from xiaohu.closures.models import Case
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.findings import FindingKind
from xiaohu.core.settlement import ItemKind
from xiaohu.settlement import ledger
from xiaohu.settlement.models import Finding

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
RULES = """
[fees.exit]
kind = "share_of_remaining"
percent = 30
clause = { zh = "入网协议第八条", en = "Clause 8 of the contract" }
"""
SOURCES = '"fees.exit.percent" = { tag = "O", text = "企业说明" }\n'
SAID = {"contract_end_on": "2027-06-30", "exit_fee_fen": 20000, "contract_monthly_fen": 5900}
FEE_FEN = 5900 * 7 * 30 // 100


def bound(world: World, **facts: Any) -> Case:
    """Open a draft for a line under a contract with a formula."""
    world.clock.pass_(minutes=5)
    publish("2026.12", RULES, SOURCES, now=world.now)
    world.outside.change(world.line(CONTRACT), **{**SAID, "cash_fen": 50000, **facts})
    case = world.draft(CONTRACT)
    drafting.choose(case_id=case.pk, check=CheckCode.CONTRACT_TERM, choice=Choice.PAY_EXIT_FEE)
    return case


def closed(world: World, case: Case, **facts: Any) -> tuple[int, int]:
    """Submit and close; facts change in between. Return the fee taken and what the operator bears."""
    world.answer(case)
    world.submit(case)
    if facts:
        world.outside.change(world.line(CONTRACT), **facts)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    settled = ledger.of_closing(closing_of(case).pk)
    assert settled is not None
    return settled.exit_fee_fen, settled.operator_cost_fen


def test_the_formula_is_shown_with_its_numbers(world: World) -> None:
    case = bound(world)
    checked = checking.run(case_id=case.pk, now=world.now)
    (finding,) = (f for f in checked.findings if f.code is CheckCode.CONTRACT_TERM)
    assert finding.formula is not None
    assert (finding.formula.monthly_fen, finding.formula.months) == (5900, 7)
    assert finding.amount_fen == finding.formula.fee_fen == FEE_FEN
    assert checked.lines[0].facts.exit_fee_fen == FEE_FEN


def test_less_by_the_operator_s_word_shows_no_formula(world: World) -> None:
    case = bound(world, exit_fee_fen=6000)
    checked = checking.run(case_id=case.pk, now=world.now)
    (finding,) = (f for f in checked.findings if f.code is CheckCode.CONTRACT_TERM)
    assert (finding.formula, finding.amount_fen) == (None, 6000)


def test_of_the_bill_and_what_was_shown_the_lower_counts(world: World) -> None:
    case = bound(world)
    assert closed(world, case) == (FEE_FEN, 20000 - FEE_FEN)
    found = Finding.objects.get(closing_id=closing_of(case).pk)
    assert found.kind == FindingKind.EXIT_FEE_ABOVE_SHOWN
    assert (found.ours_fen, found.theirs_fen) == (FEE_FEN, 20000)


def test_a_fee_that_grew_after_submitting_is_not_taken(world: World) -> None:
    case = bound(world, exit_fee_fen=6000, contract_monthly_fen=0)
    assert closed(world, case, exit_fee_fen=9000) == (6000, 3000)


def test_a_fee_that_shrank_counts_as_it_is(world: World) -> None:
    case = bound(world, exit_fee_fen=6000, contract_monthly_fen=0)
    assert closed(world, case, exit_fee_fen=4000) == (4000, 0)
    assert not Finding.objects.exists()


def test_what_was_shown_is_that_of_the_last_submitting(world: World) -> None:
    case = bound(world)
    world.answer(case)
    world.submit(case)
    assert closing_of(case).exit_fee_shown_fen == FEE_FEN


def test_a_fee_somebody_disputes_is_not_taken_but_claimed(world: World) -> None:
    case = bound(world, exit_fee_fen=6000, contract_monthly_fen=0)
    drafting.choose(case_id=case.pk, check=CheckCode.CONTRACT_TERM, choice=Choice.DISPUTE_FEE)
    world.answer(case)
    world.submit(case)
    terms = settling.terms_of(closing_of(case), now=world.now)
    assert ItemKind.EXIT_FEE in terms.claimed
    assert terms.exit_fee_at_most_fen == 6000
