"""A refund that goes elsewhere is held, agreed to by people who did not prepare it, and can be stopped."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from tests.closures import rulings
from tests.closures.states import BANK, case_in, in_review, officer
from tests.closures.test_repaying import came_back, finance
from tests.stories import LARGE, OPERATOR, World, closing_of, holder_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import agreeing, consenting, drafting, paying, refunding, repaying, reviewing
from xiaohu.closures.models import Case, Closing, HumanQueue
from xiaohu.closures.queries import CaseNotFound
from xiaohu.closures.repaying import NotYoursToPay
from xiaohu.closures.reviewing import SamePerson
from xiaohu.closures.steps import refund
from xiaohu.core.actors import ActorKind
from xiaohu.core.consents import ConsentKind
from xiaohu.core.ordering import OrderStopped
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.notices.models import QueuedNotice
from xiaohu.registry.models import Line
from xiaohu.screening.models import CheckRun
from xiaohu.settlement import orders
from xiaohu.settlement.models import RefundOrder, Transfer

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def elsewhere(world: World, case: Case, by: StaffUser | None = None) -> RefundOrder:
    """Send a refund that came back to another account, as the holder or as somebody of the desk."""
    actor = by.actor(ActorKind.FINANCE) if by is not None else holder_of(case)
    consenting.give(case_id=case.pk, kind=ConsentKind.BANK_ACCOUNT, actor=actor, now=world.now)
    world.show_identity(case, actor)
    refunding.choose_another_way(
        case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, **BANK, actor=actor, now=world.now
    )
    world.work()
    return order_of(case)


def order_of(case: Case) -> RefundOrder:
    """Return the newest order of a case."""
    order = orders.last(closing_of(case).pk)
    assert order is not None
    return order


def agree(world: World, case: Case, name: str) -> RefundOrder:
    """Agree to a refund as somebody of finance."""
    return agreeing.agree(closing_id=closing_of(case).pk, officer=finance(name), now=world.now)


def paid(world: World) -> list[str]:
    """Return the ways of what the bank paid."""
    return [record["route"] for record in world.outside.truth("payout")]


def is_done(case: Case) -> bool:
    """Say whether a case has ended."""
    return Case.objects.get(pk=case.pk).state == CaseState.DONE


def test_another_account_waits_for_a_person_and_a_day(world: World) -> None:
    case = came_back(world)
    elsewhere(world, case)
    closing = closing_of(case)
    assert (closing.owner, closing.trouble) == (HumanQueue.OPERATIONS, "refund_to_confirm")
    agree(world, case, "sun")
    world.work()
    assert paid(world) == []
    world.clock.pass_(hours=23)
    world.work()
    assert paid(world) == []
    world.clock.pass_(hours=1, minutes=1)
    world.work_until(lambda: is_done(case), hours=1)
    assert paid(world) == ["bank_account"]


def test_time_alone_pays_nothing(world: World) -> None:
    case = came_back(world)
    elsewhere(world, case)
    world.clock.pass_(days=3)
    world.work()
    assert paid(world) == []
    agree(world, case, "sun")
    world.work_until(lambda: is_done(case), hours=1)
    assert paid(world) == ["bank_account"]


def test_whoever_changed_it_at_the_desk_cannot_agree(world: World) -> None:
    case = came_back(world)
    order = elsewhere(world, case, finance("qian"))
    assert (order.prepared_by, order.needed) == (finance("qian").pk, 1)
    with pytest.raises(SamePerson):
        agree(world, case, "qian")
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundOrder.objects.filter(pk=order.pk).update(
            first_by=finance("qian").pk, first_at=world.now
        )
    agree(world, case, "sun")
    assert order_of(case).first_by == finance("sun").pk


def test_it_is_agreed_to_once_and_by_finance_of_the_operator(world: World) -> None:
    case = came_back(world)
    elsewhere(world, case)
    closing_id = closing_of(case).pk
    stranger = staff("zhou", ActorKind.FINANCE)
    stranger.operator = "another"
    with pytest.raises(CaseNotFound):
        agreeing.agree(closing_id=closing_id, officer=stranger, now=world.now)
    with pytest.raises(NotYoursToPay):
        agreeing.agree(closing_id=closing_id, officer=officer(), now=world.now)
    agree(world, case, "sun")
    with pytest.raises(OrderStopped):
        agree(world, case, "qian")


def test_declined_it_goes_back_to_the_person(world: World) -> None:
    case = came_back(world)
    elsewhere(world, case)
    agreeing.decline(closing_id=closing_of(case).pk, officer=finance(), now=world.now)
    closing = closing_of(case)
    assert (closing.state, closing.owner) == (CaseState.REFUND_ATTENTION, HumanQueue.SUBSCRIBER)
    world.clock.pass_(days=3)
    world.work()
    assert paid(world) == []
    with pytest.raises(OrderStopped):
        agree(world, case, "sun")


def test_whoever_was_told_before_stops_it(world: World) -> None:
    case = came_back(world)
    order = elsewhere(world, case)
    told = QueuedNotice.objects.filter(notice="payee_held")
    assert {row.recipient for row in told} >= {"case_contact", "registered_contact"}
    assert all(row.params["link"].endswith(f"/stop/{order.stop_code}") for row in told)
    assert agreeing.stop(operator=OPERATOR, code=order.stop_code, now=world.now)
    assert not agreeing.stop(operator=OPERATOR, code=order.stop_code, now=world.now)
    closing = closing_of(case)
    assert (closing.state, closing.owner) == (CaseState.REFUND_ATTENTION, HumanQueue.OPERATIONS)
    world.clock.pass_(days=3)
    world.work()
    assert paid(world) == []
    with pytest.raises(CaseNotFound):
        agreeing.stop(operator=OPERATOR, code="NOSUCHCODE00", now=world.now)


def test_what_was_stopped_is_sent_again_only_by_two(world: World) -> None:
    case = came_back(world)
    order = elsewhere(world, case)
    agreeing.stop(operator=OPERATOR, code=order.stop_code, now=world.now)
    repaying.retry(closing_id=closing_of(case).pk, officer=finance("qian"), now=world.now)
    world.clock.pass_(days=2)
    world.work()
    assert paid(world) == []
    agree(world, case, "sun")
    world.work_until(lambda: is_done(case), hours=1)
    assert paid(world) == ["bank_account"]


def test_once_sent_it_is_too_late_to_stop(world: World) -> None:
    case = came_back(world)
    order = elsewhere(world, case)
    agree(world, case, "sun")
    world.clock.pass_(days=1, minutes=1)
    world.work()
    assert not agreeing.stop(operator=OPERATOR, code=order.stop_code, now=world.now)
    assert paid(world) == ["bank_account"]


def test_what_goes_back_as_it_came_waits_for_nobody(world: World) -> None:
    case = came_back(world)
    refunding.choose_another_way(
        case_id=case.pk, route=RefundRoute.ORIGINAL, actor=holder_of(case), now=world.now
    )
    world.work_until(lambda: is_done(case), hours=1)
    assert paid(world) == ["original"]


def test_a_large_refund_goes_by_the_word_of_whoever_decided(world: World) -> None:
    case = in_review(world)
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    world.outside.change(world.line(), cash_fen=99_000)
    world.clock.pass_(days=3, minutes=1)
    world.work_until(lambda: is_done(case), hours=2)
    order = order_of(case)
    assert (order.needed, order.first_by, order.outcome) == (0, None, "sent")


def test_an_amount_nobody_expected_to_be_large_is_confirmed_first(world: World) -> None:
    case = world.submitted()
    world.outside.change(world.line(), cash_fen=200_000)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    assert (closing_of(case).trouble, paid(world)) == ("refund_to_confirm", [])
    assert not Transfer.objects.filter(credit="refund_pending").exists()
    agree(world, case, "sun")
    world.work_until(lambda: is_done(case), hours=1)
    assert paid(world) == ["original"]


def test_a_large_refund_seen_in_review_keeps_who_agreed(world: World) -> None:
    case = world.ready(LARGE)
    world.submit(case)
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    world.clock.pass_(days=3, minutes=1)
    world.work_until(lambda: is_done(case), hours=48)
    order = order_of(case)
    assert (order.first_by, order.outcome) == (officer().pk, "sent")
    assert "above_limit" in order.reasons


def test_three_holders_with_one_account_after_a_failure_wait_for_a_person(world: World) -> None:
    rulings.publish(
        "2026.12",
        "[refund]\npayee_hold_hours = 1",
        '"refund.payee_hold_hours" = { tag = "O", text = "企业说明" }',
        now=world.now,
    )
    for number in ("+8613000000023", "+8613000000026"):
        other = world.draft(number)
        world.agree(other)
        paying.set_refund(case_id=other.pk, route=RefundRoute.BANK_ACCOUNT, **BANK)
    order = elsewhere(world, came_back(world))
    assert "same_payee" in order.reasons
    assert order.needed == 1


def test_it_is_stopped_only_while_it_waits(world: World) -> None:
    case = case_in(world, CaseState.REFUND_ATTENTION)
    with pytest.raises(OrderStopped):
        agree(world, case, "sun")


def two_of_one_holder(world: World) -> tuple[Case, UUID, UUID]:
    """Return a request of two lines: the refund of the first came back, the second is still held up."""
    first, other = world.line(), world.line(LARGE)
    purses = {"unbilled_fen": 0, "deposit_fen": 0, "promotion_fen": 0, "gift_fen": 0}
    world.outside.change(other, cash_fen=9000, **purses)
    Line.objects.filter(pk=other.pk).update(holder_id=first.holder_id)
    case = drafting.open_case(
        subscriber=world.subscriber(),
        scope=Scope.LINE,
        line_ids=[first.pk, other.pk],
        language="zh-hans",
        now=world.now,
    )
    world.answer(case)
    world.submit(case)
    one, two = Closing.objects.filter(case=case).order_by("pk").values_list("pk", flat=True)
    world.outside.fault("payout", refuse=["original"])
    world.clock.pass_(days=3, minutes=1)
    taken(two, for_days=900)
    world.work()
    world.outside.fault("payout")
    assert Closing.objects.get(pk=one).state == CaseState.REFUND_ATTENTION
    return case, one, two


def taken(closing_id: UUID, *, for_days: int = 0) -> None:
    """Let another worker hold a closing, or nobody any more."""
    until = datetime.now(UTC) + timedelta(days=for_days) if for_days else None
    Closing.objects.filter(pk=closing_id).update(lease_until=until)


def chosen(world: World, case: Case) -> None:
    """Name another account for a request as its holder."""
    actor = holder_of(case)
    consenting.give(case_id=case.pk, kind=ConsentKind.BANK_ACCOUNT, actor=actor, now=world.now)
    world.show_identity(case, actor)
    refunding.choose_another_way(
        case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, **BANK, actor=actor, now=world.now
    )


def worked_on(world: World) -> None:
    """Let a quarter of an hour of work pass."""
    for _ in range(8):
        world.work()
        world.clock.pass_(minutes=2)


def test_another_account_holds_the_money_of_every_line_of_the_request(world: World) -> None:
    case, one, two = two_of_one_holder(world)
    chosen(world, case)
    taken(two)
    worked_on(world)
    assert paid(world) == []
    for pk in (one, two):
        order = orders.last(pk)
        assert order is not None
        assert (order.reasons, order.missing) == (["payee_changed"], 1)
        agreeing.agree(closing_id=pk, officer=finance("sun"), now=world.now)
    world.clock.pass_(days=1)
    worked_on(world)
    assert paid(world) == ["bank_account"] * 2


def test_the_link_stops_a_line_that_has_not_come_to_its_money(world: World) -> None:
    case, one, two = two_of_one_holder(world)
    chosen(world, case)
    order = orders.last(one)
    assert order is not None
    assert agreeing.stop(operator=OPERATOR, code=order.stop_code, now=world.now)
    taken(two)
    worked_on(world)
    closing = Closing.objects.get(pk=two)
    assert (closing.state, closing.owner) == ("refund_attention", HumanQueue.OPERATIONS)
    assert closing.trouble == agreeing.STOPPED
    assert paid(world) == []


def test_lines_together_above_the_limit_wait_one_by_one(world: World) -> None:
    _, one, two = two_of_one_holder(world)
    repaying.retry(closing_id=one, officer=finance(), now=world.now)
    run = CheckRun.objects.get(pk=two)
    run.facts["cash_fen"] = 99_000
    run.save()
    world.work()
    order = orders.last(one)
    assert order is not None
    assert (order.reasons, paid(world)) == (["above_limit"], [])


def test_a_word_given_while_a_worker_looks_is_not_slept_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = came_back(world)
    chosen(world, case)
    look = refund.is_on_its_way
    given: list[RefundOrder] = []

    def slow(closing: Closing) -> bool:
        if not given:
            given.append(agree(world, case, "sun"))
        return look(closing)

    monkeypatch.setattr(refund, "is_on_its_way", slow)
    world.work()
    world.clock.pass_(days=1, minutes=1)
    world.work_until(lambda: is_done(case), hours=1)
    assert given
    assert paid(world) == ["bank_account"]


def test_a_payee_changed_between_order_and_payment_is_not_paid(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = came_back(world)
    elsewhere(world, case)
    agree(world, case, "sun")
    agreed_to = bytes(Case.objects.get(pk=case.pk).payee_index or b"")
    send = orders.send

    def changing(*args: Any, **rest: Any) -> None:
        Case.objects.filter(pk=case.pk).update(payee_index=b"another")
        send(*args, **rest)

    world.clock.pass_(days=1, minutes=1)
    with monkeypatch.context() as patched:
        patched.setattr(orders, "send", changing)
        world.work()
    assert paid(world) == []
    assert bytes(Case.objects.get(pk=case.pk).payee_index or b"") == agreed_to
    world.work_until(lambda: is_done(case), hours=1)
    assert paid(world) == ["bank_account"]
