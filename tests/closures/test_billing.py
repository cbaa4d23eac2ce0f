"""The last bill: late, in parts, and only for what the holder owes."""

from datetime import timedelta
from typing import Any

import pytest

from tests.closures.rulings import publish
from tests.stories import ARREARS, NOON, World, closing_of
from xiaohu.closures import drafting, settling
from xiaohu.closures.models import Case
from xiaohu.closures.steps.collect_bill import LATE
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.findings import FindingKind
from xiaohu.core.settlement import ItemKind
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.queue import faults
from xiaohu.queue.models import Effect
from xiaohu.settlement import bills, ledger
from xiaohu.settlement.models import Account, Finding, SettledClosing

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
FEES = """
[fees]
stop = "{stop}"
arrears = "set_off"
"""
CASH_FEN, GIFT_FEN = 12640, 2000


def closed(world: World, number: str | None = None, **chosen: Choice) -> Case:
    """Carry a line with choices made as far as it goes by itself."""
    case = world.draft(number) if number else world.draft()
    for code, choice in chosen.items():
        drafting.choose(case_id=case.pk, check=CheckCode(code), choice=choice)
    world.answer(case)
    world.submit(case)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    case.refresh_from_db()
    return case


def settled_of(case: Case) -> SettledClosing:
    """Return the settlement of a case's line."""
    settled = ledger.of_closing(closing_of(case).pk)
    assert settled is not None
    return settled


def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything the operator has accepted be ready."""
    monkeypatch.setattr("simulators.book.now", lambda _later_s=0.0: "9999")


def asked(world: World) -> int:
    """Return how many bills the operator was asked for."""
    return len(world.outside.truth("operator", "bill"))


class TestLate:
    """A bill that is not ready."""

    def test_is_asked_for_less_and_less(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.outside.fault("operator", late_bill_s=3600)
        case = closed(world)
        assert case.state == CaseState.SETTLING
        pauses = []
        for _ in range(40):
            closing = closing_of(case)
            assert closing.step == Step.COLLECT_BILL
            late = closing.next_action_at is not None and world.now - NOON > timedelta(days=9)
            assert not late or (closing.owner, closing.trouble) == ("operations", LATE)
            assert closing.next_action_at is not None
            pauses.append(closing.next_action_at - world.now)
            world.clock.at = closing.next_action_at
            world.work()
        assert set(pauses) == {timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)}
        assert pauses == sorted(pauses)
        ready(monkeypatch)
        world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
        assert asked(world) == 1
        assert settled_of(case).refunded_fen == CASH_FEN
        assert closing_of(case).owner == ""


class TestUnreadable:
    """A bill nobody can read."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kind": "tips", "amount_fen": 1, "on": "2026-11-26"},
            {"kind": "usage", "amount_fen": -1, "on": "2026-11-26"},
            {"kind": "usage", "amount_fen": 1.5, "on": "2026-11-26"},
            {"kind": "usage", "amount_fen": 1, "on": "soon"},
            {"kind": "usage", "amount_fen": 1},
            "usage",
            None,
        ],
    )
    def test_is_left_to_people_and_nothing_is_settled(
        self, world: World, monkeypatch: pytest.MonkeyPatch, wrong: object
    ) -> None:
        with monkeypatch.context() as lying:
            lying.setattr("simulators.billing.part", lambda *_: ([wrong], True))
            case = closed(world)
        assert case.state == CaseState.SETTLING
        assert Finding.objects.get().kind == FindingKind.BILL_UNREADABLE
        assert ledger.of_closing(closing_of(case).pk) is None


class TestInParts:
    """Records of roaming come days after the rest."""

    def roaming(self, world: World, **facts: Any) -> Case:
        """Close a line that was abroad."""
        world.outside.change(world.line(), roaming_pending=True, roaming_fen=2300, **facts)
        return closed(world, ROAMING_PENDING=Choice.SETTLE_LATER)

    def test_nothing_is_settled_before_the_last(self, world: World) -> None:
        case = self.roaming(world, unbilled_fen=0)
        assert case.state == CaseState.SETTLING
        closing = closing_of(case)
        assert [part.last for part in bills.parts_of([closing.pk])[closing.pk]] == [False]
        assert ledger.of_closing(closing.pk) is None
        assert closing.next_action_at == world.now + timedelta(hours=1)
        assert world.outside.truth("payout") == []

    def test_all_parts_are_one_bill(self, world: World) -> None:
        case = self.roaming(world, unbilled_fen=0)
        world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
        assert settled_of(case).usage_fen == 2300
        assert settled_of(case).refunded_fen == CASH_FEN + GIFT_FEN - 2300
        kept = Effect.objects.filter(subject_id=closing_of(case).pk, kind="collect_bill")
        assert sorted(kept.values_list("round", "state")) == [(0, "done"), (1, "done")]
        assert asked(world) == 2

    def test_a_deposit_comes_back_after_the_last(self, world: World) -> None:
        case = self.roaming(world, unbilled_fen=0, deposit_fen=5000)
        assert world.outside.truth("payout") == []
        world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
        assert settled_of(case).refunded_fen == CASH_FEN + GIFT_FEN + 5000 - 2300


