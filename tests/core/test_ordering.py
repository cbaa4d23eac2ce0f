"""When a refund waits before it goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from xiaohu.core.ordering import Asked, OrderReason, Terms, terms
from xiaohu.core.profile import RefundRoute

PLAIN = Asked(
    route=RefundRoute.ORIGINAL,
    changed=False,
    by_staff=False,
    deciders=1,
    proved=2,
    above_limit=False,
    same_payee=False,
)
DAY = timedelta(hours=24)


def asked(**differs: object) -> Terms:
    """Return the terms of a plain refund that differs in something."""
    return terms(replace(PLAIN, **differs), hold_hours=24)  # type: ignore[arg-type]


def test_a_plain_refund_waits_for_nobody() -> None:
    assert asked() == Terms()
    assert not asked().waits


def test_what_goes_back_as_it_came_was_not_changed() -> None:
    assert not asked(changed=True).waits
    assert not asked(changed=True, by_staff=True, route=RefundRoute.COUNTER).waits


@pytest.mark.parametrize("route", [RefundRoute.BANK_ACCOUNT, RefundRoute.WALLET])
def test_another_account_is_held_and_agreed_to(route: RefundRoute) -> None:
    found = asked(changed=True, route=route)
    assert (found.needed, found.held) == (1, DAY)
    assert found.reasons == (OrderReason.PAYEE_CHANGED,)


def test_whoever_proved_themselves_to_a_person_only_waits() -> None:
    found = asked(changed=True, route=RefundRoute.BANK_ACCOUNT, proved=3)
    assert (found.needed, found.held) == (0, DAY)


def test_another_line_of_the_holder_only_waits() -> None:
    found = asked(changed=True, route=RefundRoute.OTHER_LINE)
    assert (found.needed, found.held) == (0, DAY)


@pytest.mark.parametrize(
    "route", [RefundRoute.BANK_ACCOUNT, RefundRoute.WALLET, RefundRoute.OTHER_LINE]
)
@pytest.mark.parametrize("proved", [1, 2, 3])
def test_what_our_people_change_another_agrees_to(route: RefundRoute, proved: int) -> None:
    found = asked(changed=True, by_staff=True, route=route, proved=proved)
    assert (found.needed, found.held) == (1, DAY)


@pytest.mark.parametrize("why", ["above_limit", "same_payee"])
def test_large_and_alike_refunds_are_agreed_to_wherever_they_go(why: str) -> None:
    found = asked(**{why: True})
    assert (found.needed, found.held) == (1, timedelta())


@pytest.mark.parametrize(("by_staff", "needed"), [(False, 2), (True, 1)])
def test_whoever_is_paid_in_the_holder_s_place_takes_two(by_staff: bool, needed: int) -> None:
    found = asked(changed=True, by_staff=by_staff, deciders=2, route=RefundRoute.BANK_ACCOUNT)
    assert found.needed == needed
