"""When a refund waits before it goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from xiaohu.core.ordering import Asked, OrderReason, Terms, goes_elsewhere, terms
from xiaohu.core.profile import RefundRoute

PLAIN = Asked(
    moved=False,
    by_staff=False,
    deciders=1,
    same_payee=False,
    amount_fen=5000,
    together_fen=5000,
    limit_fen=100_000,
)
DAY = timedelta(hours=24)
LARGE = {"amount_fen": 100_001, "together_fen": 100_001}


def asked(**differs: object) -> Terms:
    """Return the terms of a plain refund that differs in something."""
    return terms(replace(PLAIN, **differs), hold_hours=24)  # type: ignore[arg-type]


def test_a_plain_refund_waits_for_nobody() -> None:
    assert asked() == Terms()
    assert asked(together_fen=100_000) == Terms()


@pytest.mark.parametrize("route", RefundRoute)
def test_only_another_place_is_elsewhere(route: RefundRoute) -> None:
    places = {RefundRoute.BANK_ACCOUNT, RefundRoute.WALLET, RefundRoute.OTHER_LINE}
    assert goes_elsewhere(route, changed=True) == (route in places)
    assert not goes_elsewhere(route, changed=False)


def test_what_our_people_send_back_as_it_came_waits_for_nobody() -> None:
    assert asked(by_staff=True) == Terms()


@pytest.mark.parametrize("by_staff", [True, False])
def test_another_place_is_held_and_agreed_to_by_another_person(by_staff: bool) -> None:
    found = asked(moved=True, by_staff=by_staff)
    assert (found.needed, found.held) == (1, DAY)
    assert found.reasons[0] is OrderReason.PAYEE_CHANGED


@pytest.mark.parametrize("why", [LARGE, {"together_fen": 100_001}, {"same_payee": True}])
def test_large_and_alike_refunds_are_agreed_to_wherever_they_go(why: dict[str, object]) -> None:
    found = asked(**why)
    assert (found.needed, found.held) == (1, timedelta())


@pytest.mark.parametrize(("by_staff", "needed"), [(False, 2), (True, 1)])
@pytest.mark.parametrize("moved", [True, False])
def test_whoever_is_paid_in_the_holder_s_place_takes_two(
    by_staff: bool, needed: int, moved: bool
) -> None:
    assert asked(moved=moved, by_staff=by_staff, deciders=2).needed == needed


def test_whoever_stands_in_for_a_holder_is_a_reason_of_its_own() -> None:
    assert asked(deciders=1).reasons == ()
    assert asked(deciders=2).reasons == (OrderReason.SUBSTITUTE,)
    assert asked(deciders=2, moved=True, by_staff=True).reasons == (
        OrderReason.PAYEE_CHANGED,
        OrderReason.SUBSTITUTE,
        OrderReason.BY_STAFF,
    )


def test_our_people_are_one_of_however_many_must_agree() -> None:
    assert asked(deciders=3).needed == 3
    assert asked(deciders=3, by_staff=True).needed == 2