class TestDeath:
    """A worker that ends in the middle of a part."""

    @pytest.mark.parametrize("point", ["before_call", "after_call", "after_record", "after_commit"])
    def test_leaves_one_bill_of_each_part(
        self, world: World, monkeypatch: pytest.MonkeyPatch, point: str
    ) -> None:
        world.outside.change(world.line(), roaming_pending=True, roaming_fen=2300)
        case = closed(world, ROAMING_PENDING=Choice.SETTLE_LATER)
        monkeypatch.setattr(faults, "_armed", {})
        faults.arm_from(f"collect_bill.{point}:raise")
        world.clock.pass_(hours=1, minutes=1)
        world.work()
        world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
        assert asked(world) == 2
        assert settled_of(case).usage_fen == 2300
        assert len(world.outside.truth("payout")) == 1


class TestFeeStop:
    """What is billed for the time after the line was to be closed is the operator's own."""

    @pytest.mark.parametrize(
        ("fees_on", "cost_fen"), [("2026-11-22", 0), ("2026-11-25", 12), ("2026-11-26", 5912)]
    )
    def test_stops_with_the_day_it_was_to_be_closed_on(
        self, world: World, fees_on: str, cost_fen: int
    ) -> None:
        world.outside.change(world.line(), monthly_fen=5900, late_fee_fen=12, fees_on=fees_on)
        case = closed(world)
        settled = settled_of(case)
        assert (settled.operator_cost_fen, settled.fees_fen) == (cost_fen, 5912 - cost_fen)
        assert settled.refunded_fen == CASH_FEN - max(0, settled.fees_fen - GIFT_FEN)

    def test_a_delay_of_the_operator_costs_the_holder_nothing(self, world: World) -> None:
        world.outside.change(world.line(), monthly_fen=5900, fees_on="2026-11-27")
        case = world.submitted()
        world.outside.fault("operator", down=True)
        world.clock.pass_(days=5)
        world.work()
        world.outside.fault("operator")
        world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
        assert closing_of(case).disconnected_at is not None
        assert settled_of(case).operator_cost_fen == 5900


class TestArrears:
    """Earlier bills are taken from the balance only where that was agreed."""

    def test_are_set_off_where_chosen(self, world: World) -> None:
        world.outside.change(world.line(), arrears_fen=3000)
        settled = settled_of(closed(world, ARREARS=Choice.SET_OFF))
        assert (settled.arrears_fen, settled.debt_fen) == (3000, 0)
        assert settled.refunded_fen == CASH_FEN - (3000 - GIFT_FEN)

    def test_stay_a_claim_where_chosen(self, world: World) -> None:
        world.outside.change(world.line(ARREARS), cash_fen=1000)
        case = closed(world, ARREARS, ARREARS=Choice.CLOSE_WITH_DEBT)
        world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
        settled = settled_of(case)
        assert (settled.arrears_fen, settled.debt_fen, settled.refunded_fen) == (0, 3820, 1000)
        assert ledger.balances(closing_of(case).pk)[Account.CLAIM] == 3820

    def test_nobody_chose_anything_about_stay_a_claim(self, world: World) -> None:
        case = world.submitted()
        terms = settling.terms_of(closing_of(case), now=world.now)
        assert terms.claimed == {ItemKind.ARREARS}

    def test_are_always_set_off_where_the_rules_say_so(self, world: World) -> None:
        world.clock.pass_(minutes=5)
        publish("2026.12", FEES.format(stop="request"), now=world.now)
        case = world.submitted()
        terms = settling.terms_of(closing_of(case), now=world.now + timedelta(days=9))
        assert terms.claimed == frozenset()
        assert terms.monthly_stops_on == terms.late_fees_stop_on == NOON.date()

    def test_an_instalment_that_goes_on_is_not_taken_from_the_balance(self, world: World) -> None:
        world.outside.change(world.line(), instalment_fen=90000)
        case = world.draft()
        code, choice = CheckCode.DEVICE_INSTALMENT, Choice.KEEP_PAYING
        drafting.choose(case_id=case.pk, check=code, choice=choice)
        world.answer(case)
        world.submit(case)
        terms = settling.terms_of(closing_of(case), now=world.now)
        assert ItemKind.DEVICE in terms.claimed
